import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus } from "@web/core/utils/hooks";
import { parseQuantity } from "./quantities";

/** Asks for the one quantity that fills a column. */
export class SameForAllDialog extends Component {
    static template = "key_account_split.SameForAllDialog";
    static components = { Dialog };
    static props = {
        product: String,
        unit: String,
        count: Number,
        confirm: Function,
        close: Function,
    };

    setup() {
        this.state = useState({ text: "", isRefused: false });
        useAutofocus();
    }

    get question() {
        const { product, count } = this.props;
        return _t("%(product)s: each of the %(count)s recipients shown gets", { product, count });
    }

    confirm() {
        const quantity = this.state.text.trim() ? parseQuantity(this.state.text) : null;
        if (quantity === null) {
            this.state.isRefused = true;
            return;
        }
        this.props.confirm(quantity);
        this.props.close();
    }
}
