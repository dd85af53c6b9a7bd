from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.key_account.exceptions import GateError

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestCreditGate(CreditCase):
    """What passes the gate on credit."""

    def missing(self, order):
        return self.open_issues(order).mapped("amount_missing")

    def test_exactly_at_the_limit_passes_one_cent_above_is_held(self):
        self.make_limit(1000.0)
        self.assertEqual(self.confirm(1000.0).state, "sale")
        order = self.confirm(0.01)
        self.assertHeld(order, "credit_limit")
        self.assertEqual(self.missing(order), [0.01])

    def test_three_orders_in_one_call_only_what_fits_passes(self):
        self.make_limit(1000.0)
        orders = self.make_sale(700.0) | self.make_sale(700.0) | self.make_sale(300.0)
        orders.action_confirm()
        self.assertEqual(orders.mapped("state"), ["sale", "draft", "sale"])
        self.assertEqual(self.account.credit_exposure, 1000.0)
        self.assertEqual(self.missing(orders[1]), [400.0])

    def test_account_without_a_limit_is_not_checked_unless_the_company_says_so(self):
        self.assertEqual(self.confirm(5000.0).state, "sale")
        self.company.credit_without_limit = "hold"
        self.assertHeld(self.confirm(1.0), "credit_limit")

    def test_limit_that_has_ended_holds(self):
        today = self.company._get_today()
        self.make_limit(
            1000.0,
            date_start=today - timedelta(days=9),
            date_end=today - timedelta(days=1),
        )
        self.assertHeld(self.confirm(10.0), "credit_expired")

    def test_temporary_limit_comes_on_top_and_seasonal_instead(self):
        self.make_limit(1000.0)
        self.make_limit(200.0, kind="temporary")
        self.assertEqual(self.account.credit_limit, 1200.0)
        self.make_limit(3000.0, kind="seasonal")
        self.account.invalidate_recordset()
        self.assertEqual(self.account.credit_limit, 3200.0)

    def test_prepaid_order_never_waits_for_credit(self):
        self.make_limit(0.0)
        order = self.make_sale(100.0)
        self.account.pay_mode = "prepaid"
        issues = order._gate_get_issues().get(order, [])
        self.assertNotIn("credit", [issue["kind"] for issue in issues])

    def test_group_limit_holds_beside_the_own_one(self):
        head = self.make_account()
        self.partner.parent_id = head.partner_id
        sister = self.make_account()
        sister.partner_id.parent_id = head.partner_id
        self.make_limit(1000.0)
        self.make_limit(1000.0, account=sister)
        self.make_limit(1500.0, account=head, scope="group")
        self.assertEqual(self.confirm(900.0).state, "sale")
        self.assertHeld(self.confirm(700.0, account=sister), "credit_group_limit")
        self.assertEqual(self.confirm(600.0, account=sister).state, "sale")

    def test_release_lets_through_what_was_missing(self):
        self.make_limit(100.0)
        order = self.make_sale(150.0, user_id=self.user("salesperson").id)
        order.with_user(self.user("salesperson")).action_confirm()
        self.assertHeld(order, "credit_limit")
        self.release(order, "controller")
        self.assertEqual(order.state, "sale")

    def test_raise_of_a_confirmed_order_is_judged(self):
        self.make_limit(10.0)
        order = self.confirm(10.0)
        with self.assertStopped(GateError, "credit limit"):
            order.order_line.product_uom_qty = 2
        order.order_line.product_uom_qty = 0.5

    def test_overdue_invoice_holds(self):
        today = fields.Date.today()
        invoice = self.make_invoice(70.0, invoice_date=today - timedelta(days=40))
        invoice.invoice_date_due = today - timedelta(days=31)
        invoice.action_post()
        self.make_limit(1000.0)
        self.assertHeld(self.confirm(10.0), "credit_overdue")
