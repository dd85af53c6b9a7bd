import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { openKeyAccounts, press, seeState } from "@key_account/../tests/tours/tour_steps";
import { editCell, quote } from "./pricing_steps";

const tours = registry.category("web_tour.tours");

tours.add("below_guide_salesperson", {
    url: "/odoo",
    steps: () => [
        ...quote("Tour Customer", "Tour Cabinet", "2"),
        ...editCell("price_unit", "80", "200.00"),
        {
            content: "Leave the price",
            trigger: "a[name=order_lines]",
            run: "click",
        },
        {
            content: "The list has a column for it now",
            trigger: "th[data-name=guide_distance]:contains('Below Guide (%)')",
        },
        {
            content: "And says how far the price is below the guide price",
            trigger: ".o_data_row td[name=guide_distance]:contains('20.00')",
        },
        {
            content: "The price is entered by hand",
            trigger: ".o_data_row .o_price_source:contains('Entered by hand')",
        },
        {
            content: "Edit the line",
            trigger: ".o_data_row td[name=guide_reason]",
            run: "click",
        },
        {
            content: "Enter the reason",
            trigger: ".o_selected_row .o_field_widget[name=guide_reason] input",
            run: "edit To win the second site",
        },
        ...stepUtils.saveForm(),
        press("action_confirm"),
        {
            content: "It is held, and says why",
            trigger:
                ".alert:contains('Held.'):contains('The price of Tour Cabinet needs an approval'):contains('signed reply is missing')",
        },
        seeState("Quotation"),
        press("action_open_ask_approval"),
        {
            content: "The reason of the line is offered",
            trigger:
                ".modal .o_field_widget[name=reason] textarea:value('Tour Cabinet: To win the second site')",
        },
        {
            content: "Ask",
            trigger: ".modal button[name=action_ask]",
            run: "click",
        },
        {
            content: "It waits now",
            trigger: "body:not(:has(.modal)) .alert:contains('waits for approval')",
        },
    ],
});

tours.add("below_guide_manager", {
    url: "/odoo",
    steps: () => [
        ...openKeyAccounts(),
        {
            content: "Open what waits for me",
            trigger: "[data-menu-xmlid='key_account_approval.key_account_approval_menu_mine']",
            run: "click",
        },
        {
            content: "Open the request",
            trigger: ".o_data_row:contains('Tour Customer') td[name=document_name]",
            run: "click",
        },
        {
            content: "It shows the reason given with the line",
            trigger: ".o_field_widget[name=reason]:contains('To win the second site')",
        },
        press("action_open_decide"),
        {
            content: "Approve",
            trigger: ".modal button[name=action_decide]:contains('Approve')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        seeState("Approved"),
    ],
});

tours.add("below_guide_send", {
    steps: () => [
        {
            content: "What was about the price is gone, the reply is still missing",
            trigger:
                ".alert:contains('Held.'):contains('signed reply is missing'):not(:contains('needs an approval'))",
        },
        {
            content: "Send it to the customer",
            trigger: "button[name=action_quotation_send]:enabled",
            run: "click",
        },
        {
            content: "Send",
            trigger: ".modal button.o_mail_send:enabled",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        seeState("Quotation Sent"),
    ],
});

tours.add("below_guide_customer", {
    steps: () => [
        {
            content: "Nothing of the guide price is on the page",
            trigger: "#quote_content:not(:contains('Below Guide')):not(:contains('second site'))",
        },
        {
            content: "Sign the quotation",
            trigger: "a[role=button]:contains('Sign')",
            run: "click",
        },
        {
            content: "Sign in the dialog",
            trigger: ".modal .o_web_sign_name_and_signature input.o_web_sign_name_input",
            run: "edit Tour Customer",
        },
        {
            content: "Confirm the signature",
            trigger: ".modal button.o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The customer is thanked",
            trigger: "#quote_content:contains('Thank You')",
        },
    ],
});

tours.add("below_guide_confirmed", {
    steps: () => [
        seeState("Sales Order"),
        {
            content: "Nothing holds it, the reply is recorded",
            trigger:
                ".o_form_view:not(:has(.alert:contains('Held.'))) .o_field_widget[name=reply_state]:contains('Effective')",
        },
        {
            content: "The price and its reason are still there",
            trigger: ".o_data_row:contains('80.00'):contains('To win the second site')",
        },
    ],
});
