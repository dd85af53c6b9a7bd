from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestExposure(CreditCase):
    """What counts as owed, from the confirmation to the payment."""

    def test_order_counts_from_confirmation_to_payment_and_never_twice(self):
        order = self.make_sale(100.0)
        self.assertExposure()
        order.action_confirm()
        self.assertExposure(undelivered=100.0)
        self.deliver(order)
        self.assertExposure(unbilled=100.0)
        invoice = order._create_invoices()
        self.assertExposure(draft_invoice=100.0)
        invoice.action_post()
        self.assertExposure(receivable=100.0)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self.assertExposure()

    def test_cancelled_order_owes_nothing(self):
        order = self.confirm(100.0)
        order._action_cancel()
        self.assertExposure()

    def test_partial_delivery_moves_its_part(self):
        order = self.make_sale(10.0)
        order.order_line.product_uom_qty = 10
        order.action_confirm()
        self.deliver(order, 4)
        self.assertExposure(undelivered=60.0, unbilled=40.0)
        order.picking_ids.filtered(lambda p: p.state != "done").action_cancel()
        self.assertExposure(unbilled=40.0)

    def test_overdue_is_a_part_of_its_own(self):
        today = fields.Date.today()
        invoice = self.make_invoice(70.0, invoice_date=today - timedelta(days=40))
        invoice.invoice_date_due = today - timedelta(days=10)
        invoice.action_post()
        self.assertExposure(overdue=70.0)

    def test_payment_ahead_lowers_it(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.partner.id,
                "amount": 30.0,
            }
        )
        payment.action_post()
        if payment.move_id:
            self.assertExposure(unallocated=-30.0)

    def test_down_payment_is_not_counted_twice(self):
        order = self.confirm(100.0)
        self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "percentage",
                "amount": 30,
            }
        ).create_invoices()
        self.assertExposure(undelivered=70.0, draft_invoice=30.0)
        order.invoice_ids.action_post()
        self.assertExposure(undelivered=70.0, receivable=30.0)

    def test_order_beyond_the_horizon_does_not_count_yet(self):
        self.company.credit_horizon_days = 30
        now = fields.Datetime.now()
        self.confirm(100.0, commitment_date=now + timedelta(days=60))
        self.confirm(20.0, commitment_date=now + timedelta(days=10))
        self.assertExposure(undelivered=20.0)

    def test_order_counts_with_whoever_pays(self):
        payer = self.make_account()
        self.confirm(100.0, partner_invoice_id=payer.partner_id.id)
        self.assertExposure()
        self.assertExposure(account=payer, undelivered=100.0)

    def test_one_statement_for_any_number_of_accounts(self):
        accounts = self.account | self.make_account() | self.make_account()
        for account in accounts:
            self.confirm(100.0, account=account)
        accounts._get_exposure()
        with self.assertQueryCount(1):
            accounts._get_exposure()
