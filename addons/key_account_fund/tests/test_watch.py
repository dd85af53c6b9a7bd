from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .test_check import SeeCase

ACTIVITY = "key_account_fund.mail_activity_type_audit"


@tagged("post_install", "-at_install")
class TestWatch(SeeCase):
    def setUp(self):
        super().setUp()
        self.deposit(100)

    def check(self):
        """Run the daily job."""
        with (
            self.enter_registry_test_mode(),
            mute_logger("odoo.addons.key_account_fund.models.key_account_fund_watch"),
        ):
            self.env.ref("key_account_fund.ir_cron_audit").method_direct_trigger()
        self.env.invalidate_all()

    def activities(self, fund=None):
        fund = self.fund if fund is None else fund
        return fund.activity_search([ACTIVITY])

    def test_nobody_is_told_while_all_is_right(self):
        self.check()
        self.assertFalse(self.activities())

    def test_an_accountant_is_told_in_a_sentence(self):
        with self.spoiled():
            self.check()
            activity = self.activities()
            self.assertEqual(len(activity), 1)
            self.assertIn("107.00", activity.summary)
            self.assertIn("general ledger", str(activity.note))
            self.assertTrue(activity.user_id.has_group("account.group_account_invoice"))
            self.assertIn(self.fund.company_id, activity.user_id.company_ids)
            self.assertEqual(activity.user_id, self.fund._get_audit_user())

    def test_each_company_tells_its_own_accountant(self):
        """Who does the accounting comes before who only invoices."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        staff = {
            login: new_test_user(
                self.env,
                login=login,
                groups=group,
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            for login, group in (
                ("clerk", "account.group_account_invoice"),
                ("bookkeeper", "account.group_account_user"),
            )
        }
        account = self.make_account(company_id=company.id)
        fund = self.make_fund(account.with_company(company))
        with self.spoiled(), self.spoiled(3, fund):
            self.check()
            self.assertEqual(self.activities(fund).user_id, staff["bookkeeper"])
            self.assertNotIn(self.activities().user_id, staff.values())

    def test_nothing_is_told_twice_while_it_is_open(self):
        with self.spoiled():
            self.check()
            first = self.activities()
            self.check()
            self.assertEqual(self.activities(), first)
            with self.spoiled(5):
                self.check()
                self.assertEqual(self.activities(), first)
                self.assertIn("112.00", first.summary)

    def test_it_is_closed_when_the_fund_is_in_order_again(self):
        with self.spoiled():
            self.check()
            self.assertTrue(self.activities())
        self.check()
        self.assertFalse(self.activities())
        self.assertIn("in order", str(self.fund.message_ids[:1].body))

    def test_it_is_told_again_after_somebody_has_closed_it(self):
        with self.spoiled():
            self.check()
            self.activities().action_feedback("Done")
            self.check()
            self.assertEqual(len(self.activities()), 1)

    def test_funds_that_are_right_are_left_alone(self):
        other = self.make_fund(self.make_account(self.make_company("Other")))
        self.deposit(5, other)
        with self.spoiled():
            self.check()
            self.assertFalse(self.activities(other))

    def test_job_is_active_and_daily(self):
        job = self.env.ref("key_account_fund.ir_cron_audit")
        self.assertTrue(job.active)
        self.assertEqual((job.interval_number, job.interval_type), (1, "days"))
