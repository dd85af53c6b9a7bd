import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { formatFloat, formatSelection } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The whole decision of a line's price, which no column is wide enough for. */
export class PriceSourcePopover extends Component {
    static template = "key_account_pricing.PriceSourcePopover";
    static props = { record: Object, close: Function };

    get trace() {
        return this.props.record.data.price_trace;
    }

    get others() {
        return (this.props.record.data.price_beaten || "").split("\n").filter(Boolean);
    }

    // Only who may see guide prices gets them from the server.
    get guide() {
        const { data, fields } = this.props.record;
        return data.guide_price
            ? formatFloat(data.guide_price, { digits: fields.guide_price.digits })
            : "";
    }

    get distance() {
        const { guide_distance: distance } = this.props.record.data;
        return distance ? _t("%s %% below", formatFloat(distance, { digits: [16, 2] })) : "";
    }
}

/** The source of a line's price in a word; a click says the rest. */
export class PriceSourceField extends Component {
    static template = "key_account_pricing.PriceSourceField";
    static props = { ...standardFieldProps };

    setup() {
        this.popover = usePopover(PriceSourcePopover, { position: "top" });
    }

    get label() {
        const { data, fields } = this.props.record;
        const { selection } = fields[this.props.name];
        return formatSelection(data[this.props.name], { selection });
    }

    get hint() {
        return _t("%s: where it comes from", this.label);
    }

    get isManual() {
        return this.props.record.data[this.props.name] === "manual";
    }

    open(event) {
        this.popover.open(event.currentTarget, { record: this.props.record });
    }
}

registry.category("fields").add("key_account_price_source", {
    component: PriceSourceField,
    displayName: _t("Price Source"),
    supportedTypes: ["selection"],
    fieldDependencies: [
        { name: "price_trace", type: "char" },
        { name: "price_beaten", type: "text" },
    ],
});
