import { registry } from "@web/core/registry";
import { openOrderOf, openOrders } from "./order_steps";

const tours = registry.category("web_tour.tours");

/** Exactly these recipients are in the list. */
const seeRecipients = (...names) => [
    {
        content: `${names.length} recipients are listed`,
        trigger: `.o_list_view:has(.o_data_row:nth-child(${names.length})):not(:has(.o_data_row:nth-child(${names.length + 1})))`,
    },
    ...names.map((name) => ({
        trigger: `.o_list_view .o_data_row td[name=partner_id]:contains("${name}")`,
    })),
];

const openFigure = (state, count) => ({
    content: `Open the ${count} recipients in the state ${state}`,
    trigger: `.o_recipient_figure[data-state=${state}]:contains("${count}")`,
    run: "click",
});

const goBack = () => ({
    content: "Go back to the order",
    trigger: ".o_back_button a, .breadcrumb-item.o_back_button a",
    run: "click",
});

tours.add("recipient_dashboard_salesperson", {
    url: "/odoo",
    steps: () => [
        ...openOrders(),
        openOrderOf("Acme"),
        openFigure("delivered", 2),
        ...seeRecipients("Recipient 1", "Recipient 2"),
        goBack(),
        openFigure("late", 1),
        ...seeRecipients("Recipient 3"),
        goBack(),
        openFigure("failed", 1),
        ...seeRecipients("Recipient 4"),
        {
            content: "Open the child order of the recipient",
            trigger: ".o_data_row button[name=action_open_child]",
            run: "click",
        },
        {
            content: "The child order knows its parent",
            trigger: "button[name=action_open_parent]",
            run: "click",
        },
        {
            content: "Where are they?",
            trigger: "button[name=action_open_recipient_regions]",
            run: "click",
        },
        {
            content: "The graph is drawn",
            trigger: ".o_graph_view canvas",
        },
        {
            content: "And in numbers",
            trigger: ".o_switch_view.o_pivot",
            run: "click",
        },
        {
            content: "California got what it should",
            trigger: ".o_pivot table:contains('Delivered')",
        },
    ],
});

tours.add("recipient_portal_customer", {
    url: "/my/orders",
    steps: () => [
        {
            content: "Open the order",
            trigger: "table a:contains('S')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "See all its recipients",
            trigger: "a.o_recipients_link",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "All four are there",
            trigger: "table:has(.o_recipient_row:nth-child(4))",
        },
        {
            content: "Look at those that were delivered",
            trigger: ".o_recipient_figure[data-state=delivered]:contains('2')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Two are left",
            trigger: "table:has(.o_recipient_row:nth-child(2)):not(:has(.o_recipient_row:nth-child(3)))",
        },
        {
            content: "The parcel can be followed",
            trigger: ".o_recipient_row:contains('Recipient 1'):contains('PARCEL-1')",
        },
        {
            content: "Look for one by its number",
            trigger: ".o_portal_search_panel input[name=search]",
            run: "edit SHOP-2",
        },
        {
            trigger: ".o_portal_search_panel button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is found",
            trigger: ".o_recipient_row:contains('Recipient 2')",
        },
        {
            content: "The list can be taken along",
            trigger: "a.o_recipient_tracking[href$='/tracking']",
        },
    ],
});
