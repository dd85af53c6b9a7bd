from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.base.models import ir_cron

from .common import GateCase


@tagged("post_install", "-at_install")
class TestGateResolve(GateCase):
    """Held orders go on by themselves when the cause has gone, if somebody asked."""

    def assertResolved(self, order):
        self.assertEqual((order.state, order.gate_state), ("sale", "clear"))
        self.assertEqual(set(order.gate_issue_ids.mapped("state")), {"resolved"})
        self.assertTrue(all(order.gate_issue_ids.mapped("date_decided")))
        self.assertFalse(order.activity_ids)
        self.assertTrue(order.picking_ids)

    def count_triggers(self):
        job = self.env.ref("key_account.ir_cron_gate")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", job.id)])

    def test_reactivated_account_lets_its_orders_go_on(self):
        orders = self.held() | self.held()
        self.judge_again()
        self.assertHeld(orders[0], "suspended")
        self.account.action_activate()
        self.judge_again()
        for order in orders:
            self.assertResolved(order)
        self.assertEqual(self.account.held_order_count, 0)

    def test_renewed_document_lets_the_order_go_on(self):
        document = self.expire()
        order = self.order()
        order.action_confirm()
        self.make_document(self.account, 300, name="L-2")
        self.judge_again()
        self.assertResolved(order)
        self.assertTrue(document.active)

    def test_archived_document_lets_the_order_go_on(self):
        document = self.expire(kind="other")
        order = self.order()
        order.action_confirm()
        document.active = False
        self.judge_again()
        self.assertResolved(order)

    def test_order_waits_while_one_of_two_causes_stands(self):
        document = self.expire()
        order = self.held()
        self.account.action_activate()
        self.judge_again()
        self.assertHeld(order, "document_expired")
        self.assertEqual(len(order.gate_issue_ids), 2)
        document.active = False
        self.judge_again()
        self.assertResolved(order)

    def test_one_cause_released_and_one_gone_is_enough(self):
        document = self.expire()
        order = self.held()
        issue = order.gate_issue_ids.filtered(lambda i: i.code == "suspended")
        issue.with_user(self.user("manager")).action_release("Paid.")
        self.assertHeld(order, "document_expired")
        document.active = False
        self.judge_again()
        self.assertEqual((order.state, order.gate_state), ("sale", "released"))

    def test_order_changes_hands_and_leaves_the_cause_behind(self):
        order = self.held()
        order.partner_id = self.make_company("Walk-in")
        self.judge_again()
        self.assertResolved(order)
        self.assertFalse(order.key_account_id)

    def test_waiting_orders_are_judged_soon_after_something_has_changed(self):
        order = self.held()
        document = self.make_document(self.account, 300)
        changes = {
            "account": self.account.action_activate,
            "document added": lambda: self.make_document(self.account, 5),
            "document changed": lambda: document.write({"name": "L-3"}),
            "order": lambda: order.order_line.write({"price_unit": 9}),
        }
        for name, change in changes.items():
            before = self.count_triggers()
            change()
            self.env.flush_all()
            with self.subTest(change=name):
                self.assertGreater(self.count_triggers(), before)

    def test_judging_again_tells_nobody_a_second_time(self):
        order = self.held()
        messages, activities = order.message_ids, order.activity_ids
        self.judge_again()
        self.judge_again()
        self.assertEqual(order.message_ids, messages)
        self.assertEqual(order.activity_ids, activities)
        self.assertEqual(len(order.gate_issue_ids), 1)

    # --------------------------------------------------------- asked or not

    def test_order_that_nobody_asked_to_confirm_stays_a_quotation(self):
        order = self.held()
        order._gate_withdraw_request()
        self.account.action_activate()
        self.judge_again()
        self.assertEqual((order.state, order.gate_state), ("draft", "clear"))
        self.assertEqual(order.gate_issue_ids.state, "resolved")

    def test_quotation_is_not_confirmed_with_the_held_orders(self):
        self.held()
        quotation = self.order()
        self.account.action_activate()
        self.judge_again()
        self.assertEqual(quotation.state, "draft")

    def test_cancelled_order_is_not_confirmed_later(self):
        order = self.held()
        order.action_cancel()
        issue = order.gate_issue_ids
        self.assertEqual(issue.state, "resolved")
        self.assertEqual(issue.reason, "The order was cancelled or taken back.")
        self.assertFalse(order.gate_requested_by_id)
        self.account.action_activate()
        self.judge_again()
        self.assertEqual(order.state, "cancel")
        order.action_draft()
        self.judge_again()
        self.assertEqual((order.state, order.gate_state), ("draft", "clear"))

    def test_oldest_request_is_confirmed_first(self):
        orders = [self.held() for _i in range(3)]
        for order, hour in zip(orders, (12, 10, 11), strict=True):
            order.gate_date_requested = f"2026-01-01 {hour}:00:00"
        self.account.action_activate()
        self.judge_again()
        by_picking = self.env["sale.order"].union(*orders).picking_ids.sorted("id")
        self.assertEqual(list(by_picking.sale_id), [orders[1], orders[2], orders[0]])

    def break_order(self, order):
        """Take the product from a line: the order cannot be confirmed any more."""
        order.order_line = [
            Command.create({"name": "Something", "product_uom_qty": 1, "price_unit": 0})
        ]

    def test_however_many_wait_each_has_its_turn(self):
        for _number in range(12):
            self.held()
        other = self.make_account()
        other.action_suspend()
        order = self.order(account=other)
        order.with_user(self.user("salesperson")).action_confirm()
        other.action_activate()
        # There is time for one order a run, and ten runs at most.
        with patch.object(ir_cron, "MIN_TIME_PER_JOB", 0):
            self.judge_again()
            self.assertHeld(order, "suspended")
            self.judge_again()
        self.assertResolved(order)
        rest = self.env["sale.order"]._gate_read_rest()
        self.assertEqual(rest, [])

    def test_order_that_cannot_be_confirmed_says_so_and_waits(self):
        broken, other = self.held(), self.held()
        self.break_order(broken)
        self.account.action_activate()
        self.judge_again()
        self.assertEqual((broken.state, broken.gate_state), ("draft", "clear"))
        self.assertFalse(broken.gate_requested_by_id)
        self.assertFalse(broken.activity_ids)
        self.assertIn(
            "could not be confirmed: Some order lines are missing a product",
            broken.message_ids[0].body,
        )
        self.assertResolved(other)
        messages = broken.message_ids
        self.judge_again()
        self.assertEqual(broken.message_ids, messages)

    def test_release_of_an_order_that_cannot_be_confirmed_stands(self):
        order = self.held()
        self.break_order(order)
        order.with_user(self.user("salesperson")).action_confirm()
        self.release(order)
        self.assertEqual((order.state, order.gate_state), ("draft", "released"))
        self.assertEqual(order.gate_issue_ids[0].state, "released")
        self.assertIn("could not be confirmed", order.message_ids[0].body)
