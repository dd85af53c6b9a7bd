import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { choose, openKeyAccounts, press } from "@key_account/../tests/tours/tour_steps";

const screen = ".o_account_reconcile_oca_info";

/** Choose a line of the statement on the left; its form appears on the right. */
const chooseLine = (label) => [
    {
        content: `Choose ${label}`,
        trigger: `.o_account_reconcile_oca_selector .o_kanban_record:contains("${label}")`,
        run: "click",
    },
    {
        content: `${label} is shown`,
        trigger: `${screen} .o_reconcile_widget_line.liquidity:contains("${label}")`,
    },
];

/** Reconcile; the line leaves the list of what is open. */
const reconcile = (label) => [
    {
        content: "The line goes to the liability account",
        trigger: `${screen} .o_reconcile_widget_line.other:contains("Prepayments of Customers")`,
    },
    press("reconcile_bank_line"),
    {
        content: `${label} is reconciled`,
        trigger: `.o_account_reconcile_oca:not(:has(.o_kanban_record:contains("${label}")))`,
    },
];

const openFunds = (menu) => [
    {
        content: "Open the funds",
        trigger: "[data-menu-xmlid='key_account_fund.key_account_fund_menu_root']",
        run: "click",
    },
    {
        trigger: `[data-menu-xmlid='key_account_fund.${menu}']`,
        run: "click",
    },
];

registry.category("web_tour.tours").add("fund_accountant_reconciles", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("account.menu_finance", "Open the accounting"),
        {
            content: "Reconcile what the bank has reported",
            trigger: ".o_kanban_record:contains('Tour Bank') button:contains('Reconcile')",
            run: "click",
        },
        ...chooseLine("Advance for May"),
        {
            content: "Press what the fund offers",
            trigger: `${screen} .o_field_widget[name=manual_model_id] .o_selection_badge:contains("customer's fund")`,
            run: "click",
        },
        ...reconcile("Advance for May"),
        ...chooseLine("Advance for June"),
        {
            content: "Choose the account by hand",
            trigger: `${screen} .o_reconcile_widget_line.suspense`,
            run: "click",
        },
        ...choose("manual_account_id", "Prepayments of Customers"),
        ...reconcile("Advance for June"),
        ...openKeyAccounts(),
        ...openFunds("account_bank_statement_line_menu"),
        {
            content: "Put a line in without that screen",
            trigger: ".o_data_row:contains('Advance for July') button[name=action_put_into_fund]",
            run: "click",
        },
        {
            content: "It is not open any more",
            trigger: ".o_list_view:not(:has(.o_data_row:contains('Advance for July')))",
        },
        ...openFunds("key_account_fund_menu"),
        {
            content: "Open the customer's fund",
            trigger: ".o_data_row:contains('Acme') td[name=key_account_id]",
            run: "click",
        },
        {
            content: "Its balance has all of them",
            trigger: ".o_form_view .o_field_widget[name=amount_posted]:contains('600.00')",
        },
    ],
});
