import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import {
    click,
    edit,
    manuallyDispatchProgrammaticEvent,
    press,
    queryAll,
    queryAllTexts,
    queryOne,
    scroll,
} from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    getService,
    makeServerError,
    mountWebClient,
    onRpc,
} from "@web/../tests/web_test_helpers";

defineMailModels();
describe.current.tags("desktop");

const CONFLICT = "odoo.addons.key_account_split.exceptions.RecipientMatrixConflictError";

function matrixData(recipients, order = {}) {
    return {
        order: {
            id: 5,
            name: "S1",
            digits: 2,
            customer_id: 7,
            address_domain: [],
            is_editable: true,
            lock_reason: "",
            can_order_given: true,
            ...order,
        },
        lines: [
            { id: 11, product: "Tea", description: "", unit: "Units", ordered: 10 },
            { id: 12, product: "Cup", description: "", unit: "Units", ordered: 6 },
        ],
        recipients: recipients.map(([name, ...quantities], index) => ({
            id: index + 1,
            partner_id: 100 + index,
            name,
            address: "",
            reference: "",
            quantities,
        })),
    };
}

const THREE = [
    ["North", 1, 2],
    ["South", 0, 0],
    ["West", 3, 0],
];

async function openMatrix(data) {
    onRpc("sale.order", "get_recipient_matrix", () => data);
    await mountWebClient();
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "key_account_split.recipient_matrix",
        context: { active_id: 5 },
    });
    await animationFrame();
}

const cell = (row, column) => `.o_cell[data-row='${row}'][data-column='${column}']`;
const texts = (column) => queryAllTexts(`.o_cell[data-column='${column}']`);
const missing = () => queryAllTexts(".o_missing");

async function keys(...strokes) {
    for (const stroke of strokes) {
        await press(stroke);
        await animationFrame();
    }
}

async function clipboard(type, text = "") {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    await manuallyDispatchProgrammaticEvent(queryOne(".o_recipient_matrix_grid"), type, {
        clipboardData,
    });
    await animationFrame();
    return clipboardData.getData("text/plain");
}

async function menu(column, item) {
    await click(`.o_column_head:eq(${column}) .o_column_menu`);
    await animationFrame();
    await click(`.o-dropdown-item:contains("${item}")`);
    await animationFrame();
}

test("it shows quantities, totals, and in red what does not add up", async () => {
    await openMatrix(matrixData(THREE));
    expect(texts(0)).toEqual(["1", "", "3"]);
    expect(queryAllTexts("td.o_row_total")).toEqual(["3", "0", "3"]);
    expect(queryAllTexts(".o_given")).toEqual(["4", "2"]);
    expect(queryAllTexts(".o_ordered")).toEqual(["10", "6"]);
    expect(missing()).toEqual(["6 missing", "4 missing"]);
    expect(".o_missing .text-danger").toHaveCount(2);
    expect(".o_breadcrumb").toHaveText("Recipients of S1");
});

test("keys move the cursor, type, and go on", async () => {
    await openMatrix(matrixData(THREE));
    await keys("7", "Enter", "5");
    await keys("Tab");
    expect(texts(0)).toEqual(["7", "5", "3"]);
    expect(cell(1, 1)).toHaveClass("o_cursor");
    expect(missing()[0]).toBe("5 too much");
    await keys("Tab");
    expect(cell(2, 0)).toHaveClass("o_cursor");
    await keys("ArrowUp", "Delete");
    expect(texts(0)).toEqual(["7", "", "3"]);
    await keys("Enter");
    await edit("9");
    await keys("Escape");
    expect(texts(0)).toEqual(["7", "", "3"]);
    await keys(["ctrl", "z"], ["ctrl", "z"]);
    expect(texts(0)).toEqual(["7", "", "3"]);
    await keys(["ctrl", "z"]);
    expect(texts(0)).toEqual(["1", "", "3"]);
});

test("what is no quantity is refused", async () => {
    await openMatrix(matrixData(THREE));
    for (const text of ["x", "-"]) {
        await keys(text, "2", "Enter");
        await keys("ArrowUp");
    }
    expect(texts(0)).toEqual(["1", "", "3"]);
    expect(".o_notification").toHaveCount(2);
    expect(".o_notification:first").toHaveText(/is no quantity/);
    expect(".o_changed").toHaveCount(0);
});

test("a block of a spreadsheet is pasted, one number fills the selection", async () => {
    await openMatrix(matrixData(THREE));
    await clipboard("paste", "4\t1.5\r\n5\t\r\n");
    expect(texts(0)).toEqual(["4", "5", "3"]);
    expect(texts(1)).toEqual(["1.5", "", ""]);
    expect(cell(0, 0)).toHaveClass("o_cursor", { message: "its beginning stays in sight" });
    expect(await clipboard("copy")).toBe("4\t1.5\n5\t0");
    await keys(["ctrl", "a"]);
    await clipboard("paste", "2");
    expect(missing()).toEqual(["4 missing", ""]);
    expect(".o_missing .fa-check").toHaveCount(1);
});

test("a block that is too large or no numbers is told", async () => {
    await openMatrix(matrixData(THREE));
    await clipboard("paste", "4\tmany");
    expect(texts(0)).toEqual(["1", "", "3"], { message: "nothing of it is pasted" });
    expect(".o_notification").toHaveText(/“many” is no quantity/);
    await keys("ArrowDown", "ArrowDown");
    await clipboard("paste", "8\n9");
    expect(texts(0)).toEqual(["1", "", "8"]);
    expect(".o_notification:contains('larger than the table')").toHaveCount(1);
});

test("a column is filled: same for all, copy down, spread, clear", async () => {
    onRpc("sale.order", "get_even_shares", ({ args }) => {
        expect.step(args);
        return [3.33, 3.33, 3.34];
    });
    await openMatrix(matrixData(THREE));
    await menu(1, "Same for all");
    await contains(".modal input").edit("2", { confirm: false });
    await contains(".o_same_for_all_confirm").click();
    expect(texts(1)).toEqual(["2", "2", "2"]);
    await menu(0, "Copy down");
    expect(texts(0)).toEqual(["1", "1", "1"]);
    await menu(0, "Spread evenly");
    await animationFrame();
    expect.verifySteps([[[5], 11, 3, 0]]);
    expect(texts(0)).toEqual(["3.33", "3.33", "3.34"]);
    await menu(0, "Clear");
    expect(texts(0)).toEqual(["", "", ""]);
});

test("helpers leave alone who is not shown", async () => {
    onRpc("sale.order", "get_even_shares", ({ args }) => {
        expect.step(args);
        return [3.5, 3.5];
    });
    await openMatrix(matrixData(THREE));
    await contains(".o_recipient_matrix_search").edit("th", { confirm: false });
    await animationFrame();
    expect(queryAllTexts(".o_recipient_row .o_row_name")).toEqual(["North", "South"]);
    expect(".o_recipient_matrix_count").toHaveText("2 of 3 recipients");
    await menu(0, "Spread evenly");
    await animationFrame();
    expect.verifySteps([[[5], 11, 2, 3]]);
    await contains(".o_recipient_matrix_search").clear({ confirm: false });
    await animationFrame();
    expect(texts(0)).toEqual(["3.5", "3.5", "3"]);
});

test("a row does not vanish under the cursor when it no longer matches", async () => {
    await openMatrix(matrixData(THREE));
    await contains(".o_recipient_matrix_filter").select("nothing");
    expect(queryAllTexts(".o_row_name")).toEqual(["South"]);
    await click(cell(0, 0));
    await animationFrame();
    await keys("4", "Enter");
    expect(texts(0)).toEqual(["4"]);
});

test("changes are saved in one call, also what is still being typed", async () => {
    onRpc("sale.order", "save_recipient_matrix", ({ args }) => {
        expect.step(args);
        return matrixData([["North", 8, 2]]);
    });
    await openMatrix(matrixData(THREE));
    await keys("8");
    await click(".o_recipient_row:eq(2) .o_row_remove");
    await animationFrame();
    expect(texts(0)).toEqual(["8", ""]);
    await click(".o_recipient_matrix_save");
    await animationFrame();
    expect.verifySteps([
        [
            [5],
            [{ recipient: 1, line: 11, quantity: 8, shown: 1 }],
            [],
            [
                {
                    recipient: 3,
                    quantities: [
                        { line: 11, quantity: 3 },
                        { line: 12, quantity: 0 },
                    ],
                },
            ],
        ],
    ]);
    expect(texts(0)).toEqual(["8"]);
    expect(".o_changed").toHaveCount(0);
    expect(".o_recipient_matrix_discard").toHaveCount(0);
});

test("what somebody else changed meanwhile is shown, the own input stays", async () => {
    let data = matrixData(THREE);
    onRpc("sale.order", "get_recipient_matrix", () => data);
    onRpc("sale.order", "save_recipient_matrix", ({ args }) => {
        expect.step(args[1][0]);
        if (args[1][0].shown === 1) {
            data = matrixData([["North", 5, 2], ...THREE.slice(1)]);
            throw makeServerError({ errorName: CONFLICT, message: "North, Tea was 1 and is 5." });
        }
        return matrixData([["North", 8, 2], ...THREE.slice(1)]);
    });
    await mountWebClient();
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "key_account_split.recipient_matrix",
        context: { active_id: 5 },
    });
    await keys("8", "Enter");
    await click(".o_recipient_matrix_save");
    await animationFrame();
    await animationFrame();
    expect(".o_notification").toHaveText(/North, Tea was 1 and is 5/);
    expect(cell(0, 0)).toHaveClass("o_conflict");
    expect(cell(0, 0)).toHaveAttribute("title", "Somebody else entered 5 here.");
    expect(texts(0)[0]).toBe("8");
    await click(".o_recipient_matrix_save");
    await animationFrame();
    expect.verifySteps([
        { recipient: 1, line: 11, quantity: 8, shown: 1 },
        { recipient: 1, line: 11, quantity: 8, shown: 5 },
    ]);
    expect(".o_conflict").toHaveCount(0);
});

test("what is given is ordered after it was named", async () => {
    onRpc("sale.order", "save_recipient_matrix", () => {
        expect.step("save");
        return matrixData(THREE);
    });
    onRpc("sale.order", "action_order_given_quantities", () => {
        expect.step("order");
        return true;
    });
    await openMatrix(matrixData(THREE));
    await keys("9", "Enter");
    await click(".o_recipient_matrix_order");
    await animationFrame();
    expect(".modal-body").toHaveText("Tea: 12 instead of 10\nCup: 2 instead of 6");
    await contains(".modal-footer .btn-primary").click();
    await animationFrame();
    expect.verifySteps(["save", "order"]);
});

test("who leaves with changes is asked", async () => {
    onRpc("sale.order", "save_recipient_matrix", ({ args }) => {
        expect.step(args[1]);
        return matrixData(THREE);
    });
    await openMatrix(matrixData(THREE));
    const leave = async () => {
        getService("action").doAction({
            type: "ir.actions.client",
            tag: "key_account_split.recipient_matrix",
            name: "Another",
            context: { active_id: 6 },
        });
        await animationFrame();
    };
    await keys("9"); // and still being typed
    await leave();
    await contains(".modal .btn-close").click();
    expect(".o_breadcrumb").toHaveText("Recipients of S1");
    expect(texts(0)[0]).toBe("9", { message: "it stays, with what was typed" });
    await leave();
    await contains(".modal .btn-primary").click();
    await animationFrame();
    expect.verifySteps([[{ recipient: 1, line: 11, quantity: 9, shown: 1 }]]);
    expect(".o_breadcrumb li").toHaveCount(1, { message: "it is left" });
    await keys("9", "Enter");
    await leave();
    await contains(".modal .btn-secondary").click();
    await animationFrame();
    expect.verifySteps([]);
    expect(".o_changed").toHaveCount(0, { message: "left without saving" });
});

test("it is for reading where the server says so", async () => {
    const order = { is_editable: false, lock_reason: "S1 is fixed.", can_order_given: false };
    await openMatrix(matrixData(THREE, order));
    await keys("9", "Enter", "Delete");
    await clipboard("paste", "5");
    expect(texts(0)).toEqual(["1", "", "3"]);
    expect(".o_recipient_matrix .alert").toHaveText("S1 is fixed.");
    for (const button of ["save", "add", "order"]) {
        expect(`.o_recipient_matrix_${button}`).toHaveCount(0);
    }
    expect(".o_column_menu, .o_row_remove").toHaveCount(0);
    expect(await clipboard("copy")).toBe("1");
});

test("an empty matrix says what to do", async () => {
    await openMatrix({ ...matrixData(THREE), lines: [], recipients: [] });
    expect(".o_view_nocontent").toHaveText(/Add products to the order first/);
    await openMatrix(matrixData([]));
    expect(".o_view_nocontent").toHaveText(/Add delivery addresses/);
});

test("of many recipients only those in sight are drawn", async () => {
    const many = Array.from({ length: 1000 }, (_, index) => [`Shop ${index}`, 1, 1]);
    await openMatrix(matrixData(many));
    expect(queryAll(".o_recipient_row").length).toBeLessThan(100);
    expect(queryAllTexts(".o_given")).toEqual(["1,000", "1,000"]);
    await keys(["ctrl", "ArrowDown"]);
    await animationFrame();
    expect(cell(999, 0)).toHaveClass("o_cursor");
    expect(queryAll(".o_recipient_row").length).toBeLessThan(100);
    await scroll(".o_recipient_matrix_grid", { y: 0 });
    await animationFrame();
    expect(cell(0, 0)).toHaveCount(1);
});
