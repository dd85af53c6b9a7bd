from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import FundError, InsufficientFundsError
from .common import FundCase


@tagged("post_install", "-at_install")
class TestCreditNotes(FundCase):
    def setUp(self):
        super().setUp()
        self.deposit(100)
        self.sale = self.confirm(80)
        self.bill = self.invoice(self.sale)

    def credit(self, invoice=None, price=None, post=True, **vals):
        """Return the credit note of an invoice, made by the dialog, over its amount or
        over another price."""
        invoice = invoice or self.bill
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, **vals})
        )
        wizard.refund_moves()
        note = wizard.new_move_ids
        if price is not None:
            note.invoice_line_ids.price_unit = price
        if post:
            note.action_post()
        return note

    def replace(self, invoice, price):
        """Return the invoice, a draft, that replaces another one."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        wizard.modify_moves()
        wizard.new_move_ids.invoice_line_ids.price_unit = price
        return wizard.new_move_ids

    def get_receivable(self):
        """Return what the customer owes, by the general ledger."""
        items = self.env["account.move.line"].search(
            [
                ("account_type", "=", "asset_receivable"),
                ("partner_id", "=", self.partner.id),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(items.mapped("balance"))

    def test_credit_note_gives_back_to_the_fund_unless_told_otherwise(self):
        note = self.credit()
        self.assertEqual(note.fund_credit_kind, "fund")
        self.assertLedger("deposit 100; freeze 80 S1; capture 80 S1; deposit 80 S1")
        self.assertFund(100, 0)
        self.assertEqual(note.amount_residual, 0)
        self.assertEqual(self.bill.payment_state, "paid")
        entry = self.fund.entry_ids[:1]
        self.assertEqual((entry.invoice_id, entry.move_id.state), (note, "posted"))
        self.assertEqual(self.get_receivable(), 0)

    def test_credit_note_stays_on_the_receivable_by_choice(self):
        note = self.credit(fund_credit_kind="receivable")
        self.assertFund(20, 0)
        self.assertEqual(note.amount_residual, 80)
        self.assertEqual(self.get_receivable(), -80)

    def test_the_choice_can_be_changed_while_the_credit_note_is_a_draft(self):
        note = self.credit(post=False)
        self.assertEqual(note.fund_amount_returnable, 80)
        note.fund_credit_kind = "receivable"
        note.action_post()
        self.assertFund(20, 0)
        with self.assertStopped(FundError, "reset it to draft"):
            note.fund_credit_kind = "fund"
        note.button_draft()
        note.fund_credit_kind = "fund"
        note.action_post()
        self.assertFund(100, 0)

    def test_partial_credit_notes_give_back_no_more_than_was_captured(self):
        self.credit(price=30)
        self.assertFund(50, 0)
        self.credit(price=60)
        self.assertFund(100, 0)
        third = self.credit()
        self.assertEqual(third.fund_credit_kind, "receivable")
        self.assertFund(100, 0)

    def test_two_credit_notes_posted_at_once_share_what_was_captured(self):
        notes = self.credit(post=False) + self.credit(post=False)
        self.assertEqual(notes.mapped("fund_credit_kind"), ["fund", "fund"])
        notes.action_post()
        self.assertFund(100, 0)
        self.assertEqual(notes.mapped("amount_residual"), [0, 80])

    def test_only_what_the_fund_paid_goes_back(self):
        order = self.confirm(20)
        bill = order._create_invoices()
        bill.invoice_line_ids.price_unit = 50
        bill.action_post()
        self.assertEqual(bill.amount_residual, 30)
        note = self.credit(bill, price=40)
        # What was still owed is credited first.
        self.assertEqual(bill.amount_residual, 0)
        self.assertFund(10, 0)
        self.assertEqual(note.amount_residual, 0)

    def test_credit_note_of_an_invoice_on_credit_stays_on_the_receivable(self):
        self.account.pay_mode = "credit"
        note = self.credit(self.invoice(self.confirm(40)))
        self.assertEqual(note.fund_credit_kind, "receivable")
        self.assertFund(20, 0)

    def test_the_order_is_not_frozen_for_again(self):
        self.credit()
        self.assertEqual(self.sale.amount_captured, 80)
        self.sale._fund_settle()
        self.assertFund(100, 0)

    def test_what_is_billed_once_more_is_paid_from_what_was_given_back(self):
        self.credit()
        again = self.invoice(self.sale)
        self.assertEqual(again.payment_state, "paid")
        self.assertFund(20, 0)
        self.credit(again)
        self.assertFund(100, 0)

    def test_what_was_given_back_and_is_used_is_owed_when_billed_once_more(self):
        self.credit()
        self.confirm(70)
        again = self.invoice(self.sale)
        self.assertEqual(again.amount_residual, 50)
        self.assertFund(70, 70)

    def test_cancelled_credit_note_takes_back_what_it_gave(self):
        for way in ("button_draft", "button_cancel"):
            note = self.credit()
            getattr(note, way)()
            self.assertFund(20, 0)
            self.assertEqual(self.bill.payment_state, "paid")
            self.assertEqual(self.get_receivable(), 0)
            self.assertEqual(self.sale.amount_captured, 80)

    def test_credit_note_whose_money_is_used_is_not_taken_back(self):
        note = self.credit()
        other = self.confirm(90)
        for way in ("button_draft", "button_cancel"):
            with self.assertStopped(InsufficientFundsError, other.name):
                getattr(note, way)()
        self.assertEqual(note.state, "posted")
        self.assertFund(100, 90)

    def test_given_back_is_not_given_back_again_with_the_invoice(self):
        note = self.credit()
        for way in ("button_draft", "button_cancel"):
            with self.assertStopped(FundError, note.name):
                getattr(self.bill, way)()
        self.assertFund(100, 0)
        note.button_draft()
        self.bill.button_draft()
        self.assertFund(100, 80)

    def test_given_back_is_not_given_back_again_by_replacing_the_invoice(self):
        note = self.credit(price=30)
        with self.assertStopped(FundError, note.name):
            self.replace(self.bill, 70)

    def test_replaced_invoice_takes_from_the_fund_what_is_right(self):
        new = self.replace(self.bill, 70)
        self.assertEqual(self.bill.payment_state, "reversed")
        self.assertFund(100, 80)
        new.action_post()
        self.assertEqual(new.payment_state, "paid")
        self.assertFund(30, 0)
        self.assertEqual(self.get_receivable(), 0)

    def test_money_given_back_lets_held_orders_through(self):
        held = self.confirm(60)
        self.assertHeld(held, "fund_short")
        self.credit()
        self.judge_again()
        self.assertEqual(held.state, "sale")

    def test_invoice_over_several_orders_gives_back_to_each_what_it_took(self):
        self.credit()
        orders = self.confirm(30) + self.confirm(50)
        bill = self.invoice(orders)
        note = self.credit(bill, post=False)
        note.invoice_line_ids.filtered(
            lambda line: line.sale_line_ids.order_id == orders[0]
        ).unlink()
        note.action_post()
        self.assertEqual(self.fund.entry_ids[:1].order_id, orders[1])
        self.assertFund(70, 0)
        self.assertEqual(orders.mapped("amount_captured"), [30, 50])

    def test_capture_taken_apart_by_hand_goes_back_all_the_same(self):
        self.bill.line_ids.remove_move_reconcile()
        note = self.credit()
        self.assertEqual(self.bill.amount_residual, 0)
        self.assertEqual(note.amount_residual, 0)
        self.assertFund(100, 0)
        self.assertEqual(self.get_receivable(), 0)

    def test_accountant_without_other_rights_credits(self):
        note = self.credit(post=False)
        self.env.invalidate_all()
        note.with_user(self.user("accountant")).action_post()
        self.assertFund(100, 0)

    def test_credit_note_by_hand_for_nothing_in_particular_stays(self):
        note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.partner.id,
                "fund_credit_kind": "fund",
                "invoice_line_ids": [
                    Command.create({"name": "Goodwill", "price_unit": 10})
                ],
            }
        )
        note.action_post()
        self.assertFund(20, 0)
        self.assertEqual(note.amount_residual, note.amount_total)
