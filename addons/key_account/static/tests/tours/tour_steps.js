import { stepUtils } from "@web_tour/tour_utils";

export const openKeyAccounts = () =>
    stepUtils.goToAppSteps("key_account.key_account_menu_root", "Open Key Accounts");

/** Choose a record in a many2one field. */
export const choose = (field, name) => [
    {
        content: `Type ${name} into ${field}`,
        trigger: `.o_field_widget[name=${field}] input`,
        run: `edit ${name}`,
    },
    {
        content: `Choose ${name}`,
        trigger: `ul.ui-autocomplete a:contains("${name}")`,
        run: "click",
    },
];

export const press = (name) => ({
    content: `Press ${name}`,
    trigger: `button[name=${name}]:enabled`,
    run: "click",
});

export const seeState = (label) => ({
    content: `The status bar shows ${label}`,
    trigger: `.o_statusbar_status button.o_arrow_button_current:contains("${label}")`,
});

export const openKanbanCard = (name) => ({
    content: `Open ${name}`,
    trigger: `.o_kanban_record:contains("${name}")`,
    run: "click",
});
