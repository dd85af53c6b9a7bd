import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";
import { press, seeState } from "@key_account/../tests/tours/tour_steps";
import { openOrderOf, openOrders } from "./order_steps";

const HEADER = "Name,Street,City,Product Code,Quantity";

const upload = (content, name, ...rows) => ({
    content,
    trigger: ".modal .o_field_widget[name=file]",
    run: async () => {
        const text = [HEADER, ...rows].join("\r\n");
        const file = new File([text], name, { type: "text/csv" });
        await inputFiles(".modal .o_field_widget[name=file] input[type=file]", [file]);
    },
});

registry.category("web_tour.tours").add("recipient_import_salesperson", {
    url: "/odoo",
    steps: () => [
        ...openOrders(),
        openOrderOf("Acme"),
        {
            content: "Open the recipients",
            trigger: "a[name=recipients]",
            run: "click",
        },
        press("action_import_recipients"),
        upload(
            "Choose a file with two errors",
            "wrong.csv",
            "Shop North,Oak 1,Rome,TEA,three",
            "Shop South,Elm 2,Rome,COFFEE,2"
        ),
        {
            content: "The file is there",
            trigger: ".modal .o_field_widget[name=file] :value('wrong.csv')",
        },
        press("action_check"),
        {
            content: "The quantity is wrong, in row 2",
            trigger: ".modal .o_data_row:contains('Quantity') td[name=row]:contains('2')",
        },
        {
            content: "The product is wrong, in row 3",
            trigger: ".modal .o_data_row:contains('COFFEE') td[name=row]:contains('3')",
        },
        upload(
            "Choose the file that was corrected",
            "right.csv",
            "Shop North,Oak 1,Rome,TEA,3",
            "Shop South,Elm 2,Rome,TEA,2"
        ),
        {
            content: "The other file is there",
            trigger: ".modal .o_field_widget[name=file] :value('right.csv')",
        },
        press("action_check"),
        press("action_import"),
        {
            content: "The recipients are in the order",
            trigger: ".o_form_view .o_field_widget[name=recipient_ids] .o_data_row:contains('Shop South')",
        },
        press("action_split"),
        {
            content: "Open a child order",
            trigger: ".o_list_view .o_data_row:contains('Shop North') td[name=name]",
            run: "click",
        },
        seeState("Sales Order"),
    ],
});
