from odoo.tests import HttpCase, tagged

from .common_request import REQUEST, RequestCase


@tagged("post_install", "-at_install")
class TestTours(RequestCase, HttpCase):
    """A limit from the held order to the confirmed one, each part in the login of whose
    part it is."""

    def judge_again(self):
        """Run the job that judges held orders."""
        self.env.flush_all()
        self.env.ref("key_account.ir_cron_gate").method_direct_trigger()
        self.env.invalidate_all()

    def test_order_confirms_itself_when_the_limit_is_approved(self):
        self.make_limit(100.0)
        order = self.make_sale(150.0, user_id=self.salesperson.id)
        url = f"/odoo/sale.order/{order.id}"
        self.start_tour(url, "credit_salesperson_asks", login=self.salesperson.login)
        self.assertHeld(order, "credit_limit")
        request = self.env[REQUEST].search([("order_id", "=", order.id)])
        self.assertEqual((request.state, request.amount), ("asked", 50.0))
        self.start_tour(
            f"/odoo/{REQUEST}/{request.id}",
            "credit_controller_approves",
            login=self.controller.login,
        )
        self.assertEqual(self.get_limit(), 150.0)
        self.judge_again()
        self.assertEqual(order.state, "sale")
        self.start_tour(url, "credit_salesperson_sees", login=self.salesperson.login)
