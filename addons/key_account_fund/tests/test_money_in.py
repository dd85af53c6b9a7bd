from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import FundError, InsufficientFundsError
from .common import FundCase


@tagged("post_install", "-at_install")
class TestMoneyIn(FundCase):
    def make_entry(self, amount, partner=None, account=None, **vals):
        """Return a journal entry that credits ``amount`` to the fund's account."""
        account = account or self.fund.account_id
        other = self.bank.default_account_id
        partner = self.partner if partner is None else partner
        return self.env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": partner.id,
                            "balance": -amount,
                        }
                    ),
                    Command.create({"account_id": other.id, "balance": amount}),
                ],
                **vals,
            }
        )

    def test_posted_payment_is_a_deposit(self):
        payment = self.make_payment(100)
        self.assertFund(0, 0)
        payment.with_user(self.user("accountant")).action_post()
        self.assertLedger("deposit 100")
        item = payment.move_id.line_ids.filtered(lambda line: line.credit)
        self.assertEqual(item.account_id, self.fund.account_id)
        self.assertEqual(self.fund.entry_ids.move_id, payment.move_id)

    def test_payment_without_fund_pays_invoices(self):
        payment = self.make_payment(100, key_account_fund_id=False)
        payment.action_post()
        self.assertFund(0, 0)
        self.assertEqual(
            payment.destination_account_id, self.partner.property_account_receivable_id
        )

    def test_invoice_with_its_tax_on_a_current_liability_is_paid(self):
        self.account.pay_mode = "credit"
        liability = self.env["account.account"].create(
            {
                "name": "Tax on Payment",
                "code": "TAXPAY",
                "account_type": "liability_current",
                "reconcile": True,
            }
        )
        parts = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": liability.id}),
        ]
        tax = self.env["account.tax"].create(
            {
                "name": "Tenth",
                "amount": 10,
                "invoice_repartition_line_ids": parts,
                "refund_repartition_line_ids": parts,
            }
        )
        order = self.make_sale(80)
        order.order_line.tax_ids = tax
        order.action_confirm()
        bill = self.invoice(order)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.ids
        ).create({})._create_payments()
        self.assertEqual((bill.amount_total, bill.amount_residual), (88, 0))

    def test_payment_posted_twice_is_one_deposit(self):
        payment = self.deposit(100)
        payment.action_post()
        payment.move_id._fund_sync()
        self.assertLedger("deposit 100")

    def test_bounced_payment_is_reversed(self):
        payment = self.deposit(100)
        payment.action_draft()
        self.assertFund(0, 0)
        payment.amount = 60
        payment.action_post()
        self.assertLedger("deposit 100; reverse 100; deposit 60")
        payment.action_cancel()
        self.assertFund(0, 0)

    def test_bounced_payment_that_orders_need_is_refused_with_their_names(self):
        payment = self.deposit(100)
        order = self.confirm(80)
        for bounce in (payment.action_draft, payment.action_cancel):
            with self.assertStopped(InsufficientFundsError, order.name):
                bounce()
        self.assertFund(100, 80)
        self.assertEqual(payment.move_id.state, "posted")

    def test_opening_entry_is_a_deposit(self):
        self.make_entry(70).action_post()
        self.assertLedger("deposit 70")

    def test_entry_that_takes_from_a_fund_is_refused(self):
        self.deposit(100)
        entry = self.make_entry(-30)
        with self.assertStopped(FundError, "refund or a transfer"):
            entry.action_post()

    def test_item_without_a_fund_is_refused(self):
        stranger = self.make_company("Stranger")
        with self.assertStopped(FundError, "Stranger has no fund"):
            self.make_entry(10, stranger).action_post()
        with self.assertStopped(FundError, "name the customer"):
            self.make_entry(10, self.env["res.partner"]).action_post()

    def test_bank_statement_line_goes_straight_into_the_fund(self):
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "payment_ref": "prepayment",
                "partner_id": self.partner.id,
                "amount": 55,
            }
        )
        self.assertFund(0, 0)
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = self.fund.account_id
        self.assertLedger("deposit 55")
        line.action_undo_reconciliation()
        self.assertFund(0, 0)

    def test_items_that_are_added_to_a_posted_entry_are_further_deposits(self):
        """Screens that reconcile statement lines create one item after the other."""
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "payment_ref": "prepayment",
                "partner_id": self.partner.id,
                "amount": 100,
            }
        )
        liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = self.fund.account_id
        self.confirm(70)
        more = liquidity.move_id.with_context(
            check_move_validity=False, skip_readonly_check=True
        )
        values = {"account_id": self.fund.account_id.id, "partner_id": self.partner.id}
        more.line_ids = [Command.create({**values, "balance": -30})]
        more.line_ids = [
            Command.create(
                {"account_id": self.bank.suspense_account_id.id, "balance": 30}
            )
        ]
        self.assertLedger("deposit 100; freeze 70 S1; deposit 30")
        self.assertEqual(
            self.fund.entry_ids.filtered(lambda e: e.kind == "deposit").mapped(
                "amount_company"
            ),
            [30, 100],
        )

    def test_payment_of_another_customer_is_refused(self):
        other = self.make_account(self.make_company("Other"))
        with self.assertStopped(ValidationError, "another customer"):
            self.make_payment(10, partner_id=other.partner_id.id)

    def test_payment_in_another_currency_is_refused(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        other = euro if self.fund.currency_id != euro else self.env.ref("base.USD")
        with self.assertStopped(ValidationError, "kept in"):
            self.make_payment(10, currency_id=other.id)

    def test_entry_that_the_ledger_has_booked_is_not_deleted(self):
        payment = self.deposit(100)
        payment.action_draft()
        with self.assertStopped(FundError, "cancel it instead"):
            payment.unlink()

    def test_payment_is_cancelled_also_by_way_of_a_draft(self):
        payment = self.deposit(100)
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(payment.state, "canceled")
        self.assertEqual(payment.move_id.state, "cancel")
        self.assertFund(0, 0)
        payment.action_draft()
        payment.action_post()
        self.assertFund(100, 0)

    def test_payment_that_was_taken_back_goes_into_another_fund(self):
        payment = self.deposit(100)
        payment.action_draft()
        rebate = self.make_fund(kind="rebate")
        payment.key_account_fund_id = rebate
        payment.action_post()
        self.assertFund(0, 0)
        self.assertFund(100, 0, rebate)
