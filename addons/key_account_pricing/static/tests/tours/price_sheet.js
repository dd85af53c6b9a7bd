import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { press, seeState } from "@key_account/../tests/tours/tour_steps";
import { addPrice, create, openPricing, openRow, quote, seeSource } from "./pricing_steps";

const tours = registry.category("web_tour.tours");

tours.add("price_sheet_author", {
    url: "/odoo",
    steps: () => [
        ...openPricing("key_account_price_sheet_menu"),
        create(),
        {
            content: "It holds guide prices",
            trigger: ".o_field_widget[name=kind] .o_radio_item:contains('Guide prices') input",
            run: "click",
        },
        {
            content: "No customer is asked for",
            trigger: ".o_form_view:not(:has(.o_field_widget[name=account_id]))",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name=title] input",
            run: "edit Tour Floor",
        },
        ...addPrice("Tour Cabinet", 1, { price: "95" }),
        ...addPrice("Tour Bracket", 2, { price: "12" }),
        ...stepUtils.saveForm(),
        press("action_submit"),
        seeState("In Approval"),
        {
            content: "One column says what each line is for",
            trigger:
                ".o_data_row:contains('Tour Cabinet'):contains('95.00') td[name=display_name]",
        },
    ],
});

tours.add("price_sheet_other_manager", {
    url: "/odoo",
    steps: () => [
        ...openPricing("key_account_price_sheet_menu"),
        openRow("Tour Floor"),
        press("action_activate"),
        seeState("Active"),
    ],
});

tours.add("price_sheet_salesperson", {
    url: "/odoo",
    steps: () => [
        ...quote("Tour Customer", "Tour Cabinet", "1"),
        {
            content: "Leave the line",
            trigger: "a[name=order_lines]",
            run: "click",
        },
        {
            content: "Nothing is below guide: there is no column for it",
            trigger: ".o_field_widget[name=order_line]:not(:has(th[data-name=guide_distance]))",
        },
        ...seeSource("List price", "Guide price", "95.00"),
        {
            content: "Open the choice of columns",
            trigger: ".o_field_widget[name=order_line] .o_optional_columns_dropdown button",
            run: "click",
        },
        {
            content: "Show the guide price as a column, too",
            trigger: ".o-dropdown--menu input[name=guide_price]",
            run: "click",
        },
        {
            content: "It is there",
            trigger: ".o_data_row td[name=guide_price]:contains('95.00')",
        },
        ...stepUtils.discardForm(),
    ],
});
