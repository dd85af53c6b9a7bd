import { registry } from "@web/core/registry";
import { press, seeState } from "@key_account/../tests/tours/tour_steps";

const tours = registry.category("web_tour.tours");

tours.add("credit_salesperson_asks", {
    steps: () => [
        press("action_confirm"),
        {
            content: "The banner says what stops the order",
            trigger: ".alert:contains('credit limit would be exceeded')",
        },
        press("action_request_limit"),
        {
            content: "The request offers what is missing, on top",
            trigger: ".o_field_widget[name=amount] :value('50.00')",
        },
        {
            content: "No balance is shown to the salesperson",
            trigger: ".o_form_view:not(:has([name^=figure_]))",
        },
        {
            content: "Until when",
            trigger: ".o_field_widget[name=date_end] button, .o_field_widget[name=date_end] input",
            run: "click",
        },
        {
            content: "Enter the last day",
            trigger: ".o_field_widget[name=date_end] input",
            run: "edit 12/31/2099",
        },
        {
            content: "Say why",
            trigger: ".o_field_widget[name=reason] textarea",
            run: "edit They open a second shop",
        },
        press("action_ask"),
        seeState("To Approve"),
    ],
});

tours.add("credit_controller_approves", {
    steps: () => [
        seeState("To Approve"),
        {
            content: "The figures of the moment are frozen into it",
            trigger: ".o_field_widget[name=figure_limit]:contains('100.00')",
        },
        {
            content: "Say yes",
            trigger: "button[name=action_approve]:enabled",
            run: "click",
        },
        seeState("Approved"),
        press("action_open_limits"),
        {
            content: "The limit is in force",
            trigger: ".o_field_widget[name=standing]:contains('In Force')",
        },
    ],
});

tours.add("credit_salesperson_sees", {
    steps: () => [
        seeState("Sales Order"),
        {
            content: "Nothing is left to ask for",
            trigger: ".o_form_view:not(:has(button[name=action_request_limit]))",
        },
    ],
});
