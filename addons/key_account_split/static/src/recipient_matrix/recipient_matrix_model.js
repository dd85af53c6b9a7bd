import { normalize } from "@web/core/l10n/utils";
import { roundDecimals } from "@web/core/utils/numbers";

/**
 * Who gets how much of what, and what has been changed since it was read.
 *
 * It knows nothing of the screen. `onChange` is called after each change. A row's
 * quantities follow the order of the columns; what the server sent stays beside them as
 * `shown`, so that saving can tell what the user saw.
 */
export class RecipientMatrix {
    constructor(data, onChange = () => {}) {
        this.onChange = onChange;
        this.nextKey = 1;
        // Rises when rows come or go, not when their quantities change.
        this.rowsVersion = 0;
        this.load(data);
    }

    /** Take over what the server says and forget all changes. */
    load({ order, lines, recipients }) {
        this.order = order;
        this.columns = lines;
        this.rows = recipients.map((recipient) =>
            this.makeRow({ ...recipient, shown: recipient.quantities })
        );
        this.removed = [];
        this.steps = [];
        this.rowsVersion++;
        this.changed();
    }

    makeRow({ id, partner_id: partnerId, name, address, reference, shown, quantities }) {
        return {
            key: id || `new_${this.nextKey++}`,
            id,
            partnerId,
            name,
            address,
            reference,
            words: normalize([name, reference, address].join(" ")),
            shown: [...shown],
            quantities: [...quantities],
            conflicts: new Map(),
        };
    }

    changed() {
        this.totals = null;
        this.onChange();
    }

    round(quantity) {
        return roundDecimals(quantity, this.order.digits);
    }

    // ------------------------------------------------------------------ sums

    sum(numbers) {
        return this.round(numbers.reduce((total, number) => total + number, 0));
    }

    given(column) {
        this.totals ||= this.columns.map((_column, index) =>
            this.sum(this.rows.map((row) => row.quantities[index]))
        );
        return this.totals[column];
    }

    /** What nobody gets yet; negative where more is given than ordered. */
    missing(column) {
        return this.round(this.columns[column].ordered - this.given(column));
    }

    rowTotal(row) {
        return this.sum(row.quantities);
    }

    // --------------------------------------------------------------- changes

    isCellChanged(row, column) {
        return row.quantities[column] !== row.shown[column];
    }

    isRowChanged(row) {
        return !row.id || row.quantities.some((_quantity, index) => this.isCellChanged(row, index));
    }

    get isDirty() {
        return this.removed.length > 0 || this.rows.some((row) => this.isRowChanged(row));
    }

    /**
     * Set quantities, one step for undo().
     *
     * @param {{row: Object, column: number, quantity: number}[]} edits
     */
    set(edits) {
        const before = edits.map(({ row, column }) => ({
            row,
            column,
            quantity: row.quantities[column],
        }));
        this.write(edits);
        this.steps.push(() => this.write(before));
        this.changed();
    }

    write(edits) {
        for (const { row, column, quantity } of edits) {
            row.quantities[column] = this.round(quantity);
            row.conflicts.delete(column);
        }
    }

    /** Add a recipient that gets nothing yet. */
    add({ id, name, address }) {
        const nothing = this.columns.map(() => 0);
        const row = this.makeRow({
            id: false,
            partner_id: id,
            name,
            address,
            reference: "",
            shown: nothing,
            quantities: nothing,
        });
        this.insert(row, this.rows.length);
        this.steps.push(() => this.take(row));
        this.changed();
        return row;
    }

    insert(row, index) {
        this.rows.splice(index, 0, row);
        this.rowsVersion++;
    }

    /** Take a row out; returns where it was. */
    take(row) {
        const index = this.rows.indexOf(row);
        this.rows.splice(index, 1);
        this.rowsVersion++;
        return index;
    }

    remove(row) {
        const index = this.take(row);
        if (row.id) {
            this.removed.push(row);
        }
        this.steps.push(() => {
            this.insert(row, index);
            this.removed = this.removed.filter((other) => other !== row);
        });
        this.changed();
    }

    get canUndo() {
        return this.steps.length > 0;
    }

    undo() {
        this.steps.pop()?.();
        this.changed();
    }

    // ------------------------------------------------------------------ save

    cells(numbers) {
        return this.columns.map((column, index) => ({
            line: column.id,
            quantity: numbers[index],
        }));
    }

    /** The arguments of `save_recipient_matrix()`. */
    toSave() {
        const changes = [];
        const added = [];
        for (const row of this.rows) {
            if (!row.id) {
                added.push({
                    partner: row.partnerId,
                    quantities: this.cells(row.quantities).filter((cell) => cell.quantity),
                });
                continue;
            }
            this.columns.forEach((column, index) => {
                if (this.isCellChanged(row, index)) {
                    changes.push({
                        recipient: row.id,
                        line: column.id,
                        quantity: row.quantities[index],
                        shown: row.shown[index],
                    });
                }
            });
        }
        const removed = this.removed.map((row) => ({
            recipient: row.id,
            quantities: this.cells(row.shown),
        }));
        return [changes, added, removed];
    }

    /**
     * Take over what the server says now and keep the changes made here. Where somebody
     * else has changed the same cell, or a row that was removed here, the cell keeps what
     * they entered in `conflicts`.
     */
    rebase(data) {
        const { rows, removed, columns } = this;
        this.load(data);
        const now = new Map(this.rows.map((row) => [row.id, row]));
        const places = columns
            .map((column, index) => [
                index,
                this.columns.findIndex((other) => other.id === column.id),
            ])
            .filter(([, place]) => place >= 0);
        for (const old of rows) {
            const row = old.id ? now.get(old.id) : this.putBack(old);
            for (const [index, place] of row ? places : []) {
                if (old.quantities[index] === old.shown[index]) {
                    continue;
                }
                if (row.shown[place] !== old.shown[index]) {
                    row.conflicts.set(place, row.shown[place]);
                }
                row.quantities[place] = old.quantities[index];
            }
        }
        for (const old of removed) {
            const row = now.get(old.id);
            const moved = places.filter(
                ([index, place]) => row && row.shown[place] !== old.shown[index]
            );
            moved.forEach(([, place]) => row.conflicts.set(place, row.shown[place]));
            if (row && !moved.length) {
                this.take(row);
                this.removed.push(row);
            }
        }
        this.changed();
    }

    putBack(old) {
        const row = this.add({ id: old.partnerId, name: old.name, address: old.address });
        this.steps = [];
        return row;
    }

    // ---------------------------------------------------------------- filter

    /**
     * @param {string} text words that name, reference or address contain
     * @param {"all"|"nothing"|"changed"} kind
     */
    find(text, kind) {
        const words = normalize(text).split(/\s+/).filter(Boolean);
        return this.rows.filter(
            (row) =>
                words.every((word) => row.words.includes(word)) &&
                (kind !== "nothing" || !row.quantities.some(Boolean)) &&
                (kind !== "changed" || this.isRowChanged(row) || row.conflicts.size)
        );
    }
}
