import { registry } from "@web/core/registry";
import { openKeyAccounts, press } from "@key_account/../tests/tours/tour_steps";

registry.category("web_tour.tours").add("price_library_salesperson", {
    steps: () => [
        {
            content: "The quotation is open",
            trigger: ".o_field_widget[name=order_line] .o_data_row:contains('Tour Widget')",
        },
        press("action_open_last_prices"),
        {
            content: "The dialog shows what was quoted before",
            trigger:
                ".modal:contains('Last Prices: Tour Widget') .o_data_row:contains('87.50'):contains('Quotation')",
        },
        {
            content: "And not the line itself",
            trigger: ".modal .o_list_view:not(:has(.o_data_row:eq(1)))",
        },
        {
            content: "Close it",
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        ...openKeyAccounts(),
        {
            content: "Open the section",
            trigger: "[data-menu-xmlid='key_account_pricing.key_account_agreement_menu_root']",
            run: "click",
        },
        {
            content: "Open the price library",
            trigger: "[data-menu-xmlid='key_account_pricing.key_account_price_record_menu']",
            run: "click",
        },
        {
            content: "Both quotations are listed",
            trigger: ".o_list_view .o_data_row:contains('87.50')",
        },
        {
            content: "Switch to the graph",
            trigger: ".o_switch_view.o_graph",
            run: "click",
        },
        {
            content: "The chart shows the average of the quotations, and is drawn",
            trigger: ".o_graph_view .o_graph_canvas_container canvas",
            run: async ({ anchor }) => {
                const isDrawn = () => {
                    const chart = window.Chart.getChart(anchor);
                    const line = chart?.data.datasets.find((d) => d.label === "Quotation");
                    const { width, height } = anchor;
                    return (
                        chart?.config.type === "line" &&
                        line?.data.some((value) => Math.abs(value - 93.75) < 0.001) &&
                        anchor
                            .getContext("2d")
                            .getImageData(0, 0, width, height)
                            .data.some((value) => value)
                    );
                };
                for (let tries = 0; !isDrawn(); tries++) {
                    if (tries === 50) {
                        throw new Error("The chart is empty or wrong");
                    }
                    await new Promise((resolve) => setTimeout(resolve, 100));
                }
            },
        },
        {
            content: "Switch to the pivot",
            trigger: ".o_switch_view.o_pivot",
            run: "click",
        },
        {
            content: "Drill down into the average price of the month",
            trigger: ".o_pivot_view .o_pivot_cell_value:contains('93.75')",
            run: "click",
        },
        {
            content: "Open the document of a price",
            trigger: ".o_list_view .o_data_row:contains('87.50') td[name=name]",
            run: "click",
        },
        {
            content: "It is the earlier quotation",
            trigger: ".o_form_view .o_field_widget[name=order_line] .o_data_row:contains('87.50')",
        },
    ],
});
