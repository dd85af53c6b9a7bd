import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { formatInteger } from "@web/views/fields/formatters";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const SECONDS = 2;

/** How far a split in the background has come: moves by itself until it has ended. */
export class SplitProgressField extends Component {
    static template = "key_account_split_queue.SplitProgressField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ latest: null });
        onMounted(() => this.schedule());
        onWillUnmount(() => browser.clearTimeout(this.timeout));
    }

    get progress() {
        return this.state.latest || this.props.record.data[this.props.name];
    }

    get percent() {
        const { made, total } = this.progress;
        return total ? Math.floor((100 * made) / total) : 0;
    }

    get text() {
        const { state, made, total } = this.progress;
        if (state === "undoing") {
            return _t("The split is being undone: %s child orders left.", formatInteger(made));
        }
        if (state === "confirming" || made >= total) {
            return _t("All %s child orders are made and being confirmed.", formatInteger(total));
        }
        return _t("%(made)s of %(total)s child orders made.", {
            made: formatInteger(made),
            total: formatInteger(total),
        });
    }

    schedule() {
        this.timeout = browser.setTimeout(() => this.look(), 1000 * SECONDS);
    }

    async look() {
        const { record, name } = this.props;
        if (record.resId && record.data[name]) {
            const [row] = await this.orm.silent.read(record.resModel, [record.resId], [name]);
            if (!row || !row[name]) {
                this.state.latest = null;
                await record.load();
                return;
            }
            this.state.latest = row[name];
        }
        this.schedule();
    }
}

registry.category("fields").add("split_progress", {
    component: SplitProgressField,
    displayName: _t("Progress of the Split"),
    supportedTypes: ["json"],
});
