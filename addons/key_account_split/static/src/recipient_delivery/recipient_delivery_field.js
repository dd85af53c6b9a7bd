import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

// Told also when nobody is in them: that nothing is late is news, too.
const ALWAYS = ["delivered", "late", "failed"];

/** Recipients of an order by state: a bar, and figures that open those recipients. */
export class RecipientDeliveryField extends Component {
    static template = "key_account_split.RecipientDeliveryField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    get total() {
        return this.rows.reduce((sum, row) => sum + row.count, 0);
    }

    get segments() {
        return this.rows
            .filter((row) => row.count)
            .map((row) => ({ ...row, width: (100 * row.count) / this.total }));
    }

    get figures() {
        return this.rows.filter((row) => row.count || ALWAYS.includes(row.state));
    }

    getTitle(row) {
        return _t("%(label)s: %(count)s of %(total)s", {
            label: row.label,
            count: row.count,
            total: this.total,
        });
    }

    async open(row) {
        const { resId, resModel } = this.props.record;
        const action = await this.orm.call(resModel, "action_open_recipients", [
            [resId],
            row.state,
        ]);
        await this.action.doAction(action);
    }
}

registry.category("fields").add("recipient_delivery", {
    component: RecipientDeliveryField,
    displayName: _t("Recipients by State"),
    supportedTypes: ["json"],
});
