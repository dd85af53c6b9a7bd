import { stepUtils } from "@web_tour/tour_utils";
import salesTour from "@sale/js/tours/tour_utils";
import { choose, openKeyAccounts } from "@key_account/../tests/tours/tour_steps";

/** Open an entry of the menu Agreements. */
export const openPricing = (menu) => [
    ...openKeyAccounts(),
    {
        content: "Open the section",
        trigger: "[data-menu-xmlid='key_account_pricing.key_account_agreement_menu_root']",
        run: "click",
    },
    {
        content: "Open the menu",
        trigger: `[data-menu-xmlid='key_account_pricing.${menu}']`,
        run: "click",
    },
];

export const create = () => ({
    content: "Create a record",
    trigger: ".o_list_button_add",
    run: "click",
});

/** Open the record of a list whose row shows the text. */
export const openRow = (text) => ({
    content: `Open ${text}`,
    trigger: `.o_list_view .o_data_row:contains("${text}") td.o_data_cell:not(.o_list_record_selector)`,
    run: "click",
});

/** Pick a value of a selection field; `within` tells it from others of its name. */
export const pick = (field, label, within = "") => [
    {
        content: `Open the values of ${field}`,
        trigger: `${within} .o_field_widget[name=${field}] input`,
        run: "click",
    },
    {
        content: `Pick ${label}`,
        trigger: `.o_select_menu_item:contains("${label}")`,
        run: "click",
    },
];

const edit = (field, value) => ({
    content: `Enter ${value} as ${field}`,
    trigger: `.o_selected_row .o_field_widget[name=${field}] input`,
    run: `edit ${value}`,
});

/** Change a number in the row that is being edited, when the row shows `amount`: what
 * was entered before has been worked out. */
export const editCell = (field, value, amount) => [
    {
        content: `Go to ${field}`,
        trigger: `.o_selected_row td[name=${field}]`,
        run: "click",
    },
    {
        content: `The row comes to ${amount}`,
        trigger: `.o_selected_row td[name=price_subtotal]:contains("${amount}")`,
    },
    edit(field, value),
];

/** Add a price of a product to an agreement or a price sheet. */
export const addPrice = (product, row, numbers, basis = "") => [
    {
        content: "Add a line",
        trigger: ".o_field_widget[name=line_ids] .o_field_x2many_list_row_add a",
        run: "click",
    },
    {
        content: "The new row is there",
        trigger: `.o_field_widget[name=line_ids] .o_data_row:nth-child(${row}).o_selected_row`,
    },
    {
        content: `Type ${product}`,
        trigger: ".o_selected_row .o_field_widget[name=product_id] input",
        run: `edit ${product}`,
    },
    {
        content: `Choose ${product}`,
        trigger: `ul.ui-autocomplete a:contains("${product}")`,
        run: "click",
    },
    ...(basis ? pick("price_basis", basis, ".o_selected_row") : []),
    ...Object.entries(numbers).map(([field, value]) => edit(field, value)),
];

/** Write a quotation in the app Sales, up to its first line, which stays open. */
export const quote = (customer, product, quantity) => [
    ...stepUtils.goToAppSteps("sale.sale_menu_root", "Open Sales"),
    ...salesTour.createNewSalesOrder(),
    ...choose("partner_id", customer),
    {
        content: "It is a key account",
        trigger: `.o_field_widget[name=key_account_id]:contains("${customer}")`,
    },
    ...salesTour.addProduct(product),
    {
        content: "Its price is decided",
        trigger: ".o_selected_row .o_price_source",
    },
    edit("product_uom_qty", quantity),
];

/** Ask where the price of the row comes from, and expect parts of the answer. */
export const seeSource = (source, ...parts) => [
    {
        content: "Ask where the price comes from",
        trigger: `.o_data_row .o_price_source:contains("${source}")`,
        run: "click",
    },
    ...parts.map((part) => ({
        content: `It says ${part}`,
        trigger: `.o_price_source_popover:contains("${part}")`,
    })),
];

/** See as many lines in the order, each with these texts. */
export const seeLines = (...lines) => [
    ...lines.map((texts, index) => ({
        content: `Line ${index + 1} shows ${texts.join(", ")}`,
        trigger: `.o_field_widget[name=order_line] .o_data_row:nth-child(${index + 1})${texts
            .map((text) => `:contains("${text}")`)
            .join("")}`,
    })),
    {
        content: "There are no more lines",
        trigger: `.o_field_widget[name=order_line]:not(:has(.o_data_row:nth-child(${
            lines.length + 1
        })))`,
    },
];
