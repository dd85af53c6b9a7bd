import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { choose, openKeyAccounts, press, seeState } from "@key_account/../tests/tours/tour_steps";

const tours = registry.category("web_tour.tours");

const openMenu = (section, menu) => [
    ...openKeyAccounts(),
    ...(section
        ? [
              {
                  content: "Open the section",
                  trigger: `[data-menu-xmlid='${section}']`,
                  run: "click",
              },
          ]
        : []),
    {
        content: "Open the menu",
        trigger: `[data-menu-xmlid='${menu}']`,
        run: "click",
    },
];

/** Add a step that a group decides, in the dialog. */
const addStep = (name, group) => [
    {
        content: "Add a step",
        trigger: ".o_field_widget[name=step_ids] .o_field_x2many_list_row_add a",
        run: "click",
    },
    {
        content: "Name it",
        trigger: ".modal .o_field_widget[name=name] input",
        run: `edit ${name}`,
    },
    {
        content: "Type the group",
        trigger: ".modal .o_field_widget[name=group_id] input",
        run: `edit ${group}`,
    },
    {
        content: "Choose the group",
        trigger: `ul.ui-autocomplete a:contains("${group}")`,
        run: "click",
    },
    {
        content: "Keep the step",
        trigger: ".modal .o_form_button_save",
        run: "click",
    },
    {
        content: "The step is listed",
        trigger: `body:not(:has(.modal)) .o_field_widget[name=step_ids] td:contains("${name}")`,
    },
];

tours.add("approval_administrator", {
    url: "/odoo",
    steps: () => [
        ...openMenu(
            "key_account.key_account_configuration_menu",
            "key_account_approval.key_account_approval_rule_menu"
        ),
        {
            content: "Create a rule",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name=name] input",
            run: "edit Every tour order",
        },
        ...addStep("Business", "Tour Managers"),
        ...addStep("Finance", "Tour Finance"),
        ...stepUtils.saveForm(),
        press("action_open_test"),
        {
            content: "It shows who would decide at the first step",
            trigger: ".modal .o_approval_preview tr:contains('Business'):contains('Tour Boss')",
        },
        {
            content: "And at the second",
            trigger: ".modal .o_approval_preview tr:contains('Finance'):contains('Tour Treasurer')",
        },
        {
            content: "Close",
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});

tours.add("approval_salesperson", {
    steps: () => [
        {
            content: "The banner says what is missing",
            trigger: ".alert:contains('It needs an approval')",
        },
        press("action_open_ask_approval"),
        {
            content: "Give a reason",
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit The customer has bought from us for years",
        },
        {
            content: "Ask",
            trigger: ".modal button[name=action_ask]",
            run: "click",
        },
        {
            content: "It waits now",
            trigger: "body:not(:has(.modal)) .alert:contains('It waits for approval')",
        },
    ],
});

const decide = () => [
    ...openMenu("", "key_account_approval.key_account_approval_menu_mine"),
    {
        content: "Open the request",
        trigger: ".o_data_row td[name=document_name]",
        run: "click",
    },
    {
        content: "The reason is there",
        trigger: ".o_field_widget[name=reason]:contains('for years')",
    },
    {
        content: "Approve",
        trigger: "button[name=action_open_decide]:contains('Approve')",
        run: "click",
    },
    {
        content: "Decide",
        trigger: ".modal button[name=action_decide]:contains('Approve')",
        run: "click",
    },
];

tours.add("approval_manager", {
    url: "/odoo",
    steps: () => [
        ...decide(),
        {
            content: "The first step is approved, the second is open",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=step_ids]:has(.o_data_row:contains('Business'):contains('Approved')) .o_data_row:contains('Finance'):contains('To Decide')",
        },
    ],
});

tours.add("approval_delegate", {
    url: "/odoo",
    steps: () => [
        ...decide(),
        {
            content: "The decision names the one who is away",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=step_ids] .o_data_row:contains('Tour Deputy for Tour Treasurer')",
        },
        seeState("Approved"),
    ],
});

tours.add("approval_customer", {
    steps: () => [
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
            content: "The order is confirmed",
            trigger: "#quote_content:contains('Thank You')",
        },
    ],
});
