import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("split_background_cancel", {
    steps: () => [
        {
            content: "Split the order",
            trigger: "button[name=action_split]",
            run: "click",
        },
        {
            content: "The bar stands where the split begins",
            trigger: ".o_split_progress:contains('0 of 4 child orders made')",
        },
        {
            content: "It cannot be split again",
            trigger: ".o_statusbar_buttons:not(:has(button[name=action_split]))",
        },
        {
            content: "Call the split off",
            trigger: "button[name=action_cancel_split]",
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal .btn-primary",
            run: "click",
        },
        {
            content: "The order can be split again",
            trigger: ".o_form_view:not(:has(.o_split_progress)) button[name=action_split]",
        },
    ],
});

registry.category("web_tour.tours").add("split_background_progress", {
    steps: () => [
        {
            content: "Half of it is done",
            trigger: ".o_split_progress:contains('2 of 4 child orders made')",
        },
        {
            content: "The bar stands at one half",
            trigger: ".o_split_progress [role=progressbar][aria-valuenow='50']",
        },
    ],
});
