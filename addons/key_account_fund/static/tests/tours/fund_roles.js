import { registry } from "@web/core/registry";
import {
    openKanbanCard,
    openKeyAccounts,
    press,
    seeState,
} from "@key_account/../tests/tours/tour_steps";

const tours = registry.category("web_tour.tours");

tours.add("fund_salesperson_asks", {
    steps: () => [
        press("action_confirm"),
        {
            content: "The banner says what stops the order",
            trigger: ".alert:contains('prepayment')",
        },
        press("action_request_prepayment"),
        {
            content: "The email names the missing amount",
            trigger: ".modal .o_field_widget[name=body]:contains('80.00')",
        },
        {
            content: "The request is attached",
            trigger: ".modal .o_field_widget[name=attachment_ids]:contains('Prepayment Request')",
        },
        {
            content: "Send it",
            trigger: ".modal .o_mail_send:enabled",
            run: "click",
        },
        {
            content: "It is kept with the order",
            trigger:
                "body:not(:has(.modal)) .o-mail-Message:contains('Prepayment Request'):contains('80.00')",
        },
    ],
});

tours.add("fund_accountant_registers", {
    url: "/odoo",
    steps: () => [
        ...openKeyAccounts(),
        openKanbanCard("Tour Customer"),
        press("action_register_prepayment"),
        {
            content: "The payment goes into the customer's fund",
            trigger: ".o_field_widget[name=key_account_fund_id] :value('Prepayment')",
        },
        {
            content: "Enter what came in",
            trigger: ".o_field_widget[name=amount] input",
            run: "edit 100",
        },
        press("action_post"),
        {
            content: "It is posted",
            trigger:
                ".o_statusbar_status button.o_arrow_button_current:not(:contains('Draft'))",
        },
    ],
});

tours.add("fund_salesperson_sees", {
    steps: () => [
        seeState("Sales Order"),
        {
            content: "The order has frozen its amount",
            trigger: "button[name=action_open_fund_entries]:contains('80.00')",
        },
    ],
});

tours.add("fund_accountant_invoices", {
    steps: () => [
        press("action_post"),
        {
            content: "The invoice is paid from the fund",
            trigger: ".o_widget_web_ribbon .text-bg-success:contains('Paid')",
        },
    ],
});

tours.add("fund_customer", {
    steps: () => [
        {
            content: "Open the funds",
            trigger: ".o_portal_index_card:not(.d-none) a[title='Your Funds']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The list shows what is available",
            trigger: "tr:contains('Tour Customer'):contains('20.00')",
        },
        {
            content: "Open the fund",
            trigger: "td a:contains('Tour Customer')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It shows what is available",
            trigger: ".o_fund_available:contains('20.00')",
        },
        {
            content: "And what is frozen",
            trigger: ".o_fund_frozen:contains('80.00')",
        },
        {
            content: "And for which order",
            trigger: ".o_fund_entry:contains('Frozen for an order') a[href^='/my/orders/']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Whose page shows it, too",
            trigger: "#prepayment .o_order_frozen:contains('80.00')",
        },
    ],
});
