from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account_fund.exceptions import FundError

from .common import ReconcileCase


@tagged("post_install", "-at_install")
class TestReconcileCurrency(ReconcileCase):
    """Lines in a currency that is not the company's go into a fund of that currency,
    with what the bank received and not what converting makes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.env.ref("base.CNY")
        if cls.foreign == cls.env.company.currency_id:
            cls.foreign = cls.env.ref("base.EUR")
        cls.foreign.active = True
        cls.foreign.rate_ids.unlink()
        cls.foreign.rate_ids = [
            Command.create(
                {
                    "name": "2000-01-01",
                    "rate": 7.1,
                    "company_id": cls.env.company.id,
                }
            )
        ]
        cls.foreign_fund = cls.make_fund(currency_id=cls.foreign.id)
        cls.foreign_bank = cls.env["account.journal"].create(
            {
                "name": "Foreign Bank",
                "code": "FBNK",
                "type": "bank",
                "currency_id": cls.foreign.id,
            }
        )

    def test_line_of_a_foreign_account(self):
        line = self.line(100, journal_id=self.foreign_bank.id)
        self.put(line)
        self.assertLedger("deposit 100", self.foreign_fund)
        self.assertEqual(self.foreign_fund.entry_ids.amount_company, 14.08)
        line.unreconcile_bank_line()
        self.assertLedger("deposit 100; reverse 100", self.foreign_fund)

    def test_line_with_a_foreign_amount(self):
        line = self.line(14, foreign_currency_id=self.foreign.id, amount_currency=100)
        self.put(line)
        self.assertLedger("deposit 100", self.foreign_fund)
        self.assertEqual(self.foreign_fund.entry_ids.amount_company, 14)
        self.assertFund(0, 0)

    def test_the_short_way_is_exact(self):
        line = self.line(100, journal_id=self.foreign_bank.id)
        line.action_put_into_fund()
        self.assertLedger("deposit 100", self.foreign_fund)

    def test_what_converting_makes_of_it_is_refused(self):
        """The offered button converts to the company's currency and back."""
        line = self.line(100, journal_id=self.foreign_bank.id)
        with self.screen(line) as form:
            form.manual_model_id = self.offer
        with self.assertStopped(
            FundError, "differs by .*0.03.* in the fund's currency"
        ):
            line.reconcile_bank_line()
        self.assertFund(0, 0, self.foreign_fund)

    def test_customer_without_a_fund_in_this_currency_is_told_so(self):
        self.foreign_fund.unlink()
        line = self.line(100, journal_id=self.foreign_bank.id)
        self.enter(line, (self.prepayments,))
        with self.assertStopped(FundError, f"no fund on .* in {self.foreign.name}"):
            line.reconcile_bank_line()
        self.assertFalse(line.is_reconciled)
