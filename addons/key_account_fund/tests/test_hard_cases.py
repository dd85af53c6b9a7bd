from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import FundCase


@tagged("post_install", "-at_install")
class TestHardCases(FundCase):
    """What such systems are known to get wrong elsewhere."""

    def setUp(self):
        super().setUp()
        self.deposit(100)

    def draft_bill(self, order, price=None):
        bill = order._create_invoices()
        if price is not None:
            bill.invoice_line_ids.price_unit = price
        return bill

    def down_payment(self, order, percent):
        """Return the posted down payment invoice that Odoo's dialog makes."""
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"advance_payment_method": "percentage", "amount": percent})
        )
        bill = wizard._create_invoices(order)
        bill.action_post()
        return bill

    def final_bill(self, order):
        """Return the posted document over what is left, down payments deducted."""
        bill = order._create_invoices(final=True)
        bill.action_post()
        return bill

    def stocked(self, quantity, price=10.0, **vals):
        """Return a confirmed order over goods in stock, billed as delivered."""
        product = self.make_product(price=price)
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        self.env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, 100
        )
        order = self.make_order(self.partner, {product: quantity}, **vals)
        order.order_line.tax_ids = False
        order.order_line.price_unit = price
        order.action_confirm()
        return order

    def ship(self, order, quantity):
        """Ship so many, the rest waits."""
        picking = order.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
        )
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        return picking

    def send_back(self, picking, quantity):
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = quantity
        wizard.product_return_moves.to_refund = True
        back = wizard._create_return()
        back.move_ids.quantity = quantity
        back.move_ids.picked = True
        back.button_validate()

    # ---------------------------------------------------- credit and residuals

    def test_credit_note_larger_than_its_invoice_gives_back_what_was_captured(self):
        bill = self.invoice(self.confirm(80))
        note = bill._reverse_moves()
        note.invoice_line_ids.price_unit = 95
        note.action_post()
        self.assertFund(100, 0)
        self.assertEqual(note.amount_residual, 15)
        self.assertEqual(bill.amount_residual, 0)

    def test_invoice_paid_before_the_money_was_frozen_is_not_paid_twice(self):
        order = self.confirm(80)
        bill = self.draft_bill(order)
        bill.action_post()
        bill._fund_capture()
        self.assertFund(20, 0)
        self.assertEqual(bill.amount_residual, 0)

    def test_order_cancelled_after_its_invoice_and_then_the_invoice(self):
        order = self.confirm(80)
        bill = self.invoice(order)
        order._action_cancel()
        self.assertFund(20, 0)
        bill.button_draft()
        bill.button_cancel()
        self.assertFund(100, 0)

    # ------------------------------------------------------------------- batch

    def test_invoices_posted_by_the_dialog_for_many_are_paid(self):
        bills = self.draft_bill(self.confirm(30)) + self.draft_bill(self.confirm(50))
        wizard = (
            self.env["validate.account.move"]
            .with_context(active_model="account.move", active_ids=bills.ids)
            .create({})
        )
        wizard.validate_move()
        self.assertEqual(set(bills.mapped("payment_state")), {"paid"})
        self.assertFund(20, 0)

    def test_invoice_of_a_later_day_is_paid_when_its_day_has_come(self):
        order = self.confirm(80)
        bill = self.draft_bill(order)
        bill.invoice_date = fields.Date.add(fields.Date.today(), days=5)
        bill._post(soft=True)
        self.assertEqual(bill.state, "draft")
        self.assertFund(100, 80)
        bill.write({"invoice_date": fields.Date.today(), "date": fields.Date.today()})
        with self.enter_registry_test_mode():
            self.env.ref(
                "account.ir_cron_auto_post_draft_entry"
            ).method_direct_trigger()
        self.assertEqual(bill.payment_state, "paid")
        self.assertFund(20, 0)

    def test_several_invoices_of_one_order_posted_at_once(self):
        order = self.confirm(80, lines=2)
        bills = order._create_invoices()
        other = bills.copy()
        bills.invoice_line_ids[0].unlink()
        other.invoice_line_ids[1].unlink()
        # A copy is not the order's any more: only what it bills is captured.
        (bills + other).action_post()
        self.assertEqual(bills.payment_state, "paid")
        self.assertEqual(other.amount_residual, 40)
        self.assertFund(60, 40)

    # ----------------------------------------------------------- down payments

    def test_down_payments_and_the_final_invoice_capture_what_was_frozen(self):
        order = self.confirm(80)
        first = self.down_payment(order, 30)
        self.assertEqual(first.amount_residual, 0)
        self.assertFund(76, 56)
        self.assertEqual(order.amount_captured, 24)
        final = self.final_bill(order)
        self.assertEqual((final.amount_total, final.amount_residual), (56, 0))
        self.assertFund(20, 0)

    def test_partial_delivery_makes_the_final_invoice_a_credit_note(self):
        order = self.stocked(8)
        self.down_payment(order, 100)
        self.assertFund(20, 0)
        self.ship(order, 3)
        note = self.final_bill(order)
        self.assertEqual((note.move_type, note.amount_total), ("out_refund", 50))
        self.assertEqual(note.fund_credit_kind, "fund")
        self.assertEqual(note.amount_residual, 0)
        self.assertFund(70, 0)
        self.ship(order, 5)
        rest = self.final_bill(order)
        self.assertEqual((rest.amount_total, rest.amount_residual), (50, 0))
        self.assertFund(20, 0)

    def test_cancelled_down_payment_freezes_again(self):
        order = self.confirm(80)
        first = self.down_payment(order, 50)
        first.button_draft()
        first.button_cancel()
        self.assertFund(100, 80)
        self.assertEqual(self.final_bill(order).amount_residual, 0)
        self.assertFund(20, 0)

    # -------------------------------------------------- deliveries and returns

    def test_partial_deliveries_are_billed_and_captured_as_they_go(self):
        order = self.stocked(8)
        for shipped, left in ((3, 50), (4, 10), (1, 0)):
            self.ship(order, shipped)
            bill = self.invoice(order)
            self.assertEqual(bill.amount_total, shipped * 10)
            self.assertEqual(bill.payment_state, "paid")
            self.assertFund(20 + left, left)

    def test_partial_billing_with_the_rest_released(self):
        self.env.company.fund_remainder = "release"
        order = self.stocked(8)
        self.ship(order, 3)
        self.assertEqual(self.invoice(order).amount_residual, 0)
        self.assertFund(70, 0)
        self.ship(order, 5)
        self.assertEqual(self.invoice(order).amount_residual, 50)
        self.assertFund(70, 0)

    def test_returned_goods_are_credited_into_the_fund(self):
        order = self.stocked(8)
        picking = self.ship(order, 8)
        self.invoice(order)
        self.assertFund(20, 0)
        self.send_back(picking, 2)
        note = self.final_bill(order)
        self.assertEqual((note.move_type, note.amount_total), ("out_refund", 20))
        self.assertEqual(note.amount_residual, 0)
        self.assertFund(40, 0)

    def test_goods_returned_before_they_were_billed(self):
        order = self.stocked(8)
        picking = self.ship(order, 8)
        self.send_back(picking, 8)
        self.assertFund(100, 80)
        order._action_cancel()
        self.assertFund(100, 0)

    # ------------------------------------------------------------ order's life

    def test_order_confirmed_billed_cancelled_and_confirmed_again(self):
        order = self.confirm(60)
        order.action_lock()
        order.action_unlock()
        order.order_line.price_unit = 70
        bill = self.invoice(order)
        self.assertFund(30, 0)
        note = bill._reverse_moves()
        note.action_post()
        self.assertFund(100, 0)
        order._action_cancel()
        order.action_draft()
        order.order_line.price_unit = 90
        order.action_confirm()
        # 70 were captured and given back: what is billed takes them again.
        self.assertEqual(order.state, "sale")
        self.invoice(order)
        self.assertLedgerOf(order, -90)
        self.assertFund(10, 0)

    def assertLedgerOf(self, order, amount):
        """Assert what all entries about the order did to the balance."""
        self.assertEqual(sum(order.fund_entry_ids.mapped("posted_change")), amount)

    # -------------------------------------------------------------- retries

    def test_payment_posted_again_is_one_deposit(self):
        payment = self.deposit(50)
        payment.action_post()
        payment.move_id._fund_sync()
        payment.move_id.line_ids.write({"name": "the same"})
        self.assertLedger("deposit 100; deposit 50")

    def test_one_bank_line_is_one_deposit(self):
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "payment_ref": "prepayment",
                "partner_id": self.partner.id,
                "amount": 50,
            }
        )
        for _time in range(2):
            _liquidity, suspense, other = line._seek_for_lines()
            (suspense or other).account_id = self.fund.account_id
        self.assertFund(150, 0)
        line.action_undo_reconciliation()
        self.assertFund(100, 0)
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = self.fund.account_id
        self.assertFund(150, 0)

    def test_registered_payment_and_its_bank_line_are_one_deposit(self):
        payment = self.deposit(50)
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "payment_ref": "prepayment",
                "partner_id": self.partner.id,
                "amount": 50,
            }
        )
        outstanding, _counterpart, _other = payment._seek_for_lines()
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = outstanding.account_id
        (suspense + outstanding).reconcile()
        self.assertTrue(payment.is_matched)
        self.assertLedger("deposit 100; deposit 50")

    def test_unreconciling_a_deposit_by_hand_changes_no_fund(self):
        bill = self.invoice(self.confirm(80))
        items = self.fund.entry_ids.move_id.line_ids
        items.remove_move_reconcile()
        self.assertFund(20, 0)
        self.assertEqual(bill.amount_residual, 80)
        own = items.filtered(lambda item: item.account_id == self.fund.account_id)
        own.reconcile()
        self.assertFund(20, 0)
        bill.button_cancel()
        self.assertFund(100, 80)


@tagged("post_install", "-at_install")
class TestMergedContacts(FundCase):
    def setUp(self):
        super().setUp()
        self.deposit(100)

    def merge(self, target, *sources):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        partners = target.union(*sources)
        wizard._merge(partners.ids, target)

    def test_duplicate_merged_into_the_customer(self):
        double = self.make_company("Acme again")
        order = self.confirm(60)
        self.merge(self.partner, double)
        self.assertFund(100, 60)
        self.invoice(order)
        self.assertFund(40, 0)

    def test_customer_merged_into_another_takes_the_fund_along(self):
        order = self.confirm(60)
        target = self.make_company("Acme Holding")
        self.merge(target, self.partner)
        self.assertEqual(self.fund.partner_id, target)
        self.assertEqual(self.fund._audit(), [])
        bill = self.invoice(order)
        self.assertEqual(bill.payment_state, "paid")
        self.assertFund(40, 0)

    def test_two_customers_with_funds_are_not_merged(self):
        other = self.make_account(self.make_company("Other"))
        self.make_fund(other)
        with self.assertStopped(UserError, "separate key accounts"):
            self.merge(other.partner_id, self.partner)

    def test_contact_who_paid_moves_to_another_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.partner.id}
        )
        payment = self.deposit(50, partner_id=contact.id)
        self.assertFund(150, 0)
        contact.parent_id = self.make_company("Other")
        self.assertEqual(self.fund._audit(), [])
        payment.action_draft()
        self.assertFund(100, 0)

    def test_contact_who_paid_is_merged_into_another_customers(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.partner.id}
        )
        self.deposit(50, partner_id=contact.id)
        other = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.make_company("Other").id}
        )
        self.merge(other, contact)
        self.assertFund(150, 0)
        self.confirm(150)
        self.assertFund(150, 150)
