import { registry } from "@web/core/registry";
import { openKeyAccounts, press } from "@key_account/../tests/tours/tour_steps";

const tours = registry.category("web_tour.tours");

const row = (name) => `.o_data_row:contains("${name}")`;

/** Press a button in the row of a customer. */
const work = (name, button) => ({
    content: `${button} for ${name}`,
    trigger: `${row(name)} button[name=${button}]`,
    run: "click",
});

const enter = (field, value) => ({
    content: `Enter ${field}`,
    trigger: `.modal .o_field_widget[name=${field}] input`,
    run: `edit ${value}`,
});

const gone = (name) => ({
    content: `${name} is not in the list any more`,
    trigger: `body:not(:has(.modal)) .o_list_view:not(:has(${row(name)}))`,
});

tours.add("credit_controller_works_the_holds", {
    url: "/odoo",
    steps: () => [
        ...openKeyAccounts(),
        {
            content: "Open the menu",
            trigger: "[data-menu-xmlid='key_account_credit.key_account_credit_menu_root']",
            run: "click",
        },
        {
            content: "Open the held orders",
            trigger: "[data-menu-xmlid='key_account_credit.sale_order_hold_menu']",
            run: "click",
        },
        {
            content: "The row says what is missing, what is available and what comes in",
            trigger: `${row("Released Ltd")}:contains("50.00"):contains("100.00")`,
        },
        work("Released Ltd", "action_open_gate_release"),
        enter("reason", "Payment was confirmed"),
        {
            content: "What is missing is proposed",
            trigger: ".modal .o_field_widget[name=amount] :value('50.00')",
        },
        enter("amount", "60"),
        enter("date_end", "12/31/2099"),
        press("action_release"),
        gone("Released Ltd"),
        work("Rejected Ltd", "action_open_gate_reject"),
        enter("reason", "Smaller order, please"),
        press("action_reject"),
        gone("Rejected Ltd"),
        work("Asked Ltd", "action_ask_payment"),
        {
            content: "The mail names what is missing and what is overdue",
            trigger:
                ".modal .o_field_widget[name=body]:contains('80.00'):contains('30.00'):contains('overdue')",
        },
        {
            content: "Send it",
            trigger: ".modal .o_mail_send:enabled",
            run: "click",
        },
        {
            content: "The order is still there, and says when",
            trigger: `body:not(:has(.modal)) ${row("Asked Ltd")} td[name=date_payment_asked]:contains(/\\d/)`,
        },
    ],
});

tours.add("credit_controller_opens_the_exposure", {
    steps: () => [
        {
            content: "Open the credit",
            trigger: ".o_notebook .nav-link[name=page_credit]",
            run: "click",
        },
        {
            content: "The group is there with its members",
            trigger: ".o_credit_group:contains('Head Ltd'):contains('Member Ltd')",
        },
        {
            content: "Open what is confirmed and not delivered",
            trigger: ".o_credit_exposure tr[data-code=undelivered] button",
            run: "click",
        },
        {
            content: "Its documents are listed",
            trigger: ".o_breadcrumb:contains('Not Delivered')",
        },
        {
            trigger: ".o_list_view .o_data_row:contains('Member Ltd')",
        },
    ],
});
