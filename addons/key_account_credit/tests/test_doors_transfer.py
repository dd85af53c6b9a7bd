from odoo.tests import tagged

from odoo.addons.key_account.exceptions import GateError

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestTransferDoor(CreditCase):
    """Goods of an order leave within the limit, or wait."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.limit = cls.make_limit(1000.0)

    def shippable(self, amount=800.0, **vals):
        """Return a confirmed order of the salesperson, its transfer ready."""
        order = self.make_sale(amount, user_id=self.user("salesperson").id, **vals)
        order.with_user(self.user("salesperson")).action_confirm()
        self.assertEqual(order.state, "sale")
        for move in order.picking_ids.move_ids:
            move.quantity = move.product_uom_qty
        return order

    def overrun(self, amount=800.0, **vals):
        """Return such an order whose customer may owe less meanwhile."""
        order = self.shippable(amount, **vals)
        self.limit.amount = 500.0
        return order

    def ship(self, pickings, role="warehouse"):
        return pickings.with_user(self.user(role)).button_validate()

    def assertDeliveryHeld(self, order, *codes):
        self.assertEqual((order.state, order.gate_state), ("sale", "held"))
        self.assertEqual(sorted(self.open_issues(order).mapped("code")), sorted(codes))
        self.assertNotIn("done", order.picking_ids.mapped("state"))

    def test_goods_within_the_limit_leave(self):
        order = self.shippable(1000.0)
        self.assertIs(self.ship(order.picking_ids), True)
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(order.gate_state, "clear")

    def test_goods_over_the_limit_stay_and_the_warehouse_reads_no_amount(self):
        order = self.overrun()
        answer = self.ship(order.picking_ids)
        self.assertDeliveryHeld(order, "credit_limit")
        self.assertEqual(self.open_issues(order).amount_missing, 300.0)
        self.assertEqual(answer["tag"], "display_notification")
        sentence = answer["params"]["message"]
        self.assertIn(order.name, sentence)
        self.assertNotRegex(sentence, "300|500|800")
        self.assertTrue(
            order.picking_ids.with_user(self.user("warehouse")).is_gate_held
        )

    def test_hold_is_told_to_the_controllers_once(self):
        order = self.overrun()
        self.ship(order.picking_ids)
        controller = self.user("controller")
        self.assertEqual(
            len(order.activity_ids.filtered(lambda a: a.user_id == controller)), 1
        )
        messages = order.message_ids
        self.ship(order.picking_ids)
        self.assertEqual(order.message_ids, messages)
        self.assertIn("goods do not leave", messages[0].body)

    def test_release_lets_the_goods_go_and_tells_the_warehouse(self):
        order = self.overrun()
        self.ship(order.picking_ids)
        self.release(order, "controller")
        self.assertEqual((order.state, order.gate_state), ("sale", "released"))
        self.assertEqual(order.picking_ids.activity_ids.user_id, self.user("warehouse"))
        self.assertIs(self.ship(order.picking_ids), True)
        self.assertEqual(order.picking_ids.state, "done")

    def test_gone_cause_lets_the_goods_go(self):
        order = self.overrun()
        self.ship(order.picking_ids)
        self.limit.amount = 900.0
        self.judge_again()
        self.assertEqual((order.state, order.gate_state), ("sale", "clear"))
        self.assertEqual(order.picking_ids.activity_ids.user_id, self.user("warehouse"))
        self.ship(order.picking_ids)
        self.assertEqual(order.picking_ids.state, "done")

    def test_goods_leave_at_once_when_the_cause_has_gone_before_the_job(self):
        order = self.overrun()
        self.ship(order.picking_ids)
        self.limit.amount = 900.0
        self.ship(order.picking_ids)
        self.assertEqual((order.picking_ids.state, order.gate_state), ("done", "clear"))

    def test_other_transfers_of_the_call_go_on(self):
        other = self.make_account()
        free = self.shippable(account=other)
        order = self.overrun()
        answer = self.ship(order.picking_ids | free.picking_ids)
        self.assertDeliveryHeld(order, "credit_limit")
        self.assertEqual(free.picking_ids.state, "done")
        self.assertIn(order.picking_ids.name, answer["params"]["message"])
        self.assertNotIn(free.picking_ids.name, answer["params"]["message"])

    def test_backorder_dialog_concerns_what_may_leave(self):
        other = self.make_account()
        free = self.shippable(account=other)
        free.order_line.product_uom_qty = 3
        order = self.overrun()
        answer = self.ship(order.picking_ids | free.picking_ids)
        dialog = answer["params"]["next"]
        self.assertEqual(dialog["res_model"], "stock.backorder.confirmation")
        wizard = (
            self.env[dialog["res_model"]]
            .with_user(self.user("warehouse"))
            .with_context(**dialog["context"])
            .create({})
        )
        wizard.process()
        self.assertIn("done", free.picking_ids.mapped("state"))
        self.assertDeliveryHeld(order, "credit_limit")

    def test_dialog_and_context_do_not_lead_around_it(self):
        order = self.overrun()
        pickings = order.picking_ids.with_user(self.user("warehouse"))
        pickings.with_context(
            button_validate_picking_ids=pickings.ids,
            skip_backorder=True,
            skip_sanity_check=True,
            picking_ids_not_to_backorder=pickings.ids,
        ).button_validate()
        self.assertDeliveryHeld(order, "credit_limit")

    def test_goods_of_a_suspended_account_stay_where_the_company_says_so(self):
        order = self.confirm(10.0)
        self.account.action_suspend()
        rule = self.env["key.account.credit.rule"].create(
            {
                "name": "Suspended",
                "check": "suspended",
                "is_on_order": False,
                "is_on_transfer": True,
            }
        )
        order.picking_ids.button_validate()
        self.assertDeliveryHeld(order, "credit_suspended")
        rule.active = False
        self.judge_again()
        self.assertNotEqual(order.gate_state, "held")

    def test_last_door_refuses_whatever_did_not_come_by_the_button(self):
        order = self.overrun()
        with self.assertStopped(GateError, f"{order.name}.*credit limit"):
            order.picking_ids.with_user(self.user("warehouse"))._action_done()

    def test_more_than_was_ordered_does_not_leave(self):
        order = self.shippable(800.0)
        order.picking_ids.move_ids.quantity = 2
        with self.assertStopped(GateError, f"More would leave than {order.name}"):
            self.ship(order.picking_ids)
        order.picking_ids.move_ids.quantity = 1
        self.ship(order.picking_ids)
        self.assertEqual(order.picking_ids.state, "done")

    def test_transfer_that_is_done_is_not_raised(self):
        order = self.shippable(800.0)
        self.ship(order.picking_ids)
        order.picking_ids.is_locked = False
        with self.assertStopped(GateError, f"More would leave than {order.name}"):
            order.picking_ids.move_ids.quantity = 5
        with self.assertStopped(GateError, f"More would leave than {order.name}"):
            order.picking_ids.move_ids.move_line_ids.quantity = 5

    def test_order_beyond_the_horizon_is_judged_when_it_leaves_early(self):
        self.company.credit_horizon_days = 30
        order = self.shippable(1500.0, commitment_date="2099-01-01")
        self.ship(order.picking_ids)
        self.assertDeliveryHeld(order, "credit_limit")
        self.assertEqual(self.open_issues(order).amount_missing, 500.0)

    def test_goods_of_an_order_within_the_limit_do_not_wait_for_another_released_one(
        self,
    ):
        within = self.shippable(800.0)
        beyond = self.make_sale(500.0, user_id=self.user("salesperson").id)
        beyond.with_user(self.user("salesperson")).action_confirm()
        self.release(beyond, "controller")
        self.assertEqual(beyond.state, "sale")
        self.ship(within.picking_ids)
        self.assertEqual(within.picking_ids.state, "done")
        beyond.picking_ids.move_ids.quantity = 1
        self.ship(beyond.picking_ids)
        self.assertEqual(beyond.picking_ids.state, "done")

    def test_returns_and_receipts_never_stop(self):
        order = self.shippable(800.0)
        self.ship(order.picking_ids)
        self.limit.amount = 1.0
        picking = order.picking_ids
        dialog = self.env["stock.return.picking"].create({"picking_id": picking.id})
        dialog.product_return_moves.quantity = 1
        back = dialog._create_return()
        back.move_ids.quantity = 1
        self.ship(back)
        self.assertEqual(back.state, "done")
        self.assertEqual(order.gate_state, "clear")

    def test_prepaid_order_never_waits_where_goods_leave(self):
        order = self.overrun()
        order.write({"pay_mode": "prepaid", "prepaid_percent": 100.0})
        self.ship(order.picking_ids)
        self.assertEqual(order.picking_ids.state, "done")

    def test_three_queries_for_any_number_of_transfers(self):
        for number in (1, 5):
            orders = self.env["sale.order"].concat(
                *(self.shippable(10.0) for _each in range(number))
            )
            orders.picking_ids._gate_hold()  # reads what validating reads anyway
            self.env.flush_all()
            # The lock, the limits, the exposure.
            with self.assertQueryCount(3):
                orders.picking_ids._gate_hold()

    def test_order_without_an_account_asks_nothing(self):
        order = self.make_order(self.make_company("Nobody"), {self.product: 1})
        order.action_confirm()
        order.picking_ids.move_ids.quantity = 1
        order.picking_ids._gate_hold()
        self.env.flush_all()
        with self.assertQueryCount(0):
            order.picking_ids._gate_hold()
        self.ship(order.picking_ids)
        self.assertEqual(order.picking_ids.state, "done")

    def test_what_was_shipped_is_billed_whatever_stands_against_the_customer(self):
        order = self.shippable(800.0)
        self.ship(order.picking_ids)
        late = self.make_invoice(100.0, invoice_date="2020-01-01")
        late.invoice_date_due = "2020-01-31"
        late.action_post()
        self.limit.amount = 1.0
        self.account.action_suspend()
        invoice = order.with_user(self.user("accountant"))._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.amount_total, 800.0)

    def test_rule_says_what_is_asked_where_goods_leave(self):
        rule = self.env.ref("key_account_credit.key_account_credit_rule_limit")
        rule.is_on_transfer = False
        order = self.overrun()
        self.ship(order.picking_ids)
        self.assertEqual(order.picking_ids.state, "done")
