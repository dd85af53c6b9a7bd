import { Component, onMounted, onPatched, onWillUpdateProps, useRef, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { clamp } from "@web/core/utils/numbers";
import { useVirtualGrid } from "@web/core/virtual_grid_hook";
import { formatQuantity, parseQuantity, splitBlock } from "./quantities";

// As in the style sheet: rows are drawn only where they can be seen.
export const ROW_HEIGHT = 44;
const PAGE = 10;

/** The table: the cursor, the block that is selected, keys, clipboard, typing. */
export class RecipientMatrixGrid extends Component {
    static template = "key_account_split.RecipientMatrixGrid";
    static components = { Dropdown, DropdownItem };
    static props = {
        matrix: Object,
        rows: Array,
        version: Number, // rises with each change of the matrix
        isEditable: Boolean,
        isBusy: Boolean, // nothing can be typed while something is saved
        sameForAll: Function,
        spreadEvenly: Function,
    };

    setup() {
        this.notification = useService("notification");
        this.scrollRef = useRef("scroll");
        this.headRef = useRef("head");
        this.footRef = useRef("foot");
        this.inputRef = useRef("input");
        this.state = useState({
            cursor: { row: 0, column: 0 },
            anchor: { row: 0, column: 0 },
            // What is being typed, null where nothing is.
            text: null,
            isTyped: false,
        });
        this.virtual = useVirtualGrid({ scrollableRef: this.scrollRef, bufferCoef: 0.3 });
        this.virtual.setRowsHeights(this.props.rows.map(() => ROW_HEIGHT));
        onWillUpdateProps(({ rows, matrix }) => {
            this.virtual.setRowsHeights(rows.map(() => ROW_HEIGHT));
            const last = { row: rows.length - 1, column: matrix.columns.length - 1 };
            for (const cell of [this.state.cursor, this.state.anchor]) {
                cell.row = clamp(cell.row, 0, Math.max(last.row, 0));
                cell.column = clamp(cell.column, 0, Math.max(last.column, 0));
            }
        });
        onMounted(() => this.focus());
        onPatched(() => this.focusInput());
    }

    // ----------------------------------------------------------------- shown

    get matrix() {
        return this.props.matrix;
    }

    /** The rows that are drawn: their indexes, and the height of what is left out. */
    get drawn() {
        const { rows } = this.props;
        const [first = 0, last = -1] = this.virtual.rowsIndexes || [];
        return {
            rows: rows.slice(first, last + 1).map((row, index) => ({ row, index: first + index })),
            above: first * ROW_HEIGHT,
            below: (rows.length - 1 - last) * ROW_HEIGHT,
        };
    }

    get canEdit() {
        return this.props.isEditable && !this.props.isBusy;
    }

    get block() {
        const { cursor, anchor } = this.state;
        return {
            top: Math.min(cursor.row, anchor.row),
            bottom: Math.max(cursor.row, anchor.row),
            left: Math.min(cursor.column, anchor.column),
            right: Math.max(cursor.column, anchor.column),
        };
    }

    get blockCells() {
        const { top, bottom, left, right } = this.block;
        const cells = [];
        for (let index = top; index <= bottom; index++) {
            for (let column = left; column <= right; column++) {
                cells.push({ row: this.props.rows[index], column });
            }
        }
        return cells;
    }

    format(quantity) {
        return formatQuantity(quantity, this.matrix.order.digits);
    }

    isCursor(row, column) {
        return this.state.cursor.row === row && this.state.cursor.column === column;
    }

    cellClass({ row, index }, column) {
        const { top, bottom, left, right } = this.block;
        return {
            o_cursor: this.isCursor(index, column),
            o_selected: index >= top && index <= bottom && column >= left && column <= right,
            o_changed: this.matrix.isCellChanged(row, column),
            o_conflict: row.conflicts.has(column),
        };
    }

    cellTitle(row, column) {
        return row.conflicts.has(column)
            ? _t("Somebody else entered %s here.", this.format(row.conflicts.get(column)))
            : "";
    }

    missingText(column) {
        const missing = this.matrix.missing(column);
        if (missing > 0) {
            return _t("%s missing", this.format(missing));
        }
        return missing < 0 ? _t("%s too much", this.format(-missing)) : "";
    }

    // ---------------------------------------------------------------- cursor

    focus() {
        this.scrollRef.el?.focus({ preventScroll: true });
    }

    focusInput() {
        const input = this.inputRef.el;
        if (input && input !== document.activeElement) {
            input.focus({ preventScroll: true });
            if (!this.state.isTyped) {
                input.select();
            }
        }
    }

    go(row, column, extend = false) {
        const { rows } = this.props;
        const cell = {
            row: clamp(row, 0, rows.length - 1),
            column: clamp(column, 0, this.matrix.columns.length - 1),
        };
        this.state.cursor = cell;
        if (!extend) {
            this.state.anchor = { ...cell };
        }
        this.reveal(cell);
    }

    /** Scroll until the cell is neither outside nor under what sticks to the edges. */
    reveal({ row, column }) {
        const scroll = this.scrollRef.el;
        const room = scroll.clientHeight - this.headRef.el.offsetHeight - this.footRef.el.offsetHeight;
        const top = row * ROW_HEIGHT;
        scroll.scrollTop = clamp(
            scroll.scrollTop,
            Math.max(0, top + ROW_HEIGHT - room),
            Math.max(0, top)
        );
        const [first, ...heads] = this.headRef.el.querySelectorAll("th");
        const head = heads[column];
        const width = scroll.clientWidth;
        scroll.scrollLeft = clamp(
            scroll.scrollLeft,
            Math.max(0, head.offsetLeft + head.offsetWidth - width),
            Math.max(0, head.offsetLeft - first.offsetWidth)
        );
    }

    // ---------------------------------------------------------------- typing

    edit(text = null) {
        if (!this.canEdit) {
            return;
        }
        const { row, column } = this.state.cursor;
        const quantity = this.props.rows[row].quantities[column];
        this.state.isTyped = text !== null;
        this.state.text = text ?? (quantity ? this.format(quantity) : "");
        this.state.anchor = { ...this.state.cursor };
    }

    /** Take over what was typed; what is no quantity is refused and the cell stays. */
    commit() {
        const { text, cursor } = this.state;
        if (text === null) {
            return;
        }
        this.state.text = null;
        const quantity = parseQuantity(text);
        if (quantity === null) {
            return this.refuse(text);
        }
        const row = this.props.rows[cursor.row];
        if (row && this.matrix.round(quantity) !== row.quantities[cursor.column]) {
            this.set([{ row, column: cursor.column, quantity }]);
        }
    }

    refuse(text) {
        this.notification.add(
            _t("“%s” is no quantity: enter a number, zero or more.", text.slice(0, 20)),
            { type: "danger" }
        );
    }

    cancel() {
        this.state.text = null;
        this.focus();
    }

    set(edits) {
        if (this.canEdit) {
            this.matrix.set(edits);
        }
    }

    fill(quantity) {
        this.set(this.blockCells.map((cell) => ({ ...cell, quantity })));
    }

    // --------------------------------------------------------------- helpers

    clearColumns(columns) {
        this.set(
            this.props.rows.flatMap((row) =>
                columns.map((column) => ({ row, column, quantity: 0 }))
            )
        );
    }

    /** Copy the first row of the block over the rest of it; of one row, to the end. */
    copyDown() {
        const { top, left, right } = this.block;
        const bottom = this.block.bottom > top ? this.block.bottom : this.props.rows.length - 1;
        const source = this.props.rows[top];
        const edits = [];
        for (const row of this.props.rows.slice(top + 1, bottom + 1)) {
            for (let column = left; column <= right; column++) {
                edits.push({ row, column, quantity: source.quantities[column] });
            }
        }
        this.set(edits);
    }

    copyDownColumn(column) {
        this.go(column === this.state.cursor.column ? this.block.top : 0, column);
        this.copyDown();
    }

    // ------------------------------------------------------------------ keys

    onKeydown(ev) {
        if (this.state.text === null) {
            this.onKeyMove(ev);
        } else {
            this.onKeyType(ev);
        }
    }

    onKeyMove(ev) {
        const { row, column } = this.state.cursor;
        const isCommand = ev.ctrlKey || ev.metaKey;
        const moves = {
            ArrowUp: [isCommand ? -Infinity : -1, 0],
            ArrowDown: [isCommand ? Infinity : 1, 0],
            ArrowLeft: [0, isCommand ? -Infinity : -1],
            ArrowRight: [0, isCommand ? Infinity : 1],
            PageUp: [-PAGE, 0],
            PageDown: [PAGE, 0],
            Home: [isCommand ? -Infinity : 0, -Infinity],
            End: [isCommand ? Infinity : 0, Infinity],
        };
        if (ev.altKey || ev.isComposing) {
            return;
        }
        if (ev.key in moves) {
            const [down, right] = moves[ev.key];
            this.go(row + down, column + right, ev.shiftKey);
        } else if (ev.key === "Tab") {
            if (!this.goAside(ev.shiftKey ? -1 : 1)) {
                return; // out of the table
            }
        } else if (isCommand) {
            if (!this.onKeyCommand(ev.key.toLowerCase())) {
                return;
            }
        } else if (!this.onKeyEdit(ev.key)) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    onKeyCommand(key) {
        const commands = {
            a: () => {
                this.state.anchor = { row: 0, column: 0 };
                this.state.cursor = {
                    row: this.props.rows.length - 1,
                    column: this.matrix.columns.length - 1,
                };
            },
            d: () => this.copyDown(),
            z: () => this.canEdit && this.matrix.undo(),
        };
        commands[key]?.();
        return key in commands;
    }

    onKeyEdit(key) {
        if (key === "Enter" || key === "F2") {
            this.edit();
        } else if (key === "Delete" || key === "Backspace") {
            this.fill(0);
        } else if (key.length === 1 && key !== " ") {
            this.edit(key);
        } else {
            return false;
        }
        return true;
    }

    onKeyType(ev) {
        const { row, column } = this.state.cursor;
        const { isTyped } = this.state;
        const moves = {
            Enter: () => this.go(row + (ev.shiftKey ? -1 : 1), column),
            ArrowUp: () => this.go(row - 1, column),
            ArrowDown: () => this.go(row + 1, column),
            ArrowLeft: isTyped && (() => this.go(row, column - 1)),
            ArrowRight: isTyped && (() => this.go(row, column + 1)),
            Tab: () => this.goAside(ev.shiftKey ? -1 : 1),
        };
        ev.stopPropagation();
        if (ev.isComposing) {
            return;
        }
        if (ev.key === "Escape") {
            this.cancel();
        } else if (moves[ev.key]) {
            this.commit();
            moves[ev.key]();
            this.focus();
        } else {
            return;
        }
        ev.preventDefault();
    }

    /** Go to the next cell, over the ends of rows; false where there is none. */
    goAside(step) {
        const width = this.matrix.columns.length;
        const { row, column } = this.state.cursor;
        const place = row * width + column + step;
        if (place < 0 || place >= width * this.props.rows.length) {
            return false;
        }
        this.go(Math.floor(place / width), place % width);
        return true;
    }

    // ----------------------------------------------------------------- mouse

    onPointerdown(ev, row, column) {
        if (ev.button || (this.state.text !== null && this.isCursor(row, column))) {
            return;
        }
        this.commit();
        if (ev.pointerType !== "touch") {
            // A finger scrolls, a mouse selects.
            this.go(row, column, ev.shiftKey);
            this.isDragging = true;
        }
    }

    onPointerenter(ev, row, column) {
        if (this.isDragging && ev.buttons === 1 && this.state.text === null) {
            this.go(row, column, true);
        } else {
            this.isDragging = false;
        }
    }

    onClick(ev, row, column) {
        if (ev.pointerType === "touch") {
            this.go(row, column);
            this.edit();
        } else if (this.state.text === null) {
            this.focus();
        }
    }

    onInputBlur() {
        // Not when the input goes because the cell is done.
        if (this.state.text !== null) {
            this.commit();
        }
    }

    // ------------------------------------------------------------- clipboard

    onCopy(ev) {
        if (this.state.text !== null || !this.props.rows.length) {
            return;
        }
        const { top, bottom, left, right } = this.block;
        const lines = this.props.rows.slice(top, bottom + 1).map((row) =>
            row.quantities
                .slice(left, right + 1)
                .map((quantity) =>
                    formatQuantity(quantity, this.matrix.order.digits, { thousandsSep: "" })
                )
                .join("\t")
        );
        ev.clipboardData.setData("text/plain", lines.join("\n"));
        ev.preventDefault();
    }

    onCut(ev) {
        this.onCopy(ev);
        if (ev.defaultPrevented) {
            this.fill(0);
        }
    }

    onPaste(ev) {
        if (this.state.text !== null || !this.canEdit || !this.props.rows.length) {
            return;
        }
        ev.preventDefault();
        const block = splitBlock(ev.clipboardData.getData("text/plain"));
        const isOne = block.length === 1 && block[0].length === 1;
        const quantities = block.map((line) => line.map(parseQuantity));
        for (const [index, line] of quantities.entries()) {
            const wrong = line.indexOf(null);
            if (wrong >= 0) {
                return this.refuse(block[index][wrong]);
            }
        }
        if (isOne) {
            return this.fill(quantities[0][0]);
        }
        this.pasteBlock(quantities);
    }

    pasteBlock(quantities) {
        const { top, left } = this.block;
        const edits = [];
        let isCut = false;
        quantities.forEach((line, down) =>
            line.forEach((quantity, right) => {
                const row = this.props.rows[top + down];
                const column = left + right;
                if (row && column < this.matrix.columns.length) {
                    edits.push({ row, column, quantity });
                } else {
                    isCut = true;
                }
            })
        );
        this.set(edits);
        const width = Math.max(...quantities.map((line) => line.length));
        // All of it is selected, and its beginning stays in sight.
        this.go(top + quantities.length - 1, left + width - 1);
        this.go(top, left, true);
        if (isCut) {
            this.notification.add(
                _t(
                    "The block is larger than the table from here: what did not fit was left out."
                ),
                { type: "warning" }
            );
        }
    }
}
