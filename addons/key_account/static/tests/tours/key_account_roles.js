import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import {
    choose,
    openKanbanCard,
    openKeyAccounts,
    press,
    seeState,
} from "@key_account/../tests/tours/tour_steps";

const tours = registry.category("web_tour.tours");

tours.add("key_account_salesperson", {
    url: "/odoo",
    steps: () => [
        ...openKeyAccounts(),
        {
            content: "Create an account",
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        ...choose("partner_id", "Tour Customer"),
        ...stepUtils.saveForm(),
        press("action_submit"),
        seeState("In Review"),
    ],
});

tours.add("key_account_manager", {
    url: "/odoo",
    steps: () => [
        ...openKeyAccounts(),
        openKanbanCard("Reviewed Customer"),
        press("action_activate"),
        seeState("Active"),
    ],
});

tours.add("key_account_controller", {
    url: "/odoo",
    steps: () => [
        ...openKeyAccounts(),
        openKanbanCard("Rated Customer"),
        ...choose("grade_id", "Strategic"),
        ...stepUtils.saveForm(),
        {
            content: "The grade proposed its pay mode",
            trigger: ".o_field_widget[name=pay_mode] :value('On Credit')",
        },
    ],
});

tours.add("key_account_administrator", {
    url: "/odoo",
    steps: () => [
        ...openKeyAccounts(),
        {
            content: "Open the configuration",
            trigger: "[data-menu-xmlid='key_account.key_account_configuration_menu']",
            run: "click",
        },
        {
            content: "Open the grades",
            trigger: "[data-menu-xmlid='key_account.key_account_grade_menu']",
            run: "click",
        },
        {
            content: "Add a grade",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=code] input",
            run: "edit D",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=name] input",
            run: "edit Watched",
        },
        {
            content: "Save the grade",
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            content: "The grade is in the list",
            trigger: ".o_data_row:not(.o_selected_row) td:contains('Watched')",
        },
    ],
});
