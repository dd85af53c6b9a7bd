import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import salesTour from "@sale/js/tours/tour_utils";
import { choose, press, seeState } from "@key_account/../tests/tours/tour_steps";
import { openOrderOf, openOrders } from "./order_steps";

const tours = registry.category("web_tour.tours");

/** Add a recipient in the dialog and give it a quantity of the only line. */
const addRecipient = (name, quantity) => [
    {
        content: "Add a recipient",
        trigger: ".o_field_widget[name=recipient_ids] .o_field_x2many_list_row_add a",
        run: "click",
    },
    {
        content: "Type the address",
        trigger: ".modal .o_field_widget[name=partner_id] input",
        run: `edit ${name}`,
    },
    {
        content: "Choose the address",
        trigger: `ul.ui-autocomplete a:contains("${name}")`,
        run: "click",
    },
    {
        content: "Edit the quantity offered",
        trigger: ".modal .o_data_row td[name=quantity]",
        run: "click",
    },
    {
        trigger: ".modal .o_selected_row .o_field_widget[name=quantity] input",
        run: `edit ${quantity}`,
    },
    {
        content: "Keep the recipient",
        trigger: ".modal .o_form_button_save",
        run: "click",
    },
    {
        trigger: `body:not(:has(.modal)) .o_field_widget[name=recipient_ids] td:contains("${name}")`,
    },
];

tours.add("parent_order_salesperson", {
    url: "/odoo",
    steps: () => [
        ...openOrders(),
        {
            content: "Create an order",
            trigger: ".o_list_button_add",
            run: "click",
        },
        ...choose("partner_id", "Acme"),
        ...salesTour.addProduct("Tour Tea"),
        {
            content: "Order five",
            trigger: ".o_selected_row .o_field_widget[name=product_uom_qty] input",
            run: "edit 5",
        },
        ...stepUtils.saveForm(),
        {
            content: "Open the recipients",
            trigger: "a[name=recipients]",
            run: "click",
        },
        ...addRecipient("Shop North", "3"),
        ...addRecipient("Shop South", "2"),
        ...stepUtils.saveForm(),
        press("action_split"),
        {
            content: "Two children are listed",
            trigger: ".o_list_view:has(.o_data_row:nth-child(2)):not(:has(.o_data_row:nth-child(3)))",
        },
        {
            content: "Open a child order",
            trigger: ".o_list_view .o_data_row:contains('Shop North') td[name=name]",
            run: "click",
        },
        seeState("Sales Order"),
        press("action_open_parent"),
        seeState("Split"),
    ],
});

tours.add("parent_order_accountant", {
    url: "/odoo",
    steps: () => [
        ...openOrders(),
        openOrderOf("Acme"),
        press("action_create_child_invoice"),
        {
            content: "Confirm the invoice",
            trigger: ".o_statusbar_buttons button[name=action_post]:not(.d-none)",
            run: "click",
        },
        seeState("Posted"),
    ],
});

tours.add("parent_order_warehouse", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("stock.menu_stock_root", "Open Inventory"),
        {
            content: "Open the deliveries",
            trigger: ".o_kanban_record:contains('Delivery Orders') button:contains('To Deliver')",
            run: "click",
        },
        {
            content: "Open the transfer of the child order",
            trigger: ".o_data_row:contains('Recipient 1') td[name=name]",
            run: "click",
        },
        press("button_validate"),
        seeState("Done"),
    ],
});
