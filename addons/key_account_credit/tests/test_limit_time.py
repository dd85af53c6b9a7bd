from datetime import timedelta

from odoo.tests import tagged

from .common_request import LIMIT, RequestCase

ACTIVITY = "key_account_credit.mail_activity_type_limit"


@tagged("post_install", "-at_install")
class TestLimitTime(RequestCase):
    """Limits as days go by: where they stand, and who is told."""

    def setUp(self):
        super().setUp()
        self.company.credit_limit_warn_days = 30

    def run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "key_account_credit.ir_cron_limit_ending"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def activities(self, user=None):
        found = self.account.activity_search([ACTIVITY])
        return found.filtered(lambda a: a.user_id == user) if user else found

    def make_ending(self, days=10, **vals):
        return self.make_limit(
            1000.0, date_start=self.day(-60), date_end=self.day(days), **vals
        )

    def move(self, days):
        """Let time pass: the days of the account's limits lie so much earlier."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE key_account_credit_limit SET date_start = date_start - %(days)s,"
            " date_end = date_end - %(days)s, date_warned = date_warned - %(days)s,"
            " date_told = date_told - %(days)s WHERE key_account_id = %(id)s",
            {"days": days, "id": self.account.id},
        )
        self.env.cr.execute(
            "UPDATE mail_activity SET date_deadline = date_deadline - %s"
            " WHERE res_model = 'key.account' AND res_id = %s",
            (days, self.account.id),
        )
        self.env.invalidate_all()

    # ----------------------------------------------------------------- standing

    def test_where_limits_stand_today(self):
        limits = {
            "in_force": self.make_limit(1000.0, date_start=self.day(-3)),
            "future": self.make_limit(
                10.0, kind="temporary", date_start=self.day(1), date_end=self.day(1)
            ),
            "over": self.make_limit(
                10.0, kind="temporary", date_start=self.day(-9), date_end=self.day(-1)
            ),
            "ended": self.make_limit(10.0, kind="temporary", state="ended"),
        }
        today = self.make_limit(
            10.0, kind="temporary", date_start=self.day(0), date_end=self.day(0)
        )
        for standing, limit in limits.items():
            self.assertEqual(limit.standing, standing)
            domain = [
                ("key_account_id", "=", self.account.id),
                ("standing", "=", standing),
            ]
            found = limit | today if standing == "in_force" else limit
            self.assertEqual(self.env[LIMIT].search(domain), found.sorted())
        self.assertEqual(
            self.env[LIMIT].search_count(
                [
                    ("key_account_id", "=", self.account.id),
                    ("standing", "not in", ["ended", "over"]),
                ]
            ),
            3,
        )

    def test_what_ends_soon_is_found(self):
        own = [("key_account_id", "=", self.account.id)]
        limit = self.make_ending(30)
        self.assertTrue(limit.is_ending)
        search = self.env[LIMIT].search
        self.assertEqual(search([*own, ("is_ending", "=", True)]), limit)
        self.assertFalse(search([*own, ("is_ending", "=", False)]))
        self.company.credit_limit_warn_days = 29
        self.env.invalidate_all()
        self.assertFalse(limit.is_ending)
        self.assertFalse(search([*own, ("is_ending", "=", True)]))

    def test_a_list_takes_as_many_queries_for_many(self):
        for number in range(10):
            account = self.make_account(self.make_company(f"Customer {number}"))
            self.make_limit(5.0, account=account, date_end=self.day(number))
        limits = self.env[LIMIT].search([("amount", "=", 5.0)])
        own = limits.with_user(self.controller)

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            records.web_read({"standing": {}, "is_ending": {}, "amount": {}})
            return self.env.cr.sql_log_count - start

        count(own)
        self.assertEqual(count(own[:2]), count(own))

    # --------------------------------------------------------------------- told

    def test_salesperson_and_controllers_are_warned_once(self):
        self.make_ending(30)
        self.run_job()
        for user in (self.salesperson, self.controller, self.colleague):
            activity = self.activities(user)
            self.assertEqual(len(activity), 1)
            self.assertIn("ends on", activity.summary)
            self.assertNotIn("1,000", activity.summary)
            self.assertEqual(activity.date_deadline, self.day(30))
        self.assertFalse(self.activities(self.manager))
        before = self.activities()
        self.run_job()
        self.assertEqual(self.activities(), before)
        # Whoever is done with it is not told again.
        before.unlink()
        self.run_job()
        self.assertFalse(self.activities())

    def test_nobody_is_warned_too_early(self):
        self.make_ending(31)
        self.run_job()
        self.assertFalse(self.activities())

    def test_the_end_is_told_in_the_same_activity(self):
        self.make_ending(10)
        self.run_job()
        self.move(11)
        self.run_job()
        activity = self.activities(self.salesperson)
        self.assertEqual(len(activity), 1)
        self.assertIn("ended on", activity.summary)
        self.run_job()
        self.assertEqual(self.activities(self.salesperson), activity)

    def test_the_end_is_told_to_who_was_done_with_the_warning(self):
        self.make_ending(10)
        self.run_job()
        self.activities().unlink()
        self.move(11)
        self.run_job()
        self.assertIn("ended on", self.activities(self.controller).summary)

    def test_history_is_not_told(self):
        self.make_ending(-31)
        self.run_job()
        self.assertFalse(self.activities())

    def test_a_later_limit_closes_the_warning_at_once(self):
        limit = self.make_ending(10)
        self.run_job()
        self.assertTrue(self.activities())
        self.approved(1000.0, date_start=self.day(11))
        self.assertFalse(self.activities())
        self.assertFalse(limit.is_ending)
        self.move(11)
        self.run_job()
        self.assertFalse(self.activities())

    def test_a_gap_or_another_scope_is_no_successor(self):
        limit = self.make_ending(10)
        self.run_job()
        self.make_limit(1000.0, date_start=self.day(12))
        self.make_limit(5000.0, scope="group")
        self.make_limit(10.0, kind="temporary", date_end=self.day(10))
        self.assertTrue(self.activities())
        self.assertTrue(limit.is_ending)

    def test_what_was_ended_on_purpose_is_not_warned_of(self):
        limit = self.make_limit(1000.0, date_start=self.day(-5))
        self.approved(
            0.0,
            kind="end",
            user=self.controller,
            limit_id=limit.id,
            date_end=self.day(5),
        )
        self.run_job()
        self.assertFalse(self.activities())

    def test_of_two_limits_one_that_is_renewed_leaves_the_other(self):
        self.make_ending(10)
        extra = self.make_limit(
            5.0, kind="temporary", date_start=self.day(-5), date_end=self.day(20)
        )
        self.run_job()
        self.assertEqual(len(self.activities(self.salesperson)), 2)
        self.approved(1000.0, date_start=self.day(11), date_end=self.day(15))
        self.assertTrue(self.activities())
        self.assertTrue(extra.is_ending)

    def test_closed_accounts_and_archived_people_are_left_alone(self):
        self.make_ending(10)
        self.salesperson.active = False
        self.run_job()
        self.assertFalse(self.activities(self.salesperson))
        self.assertTrue(self.activities(self.controller))
        other = self.make_account(self.make_company("Other"))
        self.make_limit(5.0, account=other, date_end=self.day(3))
        other.action_close()
        self.run_job()
        self.assertFalse(other.activity_search([ACTIVITY]))

    def test_the_language_is_the_readers(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.salesperson.lang = "fr_FR"
        self.make_ending(10)
        self.run_job()
        # The day is written as the reader writes days.
        day = (self.today + timedelta(days=10)).strftime("%d/%m/%Y")
        self.assertIn(day, self.activities(self.salesperson).summary)

    def test_a_warning_changes_nothing_that_waits(self):
        self.make_ending(10)
        triggers = self.env["ir.cron.trigger"]
        cron = self.env.ref("key_account.ir_cron_gate")
        before = triggers.search_count([("cron_id", "=", cron.id)])
        self.run_job()
        self.assertEqual(triggers.search_count([("cron_id", "=", cron.id)]), before)
