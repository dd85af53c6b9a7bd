from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import GROUPS, KeyAccountCase

# Role -> what it may do with accounts that are its own, by ACL and rules.
RIGHTS = {
    "salesperson": "rwc",
    "manager": "rwcd",
    "controller": "rw",
    "accountant": "r",
    "warehouse": "",
    "administrator": "rwcd",
    "portal": "",
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}


@tagged("post_install", "-at_install")
class TestAccess(KeyAccountCase):
    def test_every_role_has_the_rights_of_the_table_on_accounts(self):
        account = self.make_account()
        for role in GROUPS:
            account.user_id = (
                self.user(role) if role != "portal" else self.user("salesperson")
            )
            for letter, operation in OPERATIONS.items():
                with self.subTest(role=role, operation=operation):
                    self.assertEqual(
                        account.with_user(self.user(role)).has_access(operation),
                        letter in RIGHTS[role],
                    )

    def test_salesperson_sees_own_and_team_accounts_only(self):
        salesperson = self.user("salesperson")
        own = self.make_account(self.make_company("Own"), user_id=salesperson.id)
        team = self.make_account(
            self.make_company("Team"), user_id=self.user("manager").id
        )
        other = self.make_account(
            self.make_company("Other"), user_id=self.user("manager").id
        )
        self.env["key.account.team.member"].create(
            {"account_id": team.id, "user_id": salesperson.id, "role": "solution"}
        )
        Account = self.env["key.account"]
        found = Account.with_user(salesperson).search(
            [("id", "in", (own | team | other).ids)]
        )
        self.assertEqual(found, own | team)
        with self.assertRaises(AccessError):
            other.with_user(salesperson).read(["code"])
        with self.assertRaises(AccessError):
            other.with_user(salesperson).write({"description": "mine"})
        for role in ("manager", "controller", "accountant"):
            with self.subTest(role=role):
                self.assertTrue(other.with_user(self.user(role)).code)

    def test_documents_and_team_follow_their_account(self):
        other = self.make_account(user_id=self.user("manager").id)
        document = self.env["key.account.document"].create(
            {"account_id": other.id, "name": "X"}
        )
        member = self.env["key.account.team.member"].create(
            {"account_id": other.id, "user_id": self.user("manager").id}
        )
        for record in (document, member):
            for role in ("salesperson", "warehouse", "portal"):
                with (
                    self.subTest(model=record._name, role=role),
                    self.assertRaises(AccessError),
                ):
                    record.with_user(self.user(role)).read(["display_name"])

    def test_account_of_another_company_is_out_of_reach(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        account = self.make_account(company_id=company.id)
        manager = self.user("manager")
        self.assertFalse(
            self.env["key.account"].with_user(manager).search([("id", "=", account.id)])
        )

    def test_controller_reads_orders_but_makes_none(self):
        order = self.make_order(self.make_company(), {self.make_product(): 1})
        controller = self.user("controller")
        self.assertTrue(order.with_user(controller).amount_total)
        with self.assertRaises(AccessError):
            order.with_user(controller).write({"client_order_ref": "x"})
        with self.assertRaises(AccessError):
            self.env["sale.order"].with_user(controller).create(
                {"partner_id": order.partner_id.id}
            )

    def test_only_the_administrator_changes_grades(self):
        grade = self.env.ref("key_account.key_account_grade_a")
        for role in ("salesperson", "manager", "controller", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                grade.with_user(self.user(role)).name = "Mine"
        grade.with_user(self.user("administrator")).name = "Strategic partner"
        self.assertEqual(grade.name, "Strategic partner")
