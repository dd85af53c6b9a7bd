import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryOne } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { defineModels, fields, models, MockServer, mountView } from "@web/../tests/web_test_helpers";

class Parent extends models.Model {
    _name = "parent.order";

    note = fields.Char();
    split_progress = fields.Json();

    _records = [
        { id: 1, note: "before", split_progress: { state: "creating", made: 100, total: 400 } },
    ];
}

defineMailModels();
defineModels([Parent]);
describe.current.tags("desktop");

const ARCH = `<form><field name="note"/><field name="split_progress" widget="split_progress"/></form>`;
const LOOK = 2000;

const write = (values) => MockServer.env["parent.order"].write([1], values);
const bar = () => queryOne(".o_split_progress [role=progressbar]").ariaValueNow;

test("the bar moves by itself", async () => {
    await mountView({ type: "form", resModel: "parent.order", resId: 1, arch: ARCH });
    expect(bar()).toBe("25");
    expect(".o_split_progress").toHaveText("100 of 400 child orders made.");
    write({ split_progress: { state: "creating", made: 300, total: 400 } });
    await advanceTime(LOOK);
    await animationFrame();
    expect(bar()).toBe("75");
    write({ split_progress: { state: "creating", made: 400, total: 400 } });
    await advanceTime(LOOK);
    await animationFrame();
    expect(".o_split_progress").toHaveText(
        "All 400 child orders are made and being confirmed."
    );
});

test("the form shows what became of the order once the split has ended", async () => {
    await mountView({ type: "form", resModel: "parent.order", resId: 1, arch: ARCH });
    write({ split_progress: false, note: "after" });
    await advanceTime(LOOK);
    await animationFrame();
    expect(".o_split_progress").toHaveCount(0);
    expect(".o_field_widget[name=note] input").toHaveValue("after");
});

test("an order that is split later is watched, too", async () => {
    Parent._records[0].split_progress = false;
    await mountView({ type: "form", resModel: "parent.order", resId: 1, arch: ARCH });
    expect(".o_split_progress").toHaveCount(0);
    await advanceTime(LOOK);
    expect(".o_split_progress").toHaveCount(0);
});
