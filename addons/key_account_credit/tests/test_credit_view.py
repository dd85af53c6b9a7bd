from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestCreditView(CreditCase):
    """What the account shows of its credit, and to whom."""

    def overdue(self, amount, days, account=None):
        today = fields.Date.today()
        invoice = self.make_invoice(
            amount, account=account, invoice_date=today - timedelta(days=90)
        )
        invoice.invoice_date_due = today - timedelta(days=days)
        invoice.action_post()

    def test_new_account_is_written_in_the_form(self):
        for role in ("salesperson", "manager"):
            with self.subTest(role):
                accounts = self.env["key.account"].with_user(self.user(role))
                with Form(accounts) as form:
                    form.partner_id = self.make_company(f"New to {role}")
                self.assertEqual(form.record.credit_standing, "free")

    def test_parts_add_up_and_open_their_documents(self):
        self.make_limit(1000.0)
        order = self.confirm(200.0)
        self.overdue(30.0, 4)
        account = self.account.with_user(self.user("controller"))
        value = account.credit_exposure_parts
        amounts = {row["code"]: row["amount"] for row in value["rows"]}
        self.assertEqual(amounts, {"undelivered": 200.0, "overdue": 30.0})
        self.assertEqual(value["total"], account.credit_exposure)
        action = account.action_open_exposure_component("undelivered")
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), order)

    def test_group_lists_its_members_and_what_each_owes(self):
        head, sister = self.make_account(), self.make_account()
        for account in (self.account, sister):
            account.partner_id.parent_id = head.partner_id
        limit = self.make_limit(500.0, account=head, scope="group")
        own = self.make_limit(100.0)
        self.confirm(40.0)
        self.confirm(60.0, account=sister)
        account = self.account.with_user(self.user("controller"))
        (group,) = account.credit_exposure_parts["groups"]
        self.assertEqual((group["limit"], group["exposure"]), (500.0, 100.0))
        self.assertEqual(
            {row["id"]: row["amount"] for row in group["members"]},
            {head.id: 0.0, sister.id: 60.0, self.account.id: 40.0},
        )
        self.assertEqual(account.credit_current_limit_ids, limit | own)

    def test_limits_that_are_not_in_force_are_left_out(self):
        today = self.company._get_today()
        self.make_limit(
            1.0, date_end=today - timedelta(days=1), date_start="2020-01-01"
        )
        self.make_limit(2.0, date_start=today + timedelta(days=1))
        self.assertFalse(self.account.credit_current_limit_ids)

    def test_overdue_and_its_oldest_item(self):
        self.overdue(30.0, 4)
        self.overdue(20.0, 44)
        account = self.account.with_user(self.user("accountant"))
        self.assertEqual(account.credit_overdue, 50.0)
        self.assertEqual(account.credit_overdue_days, 44)

    def test_accounts_are_found_by_how_they_stand(self):
        near, over, free = (self.make_account() for _each in range(3))
        self.make_limit(100.0)
        self.make_limit(100.0, account=near)
        self.make_limit(100.0, account=over)
        self.confirm(90.0, account=near)
        self.confirm(100.0, account=over)
        expected = {"good": self.account, "near": near, "over": over, "free": free}
        everyone = self.account | near | over | free
        Account = self.env["key.account"].with_user(self.user("manager"))
        for standing, account in expected.items():
            found = Account.search(
                [("credit_standing", "=", standing), ("id", "in", everyone.ids)]
            )
            self.assertEqual(found, account, standing)
        found = Account.search(
            [("credit_standing", "!=", "free"), ("id", "in", everyone.ids)]
        )
        self.assertEqual(found, everyone - free)

    def test_search_asks_no_more_with_more_accounts(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["key.account"].search([("credit_standing", "=", "over")])
            self.env["key.account"].search([("credit_overdue", ">", 0)])
            return self.env.cr.sql_log_count - before

        self.make_limit(10.0)
        count()
        few = count()
        for _each in range(5):
            self.make_limit(10.0, account=self.make_account())
        count()
        self.assertEqual(count(), few)

    def test_salesperson_sees_how_it_stands_and_no_amount(self):
        self.make_limit(100.0)
        self.confirm(95.0)
        salesperson = self.user("salesperson")
        self.account.user_id = salesperson
        account = self.account.with_user(salesperson)
        self.assertEqual(account.credit_standing, "near")
        for name in (
            "credit_exposure_parts",
            "credit_current_limit_ids",
            "credit_overdue",
            "credit_incoming",
            "credit_available",
        ):
            with self.subTest(name), self.assertStopped(AccessError, ""):
                account.read([name])
        with self.assertStopped(AccessError, ""):
            account.search([("credit_overdue", ">", 0)])
        for view_type in ("form", "list"):
            arch = account.get_view(view_type=view_type)["arch"]
            self.assertIn("credit_standing", arch)
            self.assertNotIn("credit_overdue", arch)
            self.assertNotIn("credit_exposure", arch)

    def test_how_one_member_stands_is_found_for_own_accounts_only(self):
        self.overdue(10.0, 1)
        self.make_limit(0.0)
        other = self.account.with_user(self.user("salesperson"))
        self.account.user_id = self.user("manager")
        self.assertNotIn(self.account, other.search([("credit_standing", "=", "over")]))
