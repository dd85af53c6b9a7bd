"""The addons can be removed again, and leave Odoo as it was."""

import json
import re

import pytest
from copies import copied_database, query, run_script

SUITE = (
    "key_account_suite",
    "key_account_split",
    "key_account_pricing",
    "key_account_fund",
    "key_account_credit",
    "key_account_approval",
    "key_account",
)
OWN = "key_account"
PROBLEM = re.compile(r"^\S+ \S+ \d+ (?:WARNING|ERROR|CRITICAL) .*", re.MULTILINE)

# An order of each kind, and a warehouse user whose groups are Odoo's own.
PREPARE = """
from odoo import Command
partner = env["res.partner"].create({
    "name": "Customer", "is_company": True, "street": "1", "city": "A",
})
env["key.account"].create({
    "partner_id": partner.id, "state": "active", "pay_mode": "credit",
})
product = env["product.product"].create({
    "name": "Tea", "list_price": 12.5, "is_storable": True,
    "invoice_policy": "delivery", "taxes_id": [Command.clear()],
})
location = env["stock.warehouse"].search([], limit=1).lot_stock_id
env["stock.quant"]._update_available_quantity(product, location, 50)

def make(quantity):
    return env["sale.order"].create({
        "partner_id": partner.id,
        "order_line": [Command.create({
            "product_id": product.id, "product_uom_qty": quantity
        })],
    })

def add_recipients(order, shares):
    for number, share in enumerate(shares):
        order.recipient_ids = [Command.create({
            "partner_id": env["res.partner"].create({
                "name": f"R{number}", "type": "delivery", "parent_id": partner.id,
                "street": "2", "city": "B",
            }).id,
            "line_ids": [Command.create({
                "order_line_id": order.order_line.id, "quantity": share
            })],
        })]

split = make(5)
add_recipients(split, (3, 2))
split.action_split()
split.child_order_ids[0].picking_ids.button_validate()
split.action_create_child_invoice()
split.invoice_ids.action_post()
quotation = make(4)
add_recipients(quotation, (4,))
ordinary = make(1)
ordinary.action_confirm()
groups = {
    "warehouse": "base.group_user,stock.group_stock_user",
    "salesperson": "base.group_user,sales_team.group_sale_salesman",
    "accountant": "base.group_user,account.group_account_invoice",
    "key_account": "base.group_user,key_account.group_key_account_manager",
    "customer": "base.group_portal",
}
for login, xmlids in groups.items():
    env["res.users"].create({
        "name": login, "login": login, "password": login,
        "group_ids": [Command.set([env.ref(x).id for x in xmlids.split(",")])],
    })

# Decisions and what is held stay in nobody's way.
boss = env["res.users"].search([("login", "=", "key_account")])
env["key.account.approval.rule"].create({
    "name": "Every order", "res_model": "sale.order",
    "step_ids": [Command.create({
        "name": "Boss", "approver_kind": "users", "user_ids": boss.ids
    })],
})
approved = make(2)
approved.action_ask_approval("A good customer")
approved.approval_request_ids.with_user(boss).action_approve()
env["key.account"].search([("partner_id", "=", partner.id)]).action_suspend()
held = make(3)
held.action_confirm()
assert held.gate_issue_ids and approved.approval_request_ids.decision_ids
cr.commit()
import json
print(json.dumps({
    "split": split.id, "children": split.child_order_ids.ids,
    "quotation": quotation.id, "ordinary": ordinary.id,
    "invoice": split.invoice_ids.id,
}))
"""
UNINSTALL = """
modules = env["ir.module.module"].search([("name", "in", sys.argv[2].split(","))])
assert set(modules.mapped("state")) == {"installed"}, modules.mapped("state")
modules.button_immediate_uninstall()
"""
# What the web client asks for when it starts, and what users open first.
LOOK = """
import json
found = {}
for login in ("admin", "warehouse", "salesperson", "accountant", "key_account"):
    user = env["res.users"].search([("login", "=", login)])
    mine = env(user=user)
    mine["ir.ui.menu"].load_web_menus(False)
    for model in ("sale.order", "stock.picking", "product.product", "res.partner"):
        if not mine[model].has_access("read"):
            continue
        views = [(False, kind) for kind in ("form", "list", "kanban", "search")]
        mine[model].get_views(views)
    if mine["sale.order"].has_access("read"):
        rows = mine["sale.order"].search_read([], ["name", "state", "amount_total"])
        found[login] = {row["id"]: [row["state"], row["amount_total"]] for row in rows}
# Nothing of ours is left that journal items would stumble over.
invoice = env["account.move"].create({
    "move_type": "out_invoice",
    "partner_id": env["res.partner"].search([("name", "=", "Customer")]).id,
    "invoice_line_ids": [(0, 0, {"name": "Tea", "price_unit": 5.0, "tax_ids": []})],
})
invoice.action_post()
found["posted"] = invoice.state
registered = env.registry.models
found["models"] = [name for name in registered if "key.account" in name]
found["fields"] = [name for name in env["sale.order"]._fields if "recipient_ids" in name]
found["closed"] = [
    str(field) for name in registered for field in env[name]._fields.values()
    if field.groups and "key_account" in field.groups
]
print(json.dumps(found))
"""


def succeed(done):
    assert done.returncode == 0, done.stderr[-4000:]
    return done


def own_problems(done):
    """Return the log's warnings and errors that name one of our addons or models."""
    words = (OWN, "key.account", "sale.order.recipient", "Traceback")
    return [
        line
        for line in PROBLEM.findall(done.stderr)
        if any(word in line for word in words)
    ] + (["Traceback"] if "Traceback" in done.stderr else [])


@pytest.fixture(scope="module")
def database():
    with copied_database("uninstall") as name:
        yield name


@pytest.fixture(scope="module")
def orders(database):
    """What was there before anything was removed."""
    done = succeed(run_script(database, PREPARE))
    return json.loads(done.stdout.splitlines()[-1])


def user_groups(database):
    """Return ``{login: {xmlid of a group of Odoo's own}}``."""
    with query(database) as select:
        rows = select(
            """
            SELECT u.login, d.module || '.' || d.name
              FROM res_users u
              JOIN res_groups_users_rel r ON r.uid = u.id
              JOIN ir_model_data d ON d.model = 'res.groups' AND d.res_id = r.gid
             WHERE d.module NOT LIKE 'key_account%%'
            """
        )
    groups = {}
    for login, xmlid in rows:
        groups.setdefault(login, set()).add(xmlid)
    return groups


@pytest.fixture(scope="module")
def removed(database, orders):
    """The addons are gone; the run's log and the groups from before are returned."""
    before = user_groups(database)
    logs = [succeed(run_script(database, UNINSTALL, ",".join(SUITE)))]
    logs.append(succeed(run_script(database, LOOK)))
    return before, logs, json.loads(logs[1].stdout.splitlines()[-1])


def test_the_addons_are_gone(database, removed):
    with query(database) as select:
        states = select(
            "SELECT DISTINCT state FROM ir_module_module WHERE name LIKE 'key_account%%'"
        )
        tables = select(
            "SELECT tablename FROM pg_tables WHERE tablename LIKE 'key_account%%'"
            " OR tablename LIKE 'sale_order_recipient%%'"
        )
        columns = select(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE column_name IN ('key_account_id', 'parent_order_id',"
            " 'parent_line_id', 'recipient_id')"
            " AND table_name IN ('sale_order', 'sale_order_line', 'account_move')"
        )
        left = select("SELECT name FROM ir_model_data WHERE module = ANY(%s)", [*SUITE])
        relations = select(
            "SELECT tablename FROM pg_tables WHERE tablename LIKE '%%key_account%%'"
        )
    assert states == [("uninstalled",)]
    assert (tables, columns, left, relations) == ([], [], [], [])


def test_nothing_of_ours_is_in_the_log(removed):
    _before, logs, _found = removed
    assert [problem for log in logs for problem in own_problems(log)] == []


def test_a_split_order_falls_back_to_cancelled_and_others_stay(removed, orders):
    _before, _logs, found = removed
    states = {int(key): value for key, value in found["admin"].items()}
    assert states[orders["split"]] == ["cancel", 62.5]
    assert [states[child][0] for child in orders["children"]] == ["sale", "sale"]
    assert states[orders["quotation"]] == ["draft", 50.0]
    assert states[orders["ordinary"]] == ["sale", 12.5]


def test_the_web_client_opens_without_our_models(removed):
    _before, _logs, found = removed
    assert (found["models"], found["fields"], found["closed"]) == ([], [], [])
    assert found["posted"] == "posted"
    # Prices are nobody's secret any more, as in any Odoo.
    assert found["warehouse"] == found["admin"]


def test_users_keep_the_groups_of_odoo(database, removed):
    before, _logs, _found = removed
    after = user_groups(database)
    for login, groups in before.items():
        assert groups <= after[login], login


def test_posted_invoices_stay(database, removed, orders):
    with query(database) as select:
        rows = select(
            "SELECT state, amount_total FROM account_move WHERE id = %s",
            orders["invoice"],
        )
    assert [(state, float(total)) for state, total in rows] == [("posted", 37.5)]


def test_addons_can_be_installed_again(database, removed):
    """Removed for a trial, installed again: what was split before is history."""
    code = """
module = env["ir.module.module"].search([("name", "=", "key_account_suite")])
module.button_immediate_install()
"""
    done = succeed(run_script(database, code))
    assert own_problems(done) == []
    with query(database) as select:
        states = select(
            "SELECT DISTINCT state FROM ir_module_module WHERE name = ANY(%s)",
            [*SUITE],
        )
    assert states == [("installed",)]
    succeed(run_script(database, "env['sale.order'].search([]).read([])"))


def test_the_split_addon_can_go_alone():
    with copied_database("unsplit") as name:
        succeed(run_script(name, PREPARE))
        addons = ",".join(SUITE[:2])
        done = succeed(run_script(name, UNINSTALL, addons))
        assert own_problems(done) == []
        code = """
orders = env["sale.order"].search([])
assert orders.key_account_id.state == "suspended"
assert "split" not in orders.mapped("state")
orders.key_account_id.action_activate()
env["key.account.approval.rule"].search([]).active = False
orders.filtered(lambda order: order.state == "draft").action_confirm()
print(sorted(set(orders.mapped("state"))))
"""
        found = succeed(run_script(name, code))
        assert found.stdout.splitlines()[-1] == "['cancel', 'sale']"
