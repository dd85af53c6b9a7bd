from odoo.tests import tagged

from .common import FundCase


@tagged("post_install", "-at_install")
class TestRemainder(FundCase):
    """Where the rest of a partly invoiced order is released, that is what its invoice
    did: what the order is raised by later is prepaid like anything else."""

    def setUp(self):
        super().setUp()
        self.env.company.fund_remainder = "release"
        self.deposit(200)

    def partly(self, order, price=None):
        """Return the posted invoice of one line of the order, the first that is left."""
        invoice = order._create_invoices()
        invoice.invoice_line_ids[1:].unlink()
        if price:
            invoice.invoice_line_ids.price_unit = price
        invoice.action_post()
        return invoice

    def raise_by(self, order, quantity=1):
        """Order so many more of the second line, for 40 each."""
        line = order.order_line[1]
        quantity += line.product_uom_qty
        line.write({"product_uom_qty": quantity, "price_unit": line.price_unit})
        self.env.flush_all()

    def test_partial_invoice_releases_the_rest(self):
        order = self.confirm(80, lines=2)
        self.partly(order)
        self.assertFund(160, 0)
        self.assertEqual(order.amount_prepaid_missing, 0)
        self.assertEqual(order.amount_prepaid_waived, 40)

    def test_what_it_is_raised_by_is_frozen(self):
        order = self.confirm(80, lines=2)
        self.partly(order)
        self.raise_by(order)
        self.assertFund(160, 40)
        order.order_line[1].price_unit = 45
        self.env.flush_all()
        self.assertFund(160, 50)

    def test_line_that_is_added_is_frozen(self):
        order = self.confirm(80, lines=2)
        self.partly(order)
        order.order_line[0].copy({"order_id": order.id, "price_unit": 25})
        self.env.flush_all()
        self.assertFund(160, 25)

    def test_raise_beyond_the_fund_is_refused(self):
        order = self.confirm(80, lines=2)
        self.partly(order)
        with self.assertStopped(Exception, "cannot be raised.*prepayment"):
            self.raise_by(order, 4.01)
        self.raise_by(order, 4)
        self.assertFund(160, 160)

    def test_lowered_order_freezes_nothing_again(self):
        order = self.confirm(80, lines=2)
        self.partly(order)
        order.order_line[1].price_unit = 10
        self.env.flush_all()
        self.assertFund(160, 0)
        # It was released for as much as the order came to.
        order.order_line[1].price_unit = 40
        self.env.flush_all()
        self.assertFund(160, 0)

    def test_raised_and_lowered_order_is_as_before(self):
        order = self.confirm(80, lines=2)
        self.partly(order)
        self.raise_by(order)
        self.raise_by(order, -1)
        self.assertFund(160, 0)

    def test_order_let_through_without_money_freezes_none_later(self):
        order = self.make_sale(300, lines=2, user_id=self.user("salesperson").id)
        order.with_user(self.user("salesperson")).action_confirm()
        self.release(order, "controller")
        self.assertFund(200, 200)
        self.partly(order)
        self.assertFund(50, 0)
        order.order_line[1].price_unit = 140
        self.env.flush_all()
        self.assertFund(50, 0)

    def test_next_partial_invoice_releases_what_it_leaves(self):
        order = self.confirm(80, lines=2)
        self.partly(order)
        self.raise_by(order)
        self.partly(order, 5)
        self.assertFund(150, 0)
        self.raise_by(order)
        self.assertFund(150, 40)

    def test_invoice_taken_back_freezes_what_it_took(self):
        order = self.confirm(80, lines=2)
        invoice = self.partly(order)
        self.raise_by(order)
        invoice.button_draft()
        self.assertFund(200, 80)
        invoice.action_post()
        self.assertFund(160, 0)

    def test_invoice_of_an_order_lowered_since_is_taken_back(self):
        order = self.confirm(80, lines=2)
        invoice = self.partly(order)
        order.order_line[1].price_unit = 10
        self.env.flush_all()
        invoice.button_draft()
        self.assertFund(200, 40)

    def test_order_that_is_confirmed_again_is_judged_as_a_whole(self):
        order = self.confirm(80, lines=2)
        self.partly(order)
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        self.assertFund(160, 40)

    def test_policy_of_the_day_of_the_invoice_counts(self):
        order = self.confirm(80, lines=2)
        self.partly(order)
        self.env.company.fund_remainder = "keep"
        order.order_line[1].price_unit = 39
        self.env.flush_all()
        self.assertFund(160, 0)
        other = self.confirm(80, lines=2)
        self.partly(other)
        self.assertFund(120, 40)
        self.env.company.fund_remainder = "release"
        other.order_line[1].price_unit = 41
        self.env.flush_all()
        self.assertFund(120, 41)
