from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account.exceptions import DutyError

from ..exceptions import FundError
from .common import FundCase


@tagged("post_install", "-at_install")
class TestStatementLine(FundCase):
    def line(self, amount=55, **vals):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "payment_ref": "prepayment",
                "partner_id": self.partner.id,
                "amount": amount,
                **vals,
            }
        )

    def test_statement_line_goes_straight_into_the_fund(self):
        line = self.line()
        line.with_user(self.user("accountant")).action_put_into_fund()
        self.assertLedger("deposit 55")
        self.assertTrue(line.is_reconciled)
        line.action_undo_reconciliation()
        self.assertLedger("deposit 55; reverse 55")

    def test_fund_is_opened_with_the_first_prepayment(self):
        account = self.make_account(self.make_company("New"), pay_mode="prepaid")
        line = self.line(partner_id=account.partner_id.id)
        line.action_put_into_fund()
        self.assertEqual(account.fund_ids.amount_posted, 55)

    def test_lines_that_are_no_prepayment_say_why(self):
        stranger = self.make_company("Stranger")
        done = self.line()
        done.action_put_into_fund()
        for line, sentence in (
            (self.line(partner_id=False), "choose its customer"),
            (self.line(partner_id=stranger.id), "make Stranger a key account"),
            (self.line(amount=-5), "money that comes in"),
            (done, "undo that first"),
        ):
            with self.assertStopped(FundError, sentence):
                line.action_put_into_fund()
        self.assertFund(55, 0)

    def test_only_accountants_reconcile(self):
        line = self.line()
        for role in ("salesperson", "manager", "controller", "warehouse", "portal"):
            with self.assertStopped(DutyError, "accountants"):
                line.with_user(self.user(role)).action_put_into_fund()

    def test_amount_that_the_bank_has_not_received_is_refused(self):
        """A screen may convert to the company's currency and back, and miss a cent."""
        foreign = self.env.ref("base.CNY")
        foreign.active = True
        foreign.rate_ids.unlink()
        foreign.rate_ids = [Command.create({"name": "2000-01-01", "rate": 7.1})]
        fund = self.make_fund(currency_id=foreign.id)
        bank = self.bank.copy({"code": "FBNK", "currency_id": foreign.id})
        line = self.line(100, journal_id=bank.id)
        _liquidity, suspense, _other = line._seek_for_lines()
        vals = {"account_id": fund.account_id.id, "amount_currency": -99.97}
        with self.assertStopped(FundError, "differs by .*0.03.* enter the amount"):
            suspense.write(vals)
        suspense.write({**vals, "amount_currency": -100})
        self.assertLedger("deposit 100", fund)
