from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestExposureHardCases(CreditCase):
    """What random histories have found, each by itself."""

    def make_lines(self, *lines, **vals):
        """Return a quotation with lines ``(quantity, price, more values)``."""
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            **more,
                        }
                    )
                    for quantity, price, more in lines
                ],
                **vals,
            }
        )

    def make_service(self, **vals):
        vals = {"type": "service", "is_storable": False, **vals}
        return self.make_product("Service", **vals)

    def advance(self, order, amount):
        """Return a draft invoice of a down payment."""
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "fixed",
                "fixed_amount": amount,
            }
        )
        return wizard._create_invoices(order)

    def give_back(self, order, is_done=True):
        """Have all that was delivered of the order come back; or announce it."""
        picking = order.picking_ids.filtered(lambda p: p.state == "done")
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_model="stock.picking", active_id=picking.id)
            .create({"picking_id": picking.id})
        )
        for line in wizard.product_return_moves:
            line.quantity = line.move_id.quantity
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        back.move_ids.to_refund = True
        if is_done:
            for move in back.move_ids:
                move.write({"quantity": move.product_uom_qty, "picked": True})
            back._action_done()

    # ---------------------------------------------------------------- what is open

    def test_taxes_that_are_rounded_once_count_as_the_order_says(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        tax = self.env["account.tax"].create({"name": "19%", "amount": 19})
        for price in (0.33, 0.13):
            line = (1, price, {"tax_ids": [Command.set(tax.ids)]})
            order = self.make_lines(line, line, line)
            # What it looks like line by line is another sum.
            by_lines = sum(order.order_line.mapped("price_total"))
            self.assertNotEqual(round(by_lines, 2), order.amount_total)
            order.action_confirm()
            self.assertExposure(undelivered=order.amount_total)
            self.deliver(order)
            self.assertExposure(unbilled=order.amount_total)
            order._create_invoices()
            self.assertExposure(draft_invoice=order.amount_total)
            order._action_cancel()
            self.give_back(order)
            self.assertExposure()

    def test_what_is_invoiced_as_ordered_counts_though_the_rest_was_cancelled(self):
        self.product.invoice_policy = "order"
        order = self.make_lines((10, 10.0, {}))
        order.action_confirm()
        self.deliver(order, 4)
        order.picking_ids.filtered(lambda p: p.state != "done").action_cancel()
        self.assertExposure(undelivered=60.0, unbilled=40.0)
        order._create_invoices()
        self.assertExposure(draft_invoice=100.0)

    def test_goods_that_come_back_are_not_on_their_way(self):
        order = self.make_lines((10, 10.0, {}))
        order.action_confirm()
        self.deliver(order, 4)
        order.picking_ids.filtered(lambda p: p.state != "done").action_cancel()
        self.assertExposure(unbilled=40.0)
        self.give_back(order, is_done=False)
        self.assertExposure(unbilled=40.0)

    def test_what_the_customer_gives_in_exchange_is_taken_off(self):
        service = self.make_service(invoice_policy="order")
        order = self.make_lines((1, 100.0, {}), (-1, 30.0, {"product_id": service.id}))
        order.action_confirm()
        self.assertExposure(undelivered=70.0)
        self.deliver(order)
        self.assertExposure(unbilled=70.0)
        order._create_invoices(final=True)
        self.assertExposure(draft_invoice=70.0)

    def test_goods_that_have_left_are_owed_though_the_order_was_cancelled(self):
        order = self.make_lines((10, 10.0, {}))
        order.action_confirm()
        self.deliver(order, 4)
        self.assertExposure(undelivered=60.0, unbilled=40.0)
        order._action_cancel()
        self.assertExposure(unbilled=40.0)
        self.give_back(order)
        self.assertExposure()

    def test_down_payment_that_is_changed_while_a_draft(self):
        order = self.confirm(100.0)
        bill = self.advance(order, 30.0)
        self.assertExposure(undelivered=70.0, draft_invoice=30.0)
        bill.invoice_line_ids.filtered("price_unit").price_unit = 45.0
        self.assertExposure(undelivered=55.0, draft_invoice=45.0)

    def test_quotation_is_no_promise_whatever_was_invoiced_on_it(self):
        self.make_limit(50.0)
        order = self.confirm(100.0, partner_invoice_id=self.make_company("Stranger").id)
        self.assertHeld(order, "credit_payer")
        bill = self.advance(order, 30.0)
        bill.action_post()
        # By mistake the down payment is taken back twice.
        bill._reverse_moves(cancel=True)
        bill._reverse_moves()
        self.assertExposure()

    def test_credit_note_takes_back_a_draft_to_nothing(self):
        order = self.confirm(100.0)
        self.deliver(order)
        bill = order._create_invoices()
        bill.action_post()
        bill._reverse_moves()
        self.assertExposure(unbilled=100.0, draft_invoice=-100.0, receivable=100.0)
        order._create_invoices()
        self.assertExposure(receivable=100.0)

    def test_half_cents_are_rounded_once_whatever_floats_make_of_them(self):
        order = self.make_lines((2, 10.03, {"discount": 50}))
        self.assertEqual(order.amount_total, 10.03)
        order.action_confirm()
        bill = self.advance(order, 4.7)
        self.assertExposure(undelivered=5.33, draft_invoice=4.7)
        self.deliver(order, 1)
        # 5.015 less 4.70 is 0.315, which no float is.
        self.assertExposure(undelivered=0.32, unbilled=5.01, draft_invoice=4.7)
        bill.unlink()
        self.assertExposure(undelivered=5.02, unbilled=5.01)

    # -------------------------------------------------------------------- who owes

    def test_order_follows_the_buyer_to_another_company(self):
        buyer = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.partner.id}
        )
        order = self.make_lines(
            (1, 100.0, {}), partner_id=buyer.id, partner_invoice_id=buyer.id
        )
        order.action_confirm()
        self.assertExposure(undelivered=100.0)
        other = self.make_account()
        buyer.parent_id = other.partner_id
        self.assertExposure()
        self.assertExposure(account=other, undelivered=100.0)

    def test_order_counts_with_a_payer_that_becomes_an_account(self):
        payer = self.make_company("Payer")
        self.confirm(100.0, partner_invoice_id=payer.id)
        self.assertExposure(undelivered=100.0)
        account = self.make_account(payer)
        self.assertExposure()
        self.assertExposure(account=account, undelivered=100.0)

    def test_stranger_who_pays_for_a_subsidiary_does_not_get_around_its_group(self):
        head = self.make_account()
        self.partner.parent_id = head.partner_id
        self.make_limit(100.0, account=head, scope="group")
        stranger = self.make_company("Stranger")
        order = self.confirm(500.0, partner_invoice_id=stranger.id)
        self.assertHeld(order, "credit_payer")
        order.partner_invoice_id = self.partner
        order.action_confirm()
        self.assertHeld(order, "credit_group_limit")

    def test_stranger_of_a_limited_group_pays_for_nobody(self):
        head = self.make_account()
        self.make_limit(100.0, account=head, scope="group")
        stranger = self.make_company("Stranger", parent_id=head.partner_id.id)
        order = self.confirm(500.0, partner_invoice_id=stranger.id)
        self.assertHeld(order, "credit_payer")

    # ------------------------------------------------------------- what is added

    def test_order_that_gives_back_makes_no_room_for_others(self):
        self.make_limit(1000.0)
        service = self.make_service(invoice_policy="order")
        gift = self.make_lines((1, -500.0, {"product_id": service.id}))
        orders = gift | self.make_sale(900.0) | self.make_sale(600.0)
        orders.action_confirm()
        self.assertEqual(orders.mapped("state"), ["sale", "sale", "draft"])
        self.assertExposure(undelivered=900.0)

    def test_order_that_was_reopened_counts_once(self):
        self.make_limit(100.0)
        order = self.make_lines((10, 10.0, {}))
        order.action_confirm()
        self.deliver(order, 4)
        order._create_invoices().action_post()
        order._action_cancel()
        self.assertExposure(receivable=40.0)
        order.action_draft()
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertExposure(undelivered=60.0, receivable=40.0)

    def test_quotation_in_another_currency_is_judged_at_the_rate_of_today(self):
        foreign = self.env["res.currency"].create({"name": "XKY", "symbol": "K"})
        today = fields.Date.today()
        for days, rate in ((30, 2.0), (0, 0.5)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": foreign.id,
                    "name": today - timedelta(days=days),
                    "rate": rate,
                    "company_id": self.company.id,
                }
            )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": foreign.id}
        )
        self.make_limit(1000.0)
        order = self.make_lines(
            (1, 600.0, {}),
            pricelist_id=pricelist.id,
            date_order=fields.Datetime.now() - timedelta(days=20),
        )
        # Then it was 300.00, today it is 1,200.00.
        self.assertEqual(order.currency_rate, 2.0)
        order.action_confirm()
        self.assertHeld(order, "credit_limit")
        self.assertEqual(self.open_issues(order).amount_missing, 100.0)
        order.order_line.price_unit = 500.0
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertExposure(undelivered=1000.0)
