import { Component, onWillStart, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { Many2XAutocomplete } from "@web/views/fields/relational_utils";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { formatQuantity } from "./quantities";
import { RecipientMatrixGrid } from "./recipient_matrix_grid";
import { RecipientMatrix } from "./recipient_matrix_model";
import { SameForAllDialog } from "./same_for_all_dialog";

const CONFLICT = "odoo.addons.key_account_split.exceptions.RecipientMatrixConflictError";

/** Recipients × products of an order, to fill in like a spreadsheet. */
export class RecipientMatrixAction extends Component {
    static template = "key_account_split.RecipientMatrixAction";
    static components = { Layout, Many2XAutocomplete, RecipientMatrixGrid };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.state = useState({ version: 0, search: "", filter: "all", isBusy: false });
        const { context, params } = this.props.action;
        this.orderId = context.active_id || params?.active_id;
        this.matrix = null;
        this.match = { key: "", rows: [] };
        onWillStart(() => this.load());
        useSetupAction({
            beforeLeave: () => this.askBeforeLeaving(),
            beforeUnload: (ev) => {
                if (this.matrix?.isDirty) {
                    ev.preventDefault();
                    ev.returnValue = "";
                }
            },
        });
    }

    // ------------------------------------------------------------------ read

    async load() {
        if (!this.orderId) {
            return;
        }
        this.use(await this.call("get_recipient_matrix"));
        this.env.config.setDisplayName(_t("Recipients of %s", this.matrix.order.name));
    }

    use(data) {
        if (this.matrix) {
            this.matrix.load(data);
        } else {
            this.matrix = new RecipientMatrix(data, () => this.state.version++);
        }
    }

    call(method, ...args) {
        return this.orm.call("sale.order", method, [[this.orderId], ...args]);
    }

    /** The rows that match; typing does not take a row away under the cursor. */
    get rows() {
        const { search, filter } = this.state;
        const key = JSON.stringify([search, filter, this.matrix.rowsVersion]);
        if (this.match.key !== key) {
            Object.assign(this.match, { key, rows: this.matrix.find(search, filter) });
        }
        return this.match.rows;
    }

    get countText() {
        const total = this.matrix.rows.length;
        const shown = this.rows.length;
        return shown === total
            ? _t("%s recipients", total)
            : _t("%(shown)s of %(total)s recipients", { shown, total });
    }

    showAll() {
        Object.assign(this.state, { search: "", filter: "all" });
    }

    // ------------------------------------------------------------------ save

    /** Run one call at a time; nothing can be typed meanwhile. */
    async busy(task) {
        if (this.state.isBusy) {
            return false;
        }
        this.state.isBusy = true;
        try {
            return await task();
        } finally {
            this.state.isBusy = false;
        }
    }

    /** What is still being typed counts too: its cell takes it when it is left. */
    leaveCell() {
        document.activeElement?.closest(".o_recipient_matrix_grid")?.focus();
    }

    /** Save all changes; resolves to whether they are saved. */
    save() {
        this.leaveCell();
        return this.busy(async () => {
            if (!this.matrix.isDirty) {
                return true;
            }
            try {
                const data = await this.call("save_recipient_matrix", ...this.matrix.toSave());
                this.matrix.load(data);
                return true;
            } catch (error) {
                if (!(error instanceof RPCError) || error.exceptionName !== CONFLICT) {
                    throw error;
                }
                this.matrix.rebase(await this.call("get_recipient_matrix"));
                this.notification.add(error.data.message, { type: "warning", sticky: true });
                return false;
            }
        });
    }

    discard() {
        return this.busy(async () =>
            this.matrix.load(await this.call("get_recipient_matrix"))
        );
    }

    /** Stay, leave, or save and leave: resolves to whether the matrix may go. */
    askBeforeLeaving() {
        this.leaveCell();
        if (!this.matrix?.isDirty) {
            return true;
        }
        return new Promise((resolve) => {
            this.dialog.add(
                ConfirmationDialog,
                {
                    title: _t("Save your changes?"),
                    body: _t("The quantities that you have entered are not saved yet."),
                    confirmLabel: _t("Save"),
                    confirm: async () => {
                        try {
                            resolve(await this.save());
                        } catch (error) {
                            resolve(false);
                            throw error;
                        }
                    },
                    cancelLabel: _t("Discard"),
                    cancel: () => resolve(true),
                    dismiss: () => resolve(false),
                },
                { onClose: () => resolve(false) }
            );
        });
    }

    // --------------------------------------------------------------- helpers

    orderGiven() {
        const { columns, order } = this.matrix;
        const changes = columns
            .map((column, index) => ({ column, given: this.matrix.given(index) }))
            .filter(({ column, given }) => given !== column.ordered)
            .map(({ column, given }) =>
                _t("%(product)s: %(given)s instead of %(ordered)s", {
                    product: column.product,
                    given: formatQuantity(given, order.digits),
                    ordered: formatQuantity(column.ordered, order.digits),
                })
            );
        this.dialog.add(ConfirmationDialog, {
            title: _t("Order what is given?"),
            body: changes.join("\n"),
            confirmLabel: _t("Order"),
            confirm: async () => {
                if (await this.save()) {
                    await this.busy(async () => {
                        await this.call("action_order_given_quantities");
                        this.matrix.load(await this.call("get_recipient_matrix"));
                    });
                }
            },
            cancel: () => {},
        });
    }

    get canOrderGiven() {
        const { columns, order, rows } = this.matrix;
        return (
            order.can_order_given &&
            rows.length > 0 &&
            columns.some((_column, index) => this.matrix.missing(index))
        );
    }

    sameForAll(column) {
        const { rows } = this;
        const { product, unit } = this.matrix.columns[column];
        this.dialog.add(SameForAllDialog, {
            product,
            unit,
            count: rows.length,
            confirm: (quantity) =>
                this.matrix.set(rows.map((row) => ({ row, column, quantity }))),
        });
    }

    /** Share what is ordered over the rows shown; the others keep what they have. */
    spreadEvenly(columns) {
        const { rows } = this;
        return this.busy(async () => {
            const shares = await Promise.all(
                columns.map((column) => {
                    const shown = this.matrix.sum(rows.map((row) => row.quantities[column]));
                    const kept = this.matrix.round(this.matrix.given(column) - shown);
                    const { id } = this.matrix.columns[column];
                    return this.call("get_even_shares", id, rows.length, kept);
                })
            );
            this.matrix.set(
                columns.flatMap((column, index) =>
                    rows.map((row, place) => ({ row, column, quantity: shares[index][place] }))
                )
            );
        });
    }

    get addressProps() {
        const { order } = this.matrix;
        return {
            resModel: "res.partner",
            fieldString: _t("Delivery Address"),
            activeActions: { create: true, createEdit: true },
            context: {
                default_parent_id: order.customer_id,
                default_type: "delivery",
                show_address: 1,
            },
            // Whoever is in the table already is not offered again.
            getDomain: () => [
                ...order.address_domain,
                ["id", "not in", this.matrix.rows.map((row) => row.partnerId).filter(Boolean)],
            ],
            placeholder: _t("Add a recipient..."),
            update: (records) => this.addRecipients(records || []),
            value: "",
        };
    }

    async addRecipients(records) {
        const ids = records.map((record) => record.id).filter(Boolean);
        if (!ids.length) {
            return;
        }
        const partners = await this.orm.read("res.partner", ids, [
            "name",
            "display_name",
            "contact_address_inline",
        ]);
        this.showAll();
        for (const { id, name, display_name, contact_address_inline: address } of partners) {
            this.matrix.add({ id, name: name || display_name, address: address || "" });
        }
    }
}

registry.category("actions").add("key_account_split.recipient_matrix", RecipientMatrixAction);
