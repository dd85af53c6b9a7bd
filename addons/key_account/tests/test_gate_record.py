from psycopg2 import Error as DatabaseError

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..exceptions import DutyError
from .common import GROUPS, GateCase

STAFF = ("salesperson", "manager", "administrator")


@tagged("post_install", "-at_install")
class TestGateRecord(GateCase):
    """What the gate found and who decided is kept as it is, and nobody forges it."""

    def everybody(self):
        """Return an environment for each kind of user that might try."""
        envs = {role: self.env(user=self.user(role)) for role in STAFF}
        root = self.env.ref("base.user_admin")
        return {
            **envs,
            "settings": self.env(user=root),
            "superuser": self.env(user=SUPERUSER_ID, su=True),
        }

    def test_nobody_edits_or_deletes_an_issue(self):
        issue = self.held().gate_issue_ids
        values = issue.copy_data()[0]
        sentence = (
            "^Gate Issue is a record of what was decided and when: it is kept as it "
            "is, nobody edits or deletes it.$"
        )
        for who, env in self.everybody().items():
            mine = issue.with_env(env)
            attempts = {
                "create": lambda m=mine: m.create(values),
                "write": lambda m=mine: m.write({"state": "released"}),
                "write nothing": lambda m=mine: m.write({}),
                "assign": lambda m=mine: setattr(m, "reason", "Because."),
                "unlink": lambda m=mine: m.unlink(),
                "copy": lambda m=mine: m.copy(),
            }
            for how, attempt in attempts.items():
                with (
                    self.subTest(who=who, how=how),
                    self.assertStopped(DutyError, sentence),
                ):
                    attempt()
        self.assertEqual(issue.state, "open")

    def execute(self, template, *args):
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(SQL(template, *args))

    def assertRefusedByDatabase(self, template, *args):
        with self.assertRaisesRegex(DatabaseError, "added, never changed"):
            self.execute(template, *args)

    def test_database_lets_an_open_issue_be_closed_once(self):
        table = SQL.identifier("key_account_gate_issue")
        issue = self.held().gate_issue_ids
        close = "UPDATE %s SET state = 'released', reason = 'x' WHERE id = %s"
        self.execute(close, table, issue.id)
        self.assertRefusedByDatabase(close, table, issue.id)
        self.assertRefusedByDatabase(
            "UPDATE %s SET state = 'open' WHERE id = %s", table, issue.id
        )
        self.assertRefusedByDatabase(
            "UPDATE %s SET reason = 'y' WHERE id = %s", table, issue.id
        )
        issue.invalidate_recordset()
        self.assertEqual((issue.state, issue.reason), ("released", "x"))

    def test_database_keeps_every_other_column_of_an_open_issue(self):
        table = SQL.identifier("key_account_gate_issue")
        issue = self.held().gate_issue_ids
        columns = {
            "code": "'x'",
            "subject": "'x'",
            "kind": "'price'",
            "text": "'x'",
            "amount_missing": "1",
            "fingerprint": "'x'",
            "gate_round": "7",
            "date": "now()",
            "order_id": str(self.order().id),
            "account_id": "NULL",
            "requested_by_id": str(SUPERUSER_ID),
            "salesperson_id": "NULL",
        }
        for column, value in columns.items():
            with self.subTest(column=column):
                self.assertRefusedByDatabase(
                    f"UPDATE %s SET {column} = {value}, state = 'released' WHERE id = %s",
                    table,
                    issue.id,
                )
        stored = {name for name, field in issue._fields.items() if field.store}
        closing = {*issue._CLOSING_FIELDS, "id", "company_id", "currency_id"}
        self.assertEqual(stored - closing, set(columns), "a column is not tried")

    def test_database_deletes_no_issue(self):
        table = SQL.identifier("key_account_gate_issue")
        order = self.held()
        self.assertRefusedByDatabase(
            "DELETE FROM %s WHERE order_id = %s", table, order.id
        )
        self.release(order)
        self.assertRefusedByDatabase(
            "DELETE FROM %s WHERE order_id = %s", table, order.id
        )

    # ------------------------------------------------- what the gate writes

    def test_nobody_writes_what_the_gate_writes(self):
        order = self.held()
        released = {"gate_state": "released"}
        sentences = {
            "Sales Order.* is not entered by hand": (
                released,
                {"gate_state": "clear"},
                {"gate_requested_by_id": False},
                {"gate_date_requested": "2020-01-01"},
                {"gate_round": 0},
                {"client_order_ref": "x", **released},
            ),
            "fingerprint .* follows from its content": ({"fingerprint": "x"},),
        }
        for sentence, all_values in sentences.items():
            for values in all_values:
                with (
                    self.subTest(values=values),
                    self.assertStopped(DutyError, sentence),
                ):
                    order.with_user(self.user("salesperson")).write(values)
        self.assertHeld(order, "suspended")

    def test_nobody_creates_an_order_that_the_gate_has_let_through(self):
        Order = self.env["sale.order"].with_user(self.user("salesperson"))
        values = {"partner_id": self.account.partner_id.id}
        for forged in (
            {"gate_state": "released"},
            {"gate_state": "held"},
            {"gate_requested_by_id": self.env.uid},
        ):
            with (
                self.subTest(forged=forged),
                self.assertStopped(DutyError, "is not entered by hand"),
            ):
                Order.create({**values, **forged})
            context = {f"default_{name}": value for name, value in forged.items()}
            with (
                self.subTest(context=context),
                self.assertStopped(DutyError, "is not entered by hand"),
            ):
                Order.with_context(**context).create(values)
        with self.assertStopped(DutyError, "follows from its content"):
            Order.create({**values, "fingerprint": "x"})

    def test_default_fingerprint_is_not_taken(self):
        honest = self.order(role="salesperson")
        Order = self.env["sale.order"].with_user(self.user("salesperson"))
        order = Order.with_context(default_fingerprint="x").create(
            {"partner_id": self.account.partner_id.id}
        )
        self.assertEqual(len(order.fingerprint), len(honest.fingerprint))

    # ------------------------------------------------------------ who reads

    def test_roles_read_the_issues_of_the_table(self):
        salesperson = self.user("salesperson")
        own_order = self.held(user_id=salesperson.id)
        others = self.held("manager", user_id=self.user("manager").id)
        self.account.user_id = self.user("manager")
        table = {
            "salesperson": own_order,
            "manager": own_order | others,
            "controller": own_order | others,
            "accountant": own_order | others,
            "administrator": own_order | others,
            "warehouse": None,
            "portal": None,
        }
        self.assertEqual(set(table), set(GROUPS))
        issues = (own_order | others).gate_issue_ids
        for role, orders in table.items():
            mine = issues.with_user(self.user(role))
            with self.subTest(role=role):
                if orders is None:
                    self.assertFalse(mine.has_access("read"))
                    with self.assertRaises(AccessError):
                        mine.search([])
                else:
                    found = mine.search([("id", "in", issues.ids)])
                    self.assertEqual(found.order_id, orders)
                for operation in ("create", "write", "unlink"):
                    self.assertFalse(mine.has_access(operation), operation)

    def test_salesperson_reads_the_issues_of_the_own_accounts(self):
        salesperson = self.user("salesperson")
        order = self.held("manager", user_id=self.user("manager").id)
        issue = order.gate_issue_ids.with_user(salesperson)
        self.account.user_id = self.user("manager")
        self.assertFalse(issue.has_access("read"))
        self.account.user_id = salesperson
        self.assertTrue(issue.has_access("read"))
        self.account.user_id = self.user("manager")
        self.env["key.account.team.member"].create(
            {"account_id": self.account.id, "user_id": salesperson.id}
        )
        self.assertTrue(issue.has_access("read"))

    def test_issue_of_another_company_is_out_of_reach(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        account = self.make_account(self.make_company("Far"), company_id=company.id)
        order = self.order(account, company_id=company.id)
        account.action_suspend()
        order.action_confirm()
        self.assertHeld(order, "suspended")
        self.assertFalse(order.activity_ids.user_id & self.user("manager"))
        for role in ("manager", "controller", "accountant"):
            issue = order.gate_issue_ids.with_user(self.user(role))
            with self.subTest(role=role):
                self.assertFalse(issue.search([("id", "=", issue.id)]))
                with self.assertStopped(AccessError, ".*"):
                    issue.action_release("Paid.")
