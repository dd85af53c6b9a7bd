import { describe, expect, test } from "@odoo/hoot";
import { makeMockEnv, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { localization } from "@web/core/l10n/localization";
import {
    formatQuantity,
    parseQuantity,
    splitBlock,
} from "@key_account_split/recipient_matrix/quantities";
import { RecipientMatrix } from "@key_account_split/recipient_matrix/recipient_matrix_model";

describe.current.tags("headless");

const recipient = (id, name, quantities) => ({
    id,
    partner_id: 100 + id,
    name,
    address: `${name} Street 1`,
    reference: `F-${id}`,
    quantities,
});

const data = (changes = {}) => ({
    order: { id: 5, name: "S1", digits: 2, is_editable: true },
    lines: [
        { id: 11, product: "Tea", unit: "kg", ordered: 0.6 },
        { id: 12, product: "Cup", unit: "Units", ordered: 4 },
    ],
    recipients: [recipient(1, "North", [0.1, 2]), recipient(2, "Süd", [0.2, 3])],
    ...changes,
});

test("totals are rounded by the unit, missing and too much are told apart", () => {
    const matrix = new RecipientMatrix(data());
    expect(matrix.given(0)).toBe(0.3);
    expect(matrix.missing(0)).toBe(0.3);
    expect(matrix.missing(1)).toBe(-1);
    expect(matrix.rowTotal(matrix.rows[0])).toBe(2.1);
    matrix.set([{ row: matrix.rows[0], column: 0, quantity: 0.399 }]);
    expect(matrix.rows[0].quantities[0]).toBe(0.4);
    expect(matrix.missing(0)).toBe(0);
});

test("only what is different from what was shown is sent", () => {
    const matrix = new RecipientMatrix(data());
    const [north, south] = matrix.rows;
    expect(matrix.isDirty).toBe(false);
    matrix.set([
        { row: north, column: 1, quantity: 7 },
        { row: south, column: 1, quantity: 3 },
    ]);
    const east = matrix.add({ id: 300, name: "East", address: "" });
    matrix.set([{ row: east, column: 0, quantity: 1 }]);
    matrix.remove(south);
    expect(matrix.isDirty).toBe(true);
    expect(matrix.toSave()).toEqual([
        [{ recipient: 1, line: 12, quantity: 7, shown: 2 }],
        [{ partner: 300, quantities: [{ line: 11, quantity: 1 }] }],
        [
            {
                recipient: 2,
                quantities: [
                    { line: 11, quantity: 0.2 },
                    { line: 12, quantity: 3 },
                ],
            },
        ],
    ]);
});

test("each step can be undone, the last first", () => {
    const matrix = new RecipientMatrix(data());
    const [north, south] = matrix.rows;
    matrix.set([
        { row: north, column: 0, quantity: 5 },
        { row: south, column: 0, quantity: 5 },
    ]);
    matrix.remove(north);
    matrix.add({ id: 300, name: "East", address: "" });
    matrix.undo();
    expect(matrix.rows.map((row) => row.name)).toEqual(["Süd"]);
    matrix.undo();
    expect(matrix.rows.map((row) => row.name)).toEqual(["North", "Süd"]);
    expect(matrix.given(0)).toBe(10);
    matrix.undo();
    expect(matrix.given(0)).toBe(0.3);
    expect(matrix.isDirty).toBe(false);
    expect(matrix.canUndo).toBe(false);
});

test("own changes stay and those of others are marked", () => {
    const matrix = new RecipientMatrix(data());
    const [north, south] = matrix.rows;
    matrix.set([
        { row: north, column: 0, quantity: 8 },
        { row: north, column: 1, quantity: 9 },
    ]);
    matrix.remove(south);
    matrix.add({ id: 300, name: "East", address: "" });
    matrix.rebase(
        data({
            lines: [data().lines[1], data().lines[0]],
            recipients: [recipient(1, "North", [2, 5]), recipient(2, "Süd", [3, 0.2])],
        })
    );
    expect(matrix.rows.map((row) => row.name)).toEqual(["North", "East"]);
    expect(matrix.rows[0].quantities).toEqual([9, 8]);
    expect([...matrix.rows[0].conflicts]).toEqual([[1, 5]]);
    expect(matrix.toSave()[0]).toEqual([
        { recipient: 1, line: 12, quantity: 9, shown: 2 },
        { recipient: 1, line: 11, quantity: 8, shown: 5 },
    ]);
    expect(matrix.removed.map((row) => row.name)).toEqual(["Süd"]);
});

test("a removed row that somebody else has filled comes back", () => {
    const matrix = new RecipientMatrix(data());
    matrix.remove(matrix.rows[1]);
    matrix.rebase(
        data({ recipients: [recipient(1, "North", [0.1, 2]), recipient(2, "Süd", [0.2, 9])] })
    );
    expect(matrix.rows.map((row) => row.name)).toEqual(["North", "Süd"]);
    expect([...matrix.rows[1].conflicts]).toEqual([[1, 9]]);
    expect(matrix.isDirty).toBe(false);
});

test("a row and a product that are gone take their changes along", () => {
    const matrix = new RecipientMatrix(data());
    matrix.set(matrix.rows.map((row) => ({ row, column: 1, quantity: 8 })));
    matrix.rebase(data({ lines: [data().lines[0]], recipients: [recipient(2, "Süd", [0.2])] }));
    expect(matrix.rows.map((row) => row.quantities)).toEqual([[0.2]]);
    expect(matrix.isDirty).toBe(false);
});

test("recipients are found by name, reference and address, without accents", () => {
    const matrix = new RecipientMatrix(data());
    const names = (text, kind = "all") => matrix.find(text, kind).map((row) => row.name);
    expect(names("sud street")).toEqual(["Süd"]);
    expect(names("f-1")).toEqual(["North"]);
    expect(names("west")).toEqual([]);
    expect(names("", "nothing")).toEqual([]);
    matrix.set([0, 1].map((column) => ({ row: matrix.rows[0], column, quantity: 0 })));
    expect(names("", "nothing")).toEqual(["North"]);
    expect(names("", "changed")).toEqual(["North"]);
});

test("quantities are read and written as the language does", async () => {
    await makeMockEnv();
    expect(parseQuantity(" 1,234.5 ")).toBe(1234.5);
    expect(parseQuantity("")).toBe(0);
    expect(parseQuantity("=2*3")).toBe(6);
    for (const text of ["abc", "-1", "=", "1e999", "NaN", "1 2 x"]) {
        expect(parseQuantity(text)).toBe(null);
    }
    expect(formatQuantity(1234.5, 2)).toBe("1,234.5");
    patchWithCleanup(localization, { decimalPoint: ",", thousandsSep: "." });
    expect(parseQuantity("1.234,5")).toBe(1234.5);
    expect(formatQuantity(1234.5, 2)).toBe("1.234,5");
});

test("a block of a spreadsheet is read as rows and columns", () => {
    expect(splitBlock("1\t2\r\n3\t\r\n")).toEqual([
        ["1", "2"],
        ["3", ""],
    ]);
    expect(splitBlock("7")).toEqual([["7"]]);
});
