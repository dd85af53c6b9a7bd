from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account.exceptions import DutyError, TransitionError

from ..exceptions import CreditError
from .common import CreditCase


@tagged("post_install", "-at_install")
class TestScore(CreditCase):
    """What accounts are rated by, and who decides on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.criteria = cls.env["key.account.score.criterion"].search([])
        cls.criteria.active = False
        cls.grade = cls.env.ref("key_account.key_account_grade_a")
        cls.grade.write(
            {"is_by_score": True, "score_min": 80, "limit_turnover_percent": 25}
        )

    @classmethod
    def criterion(cls, measure, weight=1.0, bands=((0, 0), (10, 100))):
        return cls.env["key.account.score.criterion"].create(
            {
                "name": measure,
                "measure": measure,
                "weight": weight,
                "band_ids": [
                    Command.create({"value_from": start, "points": points})
                    for start, points in bands
                ],
            }
        )

    def rate(self, role="controller", accounts=None):
        """Return the score of the account in a rating that a role ran."""
        accounts = accounts or self.account
        run = self.env["key.account.score.run"].with_user(self.user(role))
        run = run.create({"account_ids": [Command.set(accounts.ids)]})
        run.action_rate()
        return run.score_ids.with_env(self.env)

    def bill(self, amount, days_ago, term=30):
        invoice = self.make_invoice(
            amount, invoice_date=self.today - timedelta(days=days_ago)
        )
        invoice.invoice_payment_term_id = False
        invoice.invoice_date_due = invoice.invoice_date + timedelta(days=term)
        invoice.action_post()
        return invoice

    def pay(self, invoice, days_ago):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        date = self.today - timedelta(days=days_ago)
        return wizard.create({"payment_date": date})._create_payments()

    def test_days_late_are_weighted_by_what_was_paid(self):
        self.pay(self.bill(300.0, 100, term=30), 60)  # due 70 days ago: 10 late
        self.pay(self.bill(100.0, 100, term=30), 40)  # 30 late
        figures = self.account._get_score_figures()[self.account]
        self.assertAlmostEqual(figures["days_late"], 15.0)

    def test_overdue_share_and_turnover(self):
        self.bill(100.0, 10)
        self.bill(300.0, 90)
        self.bill(1000.0, 500)
        figures = self.account._get_score_figures()[self.account]
        self.assertAlmostEqual(figures["overdue_share"], 100 * 1300 / 1400)
        self.assertEqual(figures["turnover"], 400.0)
        self.assertAlmostEqual(figures["relation_years"], 500 / 365.25, 1)

    def test_parts_add_up_to_the_score(self):
        self.criterion("capital", 3.0, ((0, 20), (1000, 80)))
        self.criterion("external_rating", 1.0, ((0, 0), (50, 40)))
        self.account.write({"capital_registered": 1000, "external_rating": 60})
        score = self.rate()
        self.assertEqual(score.line_ids.mapped("points"), [80.0, 40.0])
        self.assertAlmostEqual(score.score, 70.0)
        self.assertAlmostEqual(sum(score.line_ids.mapped("contribution")), score.score)

    def test_what_cannot_be_measured_gives_its_weight_to_the_others(self):
        self.criterion("days_late", 9.0)
        self.criterion("capital", 1.0, ((0, 50),))
        score = self.rate()
        self.assertEqual(score.score, 50.0)
        self.assertEqual(score.line_ids.mapped("is_measured"), [False, True])

    def test_score_proposes_grade_pay_mode_and_limit(self):
        self.criterion("capital", 1.0, ((0, 90),))
        self.bill(1234.0, 10)
        score = self.rate()
        self.assertEqual(score.grade_id, self.grade)
        self.assertEqual(score.pay_mode, self.grade.pay_mode)
        self.assertEqual(score.limit_proposed, 300.0)  # 25 % of it, down to hundreds
        self.assertTrue(score.is_changed)

    def test_somebody_else_approves_once(self):
        self.criterion("capital", 1.0, ((0, 90),))
        score = self.rate("controller")
        with self.assertStopped(DutyError, "somebody else"):
            score.with_user(self.user("controller")).action_approve()
        score.with_user(self.user("manager")).action_approve()
        self.assertEqual(self.account.grade_id, self.grade)
        with self.assertStopped(TransitionError, "final"):
            score.with_user(self.user("manager")).action_reject()

    def test_proposed_limit_is_asked_for_and_approved_like_any_other(self):
        self.criterion("capital", 1.0, ((0, 90),))
        self.bill(1000.0, 10)
        score = self.rate("controller")
        score.with_user(self.user("manager")).action_approve()
        request = self.env["key.account.credit.request"].search(
            [("key_account_id", "=", self.account.id)]
        )
        self.assertEqual((request.state, request.amount), ("asked", 200.0))
        self.assertFalse(self.account.credit_limit)
        request.with_user(self.user("manager")).action_approve()
        self.account.invalidate_recordset()
        self.assertEqual(self.account.credit_limit, 200.0)

    def test_rejected_score_changes_nothing(self):
        self.criterion("capital", 1.0, ((0, 90),))
        score = self.rate("controller")
        before = self.account.grade_id
        score.with_user(self.user("manager")).action_reject()
        self.assertEqual(self.account.grade_id, before)

    def test_nobody_enters_a_score(self):
        self.criterion("capital", 1.0, ((0, 90),))
        score = self.rate()
        for role in ("salesperson", "manager", "controller", "administrator"):
            own = score.with_user(self.user(role))
            with self.assertStopped((AccessError, DutyError), ""):
                own.write({"score": 99.0})
            with self.assertStopped((AccessError, DutyError), ""):
                own.line_ids.write({"points": 99.0})
        with self.assertStopped(AccessError, ""):
            score.with_user(self.user("salesperson")).read(["score"])

    def test_rating_is_run_once_and_in_the_own_name(self):
        self.criterion("capital", 1.0, ((0, 90),))
        run = self.env["key.account.score.run"].with_user(self.user("controller"))
        run = run.create({"user_id": self.user("manager").id})
        self.assertEqual(run.user_id, self.user("controller"))
        run.action_rate()
        with self.assertStopped(CreditError, "already"):
            run.action_rate()

    def test_bad_input_gets_a_sentence(self):
        run = self.env["key.account.score.run"].create({})
        with self.assertStopped(CreditError, "criterion"):
            run.action_rate()
        with self.assertStopped(ValidationError, "two bands"):
            self.criterion("capital", 1.0, ((0, 1), (0, 2)))

    def test_queries_do_not_grow_with_the_accounts(self):
        self.criterion("days_late")
        accounts = self.account.union(*(self.make_account() for _number in range(5)))
        self.rate(accounts=self.account)
        self.account._get_score_figures()
        self.env.invalidate_all()
        with self.assertQueryCount(8):
            accounts._get_score_figures()
