import { Component } from "@odoo/owl";
import { getCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What an exposure is made of: each row opens its documents, each member its account. */
export class CreditExposureField extends Component {
    static template = "key_account_credit.CreditExposureField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get value() {
        return this.props.record.data[this.props.name] || { rows: [], groups: [] };
    }

    get accountId() {
        return this.props.record.resId;
    }

    format(amount) {
        const currencyId = this.props.record.data.currency_id?.id;
        return formatMonetary(amount, {
            currencyId: getCurrency(currencyId) && currencyId,
        });
    }

    async openComponent(code) {
        this.action.doAction(
            await this.orm.call("key.account", "action_open_exposure_component", [
                [this.accountId],
                code,
            ])
        );
    }

    openAccount(id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "key.account",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("fields").add("credit_exposure", {
    component: CreditExposureField,
    displayName: _t("Credit Exposure"),
    supportedTypes: ["json"],
});
