from odoo.fields import Command
from odoo.tests import tagged

from .common import GateCase


@tagged("post_install", "-at_install")
class TestGatePortal(GateCase):
    """A customer signs and pays; what the gate holds is not confirmed by that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.method = cls.env.ref("payment.payment_method_unknown")
        cls.provider = cls.env["payment.provider"].create(
            {
                "name": "Bank",
                "code": "none",
                "state": "test",
                "payment_method_ids": [Command.set(cls.method.ids)],
            }
        )

    def sign(self, order):
        """Do what the customer's page does once it has a signature."""
        order = order.with_user(self.user("portal")).sudo()
        order.signed_by = "Ann Customer"
        order._validate_order()

    def pay(self, order):
        """Return the orders that a payment of all of the order confirms."""
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "reference": f"T-{order.name}",
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "operation": "online_direct",
                "state": "done",
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        return transaction._check_amount_and_confirm_order()

    def test_signed_order_is_held_and_confirms_itself_later(self):
        self.account.action_suspend()
        order = self.order(user_id=self.user("salesperson").id)
        self.sign(order)
        self.assertHeld(order, "suspended")
        self.assertEqual(order.signed_by, "Ann Customer")
        self.assertEqual(order.gate_requested_by_id, self.user("portal"))
        self.account.action_activate()
        self.judge_again()
        self.assertEqual(order.state, "sale")
        self.assertTrue(order.picking_ids)

    def test_order_that_a_customer_signed_is_released_by_the_manager(self):
        self.account.action_suspend()
        order = self.order(user_id=self.user("salesperson").id)
        self.sign(order)
        self.release(order)
        self.assertEqual(order.state, "sale")

    def test_signed_order_of_an_active_account_is_confirmed(self):
        order = self.order()
        self.sign(order)
        self.assertEqual(order.state, "sale")

    def test_paid_order_that_is_held_does_not_count_as_confirmed(self):
        self.account.action_suspend()
        order = self.order()
        self.assertFalse(self.pay(order))
        self.assertHeld(order, "suspended")
        self.assertEqual(order.amount_paid, order.amount_total)

    def test_paid_order_of_an_active_account_counts_as_confirmed(self):
        order = self.order()
        self.assertEqual(self.pay(order), order)
        self.assertEqual(order.state, "sale")
