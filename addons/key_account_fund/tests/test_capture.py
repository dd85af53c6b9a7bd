from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import FundError
from .common import FundCase


@tagged("post_install", "-at_install")
class TestCapture(FundCase):
    def setUp(self):
        super().setUp()
        self.deposit(100)

    def test_posted_invoice_is_paid_from_the_fund(self):
        order = self.confirm(80)
        invoice = self.invoice(order)
        self.assertEqual((invoice.amount_residual, invoice.payment_state), (0, "paid"))
        self.assertLedger("deposit 100; freeze 80 S1; capture 80 S1")
        self.assertFund(20, 0)
        entry = self.fund.entry_ids[:1]
        self.assertEqual(entry.invoice_id, invoice)
        self.assertEqual(entry.move_id.state, "posted")
        self.assertEqual(order.amount_captured, 80)

    def partly(self, order, price):
        """Return the draft invoice of the order, for a part of it."""
        invoice = order._create_invoices()
        invoice.invoice_line_ids.price_unit = price
        return invoice

    def test_partial_invoice_captures_its_amount_and_keeps_the_rest_frozen(self):
        order = self.confirm(80, lines=2)
        invoice = order._create_invoices()
        invoice.invoice_line_ids[1].unlink()
        invoice.action_post()
        self.assertLedger(
            "deposit 100; freeze 80 S1; capture 40 S1; release 40 S1; freeze 40 S1"
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.invoice(order)
        self.assertFund(20, 0)

    def test_the_rest_of_a_fully_invoiced_order_is_released(self):
        order = self.confirm(80)
        invoice = self.partly(order, 50)
        invoice.action_post()
        self.assertFund(50, 0)

    def test_invoice_beyond_the_freeze_stays_owed(self):
        order = self.confirm(80)
        invoice = self.partly(order, 95)
        invoice.action_post()
        self.assertEqual(invoice.amount_residual, 15)
        self.assertEqual(invoice.payment_state, "partial")
        self.assertFund(20, 0)

    def test_invoice_reset_to_draft_gives_back_and_freezes_again(self):
        order = self.confirm(80)
        invoice = self.invoice(order)
        invoice.button_draft()
        self.assertLedger(
            "deposit 100; freeze 80 S1; capture 80 S1; reverse 80 S1; freeze 80 S1"
        )
        self.assertFund(100, 80)
        invoice.action_post()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFund(20, 0)

    def test_invoice_of_an_order_lowered_since_freezes_no_more_than_that_needs(self):
        order = self.confirm(80)
        invoice = self.invoice(order)
        order.order_line.product_uom_qty = 0.5
        self.env.flush_all()
        invoice.button_draft()
        self.assertFund(100, 40)

    def test_what_a_draft_kept_frozen_is_released_when_it_goes(self):
        order = self.confirm(80, lines=2)
        parts = order._create_invoices()
        parts.invoice_line_ids[1].unlink()
        rest = order._create_invoices()
        rest.invoice_line_ids.price_unit = 10
        parts.action_post()
        self.assertFund(60, 40)
        note = parts._reverse_moves()
        rest.action_post()
        self.assertFund(50, 30)
        note.button_cancel()
        self.assertFund(50, 0)

    def test_capture_taken_apart_by_hand_stays_booked(self):
        order = self.confirm(80)
        invoice = self.invoice(order)
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual(invoice.amount_residual, 80)
        self.assertFund(20, 0)
        invoice.button_draft()
        self.assertFund(100, 80)
        receivable = self.partner.property_account_receivable_id
        items = self.env["account.move.line"].search(
            [
                ("account_id", "=", receivable.id),
                ("partner_id", "=", self.partner.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertEqual(sum(items.mapped("balance")), 0)

    def test_the_journal_entry_of_a_capture_is_not_taken_back_by_itself(self):
        order = self.confirm(80)
        self.invoice(order)
        entry = self.fund.entry_ids[:1].move_id
        for way in (entry.button_draft, entry.button_cancel):
            with self.assertStopped(FundError, "belongs to the ledger"):
                way()

    def test_nor_are_a_capture_that_was_reversed_and_its_reversal(self):
        order = self.confirm(80)
        invoice = self.invoice(order)
        capture = self.fund.entry_ids[:1].move_id
        with self.assertStopped(FundError, "belongs to the ledger"):
            (invoice | capture).button_draft()
        invoice.button_draft()
        mirror = self.fund.entry_ids.filtered("reversed_id").move_id
        for entry in (capture, mirror):
            for way in (entry.button_draft, entry.button_cancel):
                with self.assertStopped(FundError, "belongs to the ledger"):
                    way()

    def test_one_invoice_for_several_orders_captures_from_each(self):
        orders = self.confirm(30) + self.confirm(50)
        invoice = self.invoice(orders)
        self.assertEqual(len(invoice), 1)
        self.assertFund(20, 0)
        self.assertEqual(orders.mapped("amount_captured"), [30, 50])

    def test_several_invoices_posted_at_once(self):
        orders = self.confirm(30) + self.confirm(50)
        invoices = orders[0]._create_invoices() + orders[1]._create_invoices()
        invoices.action_post()
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})
        self.assertFund(20, 0)

    def test_invoice_without_an_order_takes_nothing(self):
        self.confirm(80)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [
                    Command.create({"name": "Advice", "price_unit": 40})
                ],
            }
        )
        invoice.action_post()
        self.assertEqual(invoice.amount_residual, invoice.amount_total)
        self.assertFund(100, 80)
