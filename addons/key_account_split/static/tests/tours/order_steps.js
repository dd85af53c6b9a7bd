import { openKeyAccounts } from "@key_account/../tests/tours/tour_steps";

export const openOrders = () => [
    ...openKeyAccounts(),
    {
        content: "Open the menu of orders",
        trigger: "[data-menu-xmlid='key_account_split.sale_order_menu_root']",
        run: "click",
    },
    {
        content: "Open the orders",
        trigger: "[data-menu-xmlid='key_account_split.sale_order_parent_menu']",
        run: "click",
    },
];

export const openOrderOf = (customer) => ({
    content: `Open the order of ${customer}`,
    trigger: `.o_data_row:contains('${customer}') td[name=name]`,
    run: "click",
});
