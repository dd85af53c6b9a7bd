import { registry } from "@web/core/registry";
import { press, seeState } from "@key_account/../tests/tours/tour_steps";
import { openOrderOf, openOrders } from "./order_steps";

const cell = (row, column) => `.o_cell[data-row='${row}'][data-column='${column}']`;

const see = (row, column, quantity) => ({
    content: `Row ${row} gets ${quantity} of product ${column}`,
    trigger: `${cell(row, column)}:text(${quantity})`,
});

/** Choose what a column's menu offers. */
const fill = (column, item) => [
    {
        content: `Open the menu of product ${column}`,
        trigger: `.o_column_head:eq(${column}) .o_column_menu`,
        run: "click",
    },
    {
        content: item,
        trigger: `.o-dropdown-item:contains("${item}")`,
        run: "click",
    },
];

const type = (row, column, text) => [
    {
        content: `Open the cell ${row}, ${column}`,
        trigger: cell(row, column),
        run: "dblclick",
    },
    {
        content: `Type ${text}`,
        trigger: `${cell(row, column)} input`,
        run: `edit ${text} && press Enter`,
    },
];

const addRecipient = (name) => [
    {
        content: `Look for ${name}`,
        trigger: ".o_recipient_matrix_add input",
        run: `edit ${name}`,
    },
    {
        content: `Add ${name}`,
        trigger: `.o_recipient_matrix_add .ui-autocomplete a:contains("${name}")`,
        run: "click",
    },
    { trigger: `.o_row_name:contains("${name}")` },
];

registry.category("web_tour.tours").add("recipient_matrix_salesperson", {
    url: "/odoo",
    steps: () => [
        ...openOrders(),
        openOrderOf("Acme"),
        {
            content: "Open the recipients",
            trigger: "a[name=recipients]",
            run: "click",
        },
        press("action_open_recipient_matrix"),
        {
            content: "It says what to do",
            trigger: ".o_recipient_matrix .o_view_nocontent:contains('No recipients yet')",
        },
        ...addRecipient("Shop North"),
        ...addRecipient("Shop South"),
        ...addRecipient("Shop West"),
        ...fill(0, "Same for all"),
        {
            content: "Two for each",
            trigger: ".modal #o_same_for_all",
            run: "edit 2",
        },
        {
            trigger: ".modal .o_same_for_all_confirm",
            run: "click",
        },
        see(2, 0, 2),
        { trigger: ".o_missing:eq(0):contains('1 missing')" },
        ...type(0, 0, "3"),
        see(0, 0, 3),
        { trigger: ".o_missing:eq(0):has(.fa-check)" },
        ...type(0, 1, "4"),
        {
            content: "Choose the cell that was filled in",
            trigger: cell(0, 1),
            run: "click",
        },
        ...fill(1, "Copy down"),
        see(2, 1, 4),
        {
            content: "Paste a column of a spreadsheet",
            trigger: cell(1, 1),
            async run(helpers) {
                await helpers.click();
                const clipboardData = new DataTransfer();
                clipboardData.setData("text/plain", "1\r\n2\r\n");
                document.querySelector(".o_recipient_matrix_grid").dispatchEvent(
                    new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true })
                );
            },
        },
        see(1, 1, 1),
        see(2, 1, 2),
        {
            content: "Save",
            trigger: ".o_recipient_matrix_save",
            run: "click",
        },
        {
            content: "All is saved, one cup too much was given",
            trigger: ".o_recipient_matrix:not(:has(.o_changed)) .o_missing:eq(1):contains('1 too much')",
        },
        {
            content: "Order what is given",
            trigger: ".o_recipient_matrix_order",
            run: "click",
        },
        {
            trigger: ".modal:contains('Tour Cup: 7 instead of 6') .btn-primary",
            run: "click",
        },
        { trigger: ".o_missing:eq(1):has(.fa-check)" },
        {
            content: "Back to the order",
            trigger: ".o_breadcrumb a:last, .o_back_button",
            run: "click",
        },
        press("action_split"),
        {
            content: "Three children are listed",
            trigger: ".o_list_view:has(.o_data_row:nth-child(3)):not(:has(.o_data_row:nth-child(4)))",
        },
        {
            content: "Open a child order",
            trigger: ".o_list_view .o_data_row:contains('Shop South') td[name=name]",
            run: "click",
        },
        press("action_open_parent"),
        seeState("Split"),
        {
            content: "The recipients of a split order",
            trigger: "a[name=recipients]",
            run: "click",
        },
        press("action_open_recipient_matrix"),
        {
            content: "They are for reading",
            trigger: ".o_recipient_matrix .alert:contains('its recipients are fixed')",
        },
    ],
});
