"""Addons of others stand beside ours and nothing needs them: what accountants do with
bank statement lines works in a database that has none of them."""

import json

import pytest
from copies import copied_database, run_script

# Whatever builds on them goes with them.
UNINSTALL = """
names = ["account_statement_base", "account_usability"]
modules = env["ir.module.module"].search([("name", "in", names)])
assert set(modules.mapped("state")) == {"installed"}, modules.mapped("state")
modules.button_immediate_uninstall()
"""
RECONCILE = """
import json
from odoo import Command
assert "reconcile_mode" not in env["account.journal"]._fields  # they are gone
users = env["res.users"].with_context(no_reset_password=True)
accountant = users.create({
    "name": "Accountant", "login": "accountant_alone",
    "group_ids": [Command.link(env.ref("account.group_account_user").id)],
})
partner = env["res.partner"].create({
    "name": "Customer", "is_company": True, "street": "1", "city": "A",
})
account = env["key.account"].create({"partner_id": partner.id, "state": "active"})
mine = env(user=accountant)
action = env.ref("key_account_fund.account_bank_statement_line_action")
views = [(action.view_id.id, "list"), (action.search_view_id.id, "search")]
Line = mine[action.res_model]
arch = Line.get_views(views)["views"]["list"]["arch"]
menu = env.ref("key_account_fund.account_bank_statement_line_menu")
line = Line.create({
    "journal_id": env["account.journal"].search([("type", "=", "bank")], limit=1).id,
    "payment_ref": "prepayment", "partner_id": partner.id, "amount": 55,
})
line.action_put_into_fund()
found = {
    "button": "action_put_into_fund" in arch,
    "menu": menu.id in mine["ir.ui.menu"]._visible_menu_ids(),
    "reconciled": line.is_reconciled,
    "posted": account.fund_ids.amount_posted,
}
line.action_undo_reconciliation()
found["undone"] = account.fund_ids.amount_posted
found["audit"] = account.fund_ids._audit()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def alone():
    """A database without the addons of others."""
    with copied_database("alone") as database:
        done = run_script(database, UNINSTALL)
        assert done.returncode == 0, done.stderr[-4000:]
        yield database


def test_statement_lines_go_into_funds_without_other_addons(alone):
    done = run_script(alone, RECONCILE)
    assert done.returncode == 0, done.stderr[-4000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "button": True,
        "menu": True,
        "reconciled": True,
        "posted": 55,
        "undone": 0,
        "audit": [],
    }
