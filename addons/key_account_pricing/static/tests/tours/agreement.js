import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { choose, press, seeState } from "@key_account/../tests/tours/tour_steps";
import {
    addPrice,
    create,
    editCell,
    openPricing,
    openRow,
    pick,
    quote,
    seeLines,
    seeSource,
} from "./pricing_steps";

const tours = registry.category("web_tour.tours");

tours.add("agreement_salesperson", {
    url: "/odoo",
    steps: () => [
        ...openPricing("key_account_agreement_menu"),
        create(),
        ...choose("account_id", "Tour Customer"),
        ...pick("kind", "Volume-locked"),
        ...pick("volume_policy", "Price the rest by the next source"),
        ...addPrice(
            "Tour Cabinet",
            1,
            { price: "90", freight: "5", quantity_committed: "10" },
            "Delivered"
        ),
        ...addPrice(
            "Tour Cabinet",
            2,
            { quantity_min: "5", price: "80", freight: "5" },
            "Delivered"
        ),
        ...stepUtils.saveForm(),
        press("action_submit"),
        seeState("In Approval"),
    ],
});

tours.add("agreement_manager", {
    url: "/odoo",
    steps: () => [
        ...openPricing("key_account_agreement_menu"),
        openRow("Tour Customer"),
        press("action_activate"),
        seeState("Active"),
        {
            content: "All of the volume is left",
            trigger: ".o_data_row:contains('90.00') td[name=quantity_remaining]:contains('10.00')",
        },
    ],
});

tours.add("agreement_quotation", {
    url: "/odoo",
    steps: () => [
        ...quote("Tour Customer", "Tour Cabinet", "2"),
        {
            content: "Leave the line",
            trigger: "a[name=order_lines]",
            run: "click",
        },
        ...seeLines(["2.00", "90.00", "Agreement"]),
        {
            content: "Edit the quantity",
            trigger: ".o_data_row td[name=product_uom_qty]",
            run: "click",
        },
        ...editCell("product_uom_qty", "14", "180.00"),
        {
            content: "Leave the line",
            trigger: "a[name=order_lines]",
            run: "click",
        },
        ...seeLines(["14.00", "80.00", "Agreement"]),
        ...seeSource(
            "Agreement",
            "line 2: $ 80.00 from 5.00",
            "delivered, freight $ 5.00 included",
            "Other prices that apply",
            "line 1: $ 90.00",
            "List price"
        ),
        {
            content: "The freight is a part of the total",
            trigger: ".o_form_view:contains('of which freight'):contains('$ 70.00')",
        },
        ...stepUtils.saveForm(),
        press("action_confirm"),
        seeState("Sales Order"),
        ...seeLines(["10.00", "80.00", "Agreement"], ["4.00", "100.00", "List price"]),
        ...seeSource("List price", "has no volume left"),
    ],
});
