from datetime import timedelta

from psycopg2 import Error, IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.key_account.exceptions import DutyError

from .common import CreditCase

COLUMNS = (
    "amount_undelivered",
    "amount_unbilled",
    "amount_draft_invoice",
    "amount_receivable",
    "amount_overdue",
    "amount_unallocated",
    "amount_other",
)
AGES = (
    "amount_overdue_30",
    "amount_overdue_60",
    "amount_overdue_90",
    "amount_overdue_more",
)
READERS = ("manager", "controller", "accountant")
OTHERS = ("salesperson", "warehouse", "portal")


class SnapshotCase(CreditCase):
    """Factories for what is written down each day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Snapshot = cls.env["key.account.credit.snapshot"]
        cls.today = cls.company._get_today()

    def take(self):
        """Run the job that writes down the day."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "key_account_credit.ir_cron_credit_snapshot"
            ).method_direct_trigger()
        self.env.invalidate_all()

    @classmethod
    def rows(cls, account=None):
        account = account or cls.account
        return cls.Snapshot.search([("key_account_id", "=", account.id)])

    @classmethod
    def make_row(cls, days_ago, account=None, **vals):
        """Return what was written down so many days ago."""
        account = account or cls.account
        base = {
            "date": cls.today - timedelta(days=days_ago),
            "key_account_id": account.id,
            "group_account_id": account.id,
            "company_id": account.company_id.id,
            "currency_id": account.currency_id.id,
            "standing": "good",
        }
        return cls.Snapshot._append([{**base, **vals}])

    @classmethod
    def make_open(cls, amount, days_overdue, account=None):
        """Return a posted invoice that has been overdue for so many days; negative: it
        is due so many days ahead."""
        invoice = cls.make_invoice(
            amount, account, invoice_date=cls.today - timedelta(days=120)
        )
        invoice.invoice_date_due = cls.today - timedelta(days=days_overdue)
        invoice.action_post()
        return invoice


@tagged("post_install", "-at_install")
class TestSnapshot(SnapshotCase):
    """What is written down of each day."""

    def test_day_says_what_the_account_says(self):
        self.make_limit(1000.0)
        self.confirm(300.0)
        self.make_invoice(50.0)
        self.make_open(200.0, -5)
        self.make_open(100.0, 45)
        self.take()
        row = self.rows()
        self.assertEqual(row.date, self.today)
        for name, field in (
            ("amount_limit", "credit_limit"),
            ("amount_exposure", "credit_exposure"),
            ("amount_available", "credit_available"),
            ("utilisation", "credit_utilisation"),
            ("standing", "credit_standing"),
        ):
            self.assertEqual(row[name], self.account[field], name)
        self.assertEqual(
            [row[name] for name in COLUMNS], [300.0, 0.0, 50.0, 200.0, 100.0, 0.0, 0.0]
        )
        self.assertEqual([row[name] for name in AGES], [0.0, 100.0, 0.0, 0.0])

    def test_columns_add_up_whatever_they_are_made_of(self):
        self.make_open(10.03, 1)
        self.make_open(20.01, 31)
        self.make_open(30.02, 61)
        self.make_open(40.07, 91)
        self.confirm(0.1)
        self.take()
        row = self.rows()
        self.assertAlmostEqual(
            sum(row[name] for name in COLUMNS), row.amount_exposure, 2
        )
        self.assertAlmostEqual(sum(row[name] for name in AGES), row.amount_overdue, 2)
        self.assertEqual([row[name] for name in AGES], [10.03, 20.01, 30.02, 40.07])

    def test_later_documents_change_nothing_of_a_day(self):
        self.confirm(300.0)
        self.take()
        self.confirm(100.0)
        self.take()
        self.assertEqual(self.rows().amount_exposure, 300.0)

    def test_day_is_written_down_once(self):
        self.take()
        before = self.Snapshot.search([])
        self.take()
        self.take()
        self.assertEqual(self.Snapshot.search([]), before)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.make_row(0)

    def test_account_of_the_afternoon_is_added(self):
        self.take()
        late = self.make_account()
        self.take()
        self.assertEqual(len(self.rows(late)), 1)
        self.assertEqual(len(self.rows()), 1)

    def test_days_that_were_missed_stay_missing(self):
        self.make_row(5)
        self.take()
        self.assertEqual(
            self.rows().mapped("date"), [self.today, self.today - timedelta(days=5)]
        )

    def test_prospects_that_owe_nothing_are_left_out_and_can_be_deleted(self):
        empty = self.make_account(state="prospect")
        owing = self.make_account(state="prospect")
        self.make_open(10.0, 5, owing)
        self.take()
        self.assertFalse(self.rows(empty))
        self.assertEqual(self.rows(owing).amount_exposure, 10.0)
        empty.unlink()

    def test_nobody_changes_a_day(self):
        self.take()
        row = self.rows()
        for change in (
            lambda: row.write({"amount_limit": 1.0}),
            row.unlink,
            row.copy,
        ):
            with self.assertStopped(DutyError, "kept as it is"):
                change()
        with mute_logger("odoo.sql_db"), self.assertStopped(Error, "never changed"):
            self.env.cr.execute("DELETE FROM key_account_credit_snapshot")

    def test_each_company_has_its_own_day(self):
        """What is Monday still in Honolulu is Tuesday in Auckland."""
        zones = {"Pacific/Honolulu": None, "Pacific/Auckland": None}
        for zone in zones:
            company = self.env["res.company"].create({"name": zone})
            company.partner_id.tz = zone
            zones[zone] = self.make_account(company_id=company.id)
        self.take()
        for account in zones.values():
            self.assertEqual(self.rows(account).date, account.company_id._get_today())

    def test_share_is_of_what_all_of_the_company_owe(self):
        others = self.env["key.account"].search([("company_id", "=", self.company.id)])
        before = sum(
            max(amount, 0.0) for amount in others._get_exposure_total().values()
        )
        other = self.make_account()
        self.make_open(300.0, 5)
        self.make_open(100.0, 5, other)
        self.take()
        total = before + 400.0
        self.assertAlmostEqual(self.rows().share, 30000.0 / total, 3)
        self.assertAlmostEqual(self.rows(other).share, 10000.0 / total, 3)
        latest = self.Snapshot.search(
            [("is_latest", "=", True), ("company_id", "=", self.company.id)]
        )
        self.assertAlmostEqual(sum(latest.mapped("share")), 100.0, 1)

    def test_group_is_the_topmost_account(self):
        head, middle = self.make_account(), self.make_account()
        middle.partner_id.parent_id = head.partner_id
        self.partner.parent_id = middle.partner_id
        self.take()
        for account in (self.account, middle, head):
            self.assertEqual(self.rows(account).group_account_id, head)

    def test_latest_day_is_found(self):
        self.make_row(3)
        last = self.make_row(1)
        found = self.Snapshot.search(
            [("is_latest", "=", True), ("key_account_id", "=", self.account.id)]
        )
        self.assertEqual(found, last)
        self.assertEqual(self.rows().mapped("is_latest"), [True, False])

    def test_queries_do_not_grow_with_accounts(self):
        def count(number):
            accounts = self.env["key.account"].union(
                *(self.make_account() for _number in range(number))
            )
            for account in accounts:
                self.make_open(10.0, 5, account)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            accounts._prepare_credit_snapshot_vals(self.today, 1000.0)
            return self.env.cr.sql_log_count - start

        count(1)
        few, many = count(2), count(12)
        self.assertEqual(many, few)
        self.assertLess(few, 30)

    # ------------------------------------------------------------------ screens

    def test_graph_has_a_line_for_exposure_and_one_for_the_limit(self):
        self.make_row(2, amount_exposure=5.0, amount_limit=9.0)
        self.make_row(1, amount_exposure=7.0, amount_limit=9.0)
        other = self.make_account()
        self.make_row(1, other, amount_exposure=100.0)
        action = self.account.with_user(
            self.user("controller")
        ).action_open_credit_history()
        History = self.env[action["res_model"]].with_user(self.user("controller"))
        found = History._read_group(
            action["domain"], ["figure", "date:day"], ["amount:sum"]
        )
        yesterday = self.today - timedelta(days=1)
        self.assertEqual(
            {figure: amount for figure, day, amount in found if day == yesterday},
            {"exposure": 7.0, "limit": 9.0, "overdue": 0.0},
        )
        self.assertEqual(len(found), 6)

    def test_readers_read_and_others_do_not(self):
        self.account.user_id = self.user("salesperson")
        self.take()
        for model in ("snapshot", "history"):
            Model = self.env[f"key.account.credit.{model}"]
            domain = [("key_account_id", "=", self.account.id)]
            for role in READERS:
                self.assertTrue(Model.with_user(self.user(role)).search(domain), role)
            for role in OTHERS:
                with self.assertStopped(AccessError, ""):
                    Model.with_user(self.user(role)).search(domain)

    def test_other_companies_days_are_not_shown(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        account = self.make_account(company_id=company.id)
        self.take()
        for model in ("snapshot", "history"):
            Model = self.env[f"key.account.credit.{model}"].with_user(
                self.user("controller")
            )
            self.assertFalse(Model.search([("key_account_id", "=", account.id)]))
            self.assertTrue(Model.search([("key_account_id", "=", self.account.id)]))

    def test_job_is_active(self):
        self.assertTrue(
            self.env.ref("key_account_credit.ir_cron_credit_snapshot").active
        )


@tagged("post_install", "-at_install")
class TestDso(SnapshotCase):
    """How long it takes until customers have paid."""

    def pay(self, invoice, day):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": day})._create_payments()

    def make_dated(self, amount, days_ago, account=None, **vals):
        day = self.today - timedelta(days=days_ago)
        invoice = self.make_invoice(amount, account, invoice_date=day, **vals)
        invoice.action_post()
        return invoice

    def test_open_against_invoiced_of_the_last_90_days(self):
        self.make_dated(600.0, 10)
        self.pay(self.make_dated(300.0, 89), self.today)
        self.make_dated(300.0, 91)
        self.assertAlmostEqual(self.account.credit_dso, 90.0 * 900 / 900, 2)

    def test_credit_note_lowers_both(self):
        self.make_dated(600.0, 10)
        self.make_dated(200.0, 5, move_type="out_refund")
        self.pay(self.make_dated(400.0, 20), self.today)
        self.assertAlmostEqual(self.account.credit_dso, 90.0 * 400 / 800, 2)

    def test_without_turnover_there_is_no_figure(self):
        self.make_dated(600.0, 100)
        self.assertEqual(self.account.credit_dso, 0.0)

    def test_group_is_added_up_first(self):
        sister = self.make_account()
        head = self.make_account()
        (self.partner | sister.partner_id).parent_id = head.partner_id
        self.make_dated(100.0, 10)
        self.pay(self.make_dated(300.0, 10, sister), self.today)
        self.assertAlmostEqual(self.account.credit_dso, 90.0, 2)
        self.assertEqual(sister.credit_dso, 0.0)
        for account in (self.account, sister, head):
            self.assertAlmostEqual(account.credit_dso_group, 90.0 * 100 / 400, 2)

    def test_days_late_are_weighted_and_never_early(self):
        late = self.make_dated(300.0, 60)
        self.pay(late, late.invoice_date_due + timedelta(days=20))
        early = self.make_dated(100.0, 60)
        early.invalidate_recordset()
        self.pay(early, early.invoice_date_due - timedelta(days=5))
        self.make_dated(999.0, 60)
        self.assertAlmostEqual(self.account.credit_days_late, 15.0, 2)

    def test_taken_back_invoice_was_never_paid(self):
        invoice = self.make_open(300.0, 60)
        dates = {"date": self.today, "invoice_date": self.today}
        invoice._reverse_moves([dates], cancel=True)
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(self.account.credit_days_late, 0.0)

    def test_amounts_are_for_readers(self):
        self.account.user_id = self.user("salesperson")
        names = ["credit_dso", "credit_dso_group", "credit_days_late"]
        for role in READERS:
            self.account.with_user(self.user(role)).read(names)
        for role in ("salesperson", "warehouse"):
            with self.assertStopped(AccessError, ""):
                self.account.with_user(self.user(role)).read(names)

    def test_controller_outside_the_group_company_gets_a_figure(self):
        user = new_test_user(
            self.env,
            login="test_other_controller",
            groups="base.group_user,key_account.group_key_account_credit",
        )
        self.make_dated(100.0, 10)
        self.assertAlmostEqual(self.account.with_user(user).credit_dso, 90.0, 2)

    def test_queries_do_not_grow_with_accounts(self):
        def count(number):
            accounts = self.env["key.account"].union(
                *(self.make_account() for _number in range(number))
            )
            for account in accounts:
                self.make_dated(10.0, 5, account)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            accounts.mapped("credit_dso")
            accounts.mapped("credit_days_late")
            return self.env.cr.sql_log_count - start

        count(1)
        self.assertEqual(count(12), count(2))
