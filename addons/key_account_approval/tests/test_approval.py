from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApproval(ApprovalCase):
    def test_an_approved_order_is_confirmed(self):
        self.make_rule(self.manager, self.accountant)
        order = self.make_quotation()
        request = self.ask(order)
        request.with_user(self.manager).action_approve()
        self.assertEqual(order.approval_state, "pending")
        request.with_user(self.accountant).action_approve()
        self.assertEqual(order.approval_state, "approved")
        order.with_user(self.salesperson).action_confirm()
        self.assertEqual(order.state, "sale")

    def test_a_change_of_one_cent_makes_the_approval_void_for_good(self):
        self.make_rule(self.manager)
        order = self.make_quotation()
        request = self.ask(order)
        request.with_user(self.manager).action_approve()
        order.order_line.with_user(self.salesperson).price_unit = 100.01
        self.env.flush_all()
        self.assertEqual(request.state, "void")
        self.assertIn("100.00 → 100.01", request.void_reason)
        order.order_line.price_unit = 100
        order.with_user(self.salesperson).action_confirm()
        self.assertEqual((order.state, order.gate_state), ("draft", "held"))
        self.assertIn("Unit Price", order.gate_issue_ids.text)
