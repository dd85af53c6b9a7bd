from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account.exceptions import DutyError, GateError
from odoo.addons.key_account.tests.common import GateCase


@tagged("post_install", "-at_install")
class TestGatePrice(GateCase):
    """A check that another addon brings, one override, is a check like the others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.list_price = 10
        cls.product.test_floor = 1
        cls.account.user_id = cls.user("salesperson")

    def cheap(self, price=8.0, quantity=5, **vals):
        """Return a quotation of the salesperson with a price below 9.00, the floor."""
        line = {
            "product_id": self.product.id,
            "product_uom_qty": quantity,
            "price_unit": price,
        }
        vals = {"user_id": self.user("salesperson").id, **vals}
        return self.order(order_line=[Command.create(line)], **vals)

    def ask(self, *orders):
        """Confirm the orders as the salesperson would."""
        orders = self.env["sale.order"].union(*orders)
        orders.with_user(self.user("salesperson")).action_confirm()

    def test_order_below_the_floor_is_held(self):
        order = self.cheap()
        self.ask(order)
        self.assertHeld(order, "test_floor")
        self.assertRecordValues(
            order.gate_issue_ids,
            [
                {
                    "kind": "price",
                    "subject": str(order.order_line.id),
                    "amount_missing": 5,
                    "account_id": self.account.id,
                    "requested_by_id": self.user("salesperson").id,
                }
            ],
        )
        self.assertRegex(order.gate_issue_ids.text, "^Widget is .*5.00.* too cheap; ")

    def test_order_at_the_floor_passes(self):
        order = self.cheap(9)
        self.ask(order)
        self.assertEqual(order.state, "sale")

    def test_customer_without_account_is_checked_too(self):
        order = self.cheap(partner_id=self.make_company("Walk-in").id)
        self.ask(order)
        self.assertHeld(order, "test_floor")
        self.assertFalse(order.gate_issue_ids.account_id)

    def test_all_checks_speak_at_once(self):
        self.expire()
        order = self.cheap()
        order.order_line = [
            Command.create(
                {"product_id": self.product.id, "product_uom_qty": 1, "price_unit": 7}
            )
        ]
        self.account.action_suspend()
        self.ask(order)
        self.assertHeld(
            order, "suspended", "document_expired", "test_floor", "test_floor"
        )

    def test_batch_is_held_order_by_order(self):
        cheap, fair = self.cheap(), self.cheap(10)
        self.ask(cheap, fair)
        self.assertHeld(cheap, "test_floor")
        self.assertEqual(fair.state, "sale")

    def test_corrected_price_lets_the_order_go_on(self):
        order = self.cheap()
        self.ask(order)
        order.order_line.with_user(self.user("salesperson")).price_unit = 9
        self.judge_again()
        self.assertEqual((order.state, order.gate_state), ("sale", "clear"))
        self.assertEqual(order.gate_issue_ids.state, "resolved")

    def test_half_corrected_price_is_another_issue(self):
        order = self.cheap()
        self.ask(order)
        order.order_line.price_unit = 8.5
        self.judge_again()
        self.assertHeld(order, "test_floor")
        self.assertEqual(self.open_issues(order).amount_missing, 2.5)
        self.assertEqual(len(order.gate_issue_ids), 2)

    def test_price_is_released_by_the_manager_not_by_the_controller(self):
        order = self.cheap()
        self.ask(order)
        self.assertFalse(order.activity_ids.user_id & self.user("controller"))
        with self.assertStopped(DutyError, "is not yours to release"):
            self.release(order, "controller")
        self.release(order, "manager")
        self.assertEqual((order.state, order.amount_untaxed), ("sale", 40))

    def test_confirmed_order_does_not_become_too_cheap_by_growing(self):
        order = self.cheap(10)
        self.ask(order)
        with self.assertStopped(GateError, "too cheap"):
            order.order_line.write({"product_uom_qty": 10, "price_unit": 8})
        order.order_line.price_unit = 8  # less is owed
        self.assertEqual(order.amount_untaxed, 40)

    # ------------------------------------------------ what a release covers

    def released_price(self):
        """Return an order of which the price was released, 5.00 too cheap, and which
        waits for something else."""
        self.account.action_suspend()
        order = self.cheap()
        self.ask(order)
        price = order.gate_issue_ids.filtered(lambda issue: issue.kind == "price")
        price.with_user(self.user("manager")).action_release("A large customer.")
        self.assertHeld(order, "suspended")
        return order

    def test_release_covers_what_was_missing_and_less(self):
        for reduction in (1, 1.5):
            order = self.released_price()
            self.product.test_floor = reduction
            self.account.action_activate()
            self.judge_again()
            with self.subTest(reduction=reduction):
                self.assertEqual((order.state, order.gate_state), ("sale", "released"))

    def test_release_does_not_cover_more_than_was_missing(self):
        order = self.released_price()
        self.product.test_floor = 0.99
        self.release(order, "controller")
        self.assertHeld(order, "test_floor")
        self.assertEqual(self.open_issues(order).amount_missing, 5.05)
        self.release(order)
        self.assertEqual(order.state, "sale")

    def test_release_covers_its_line_only(self):
        order = self.released_price()
        self.account.action_activate()
        order.order_line.copy({"order_id": order.id})
        self.ask(order)
        self.assertHeld(order, "test_floor", "test_floor")
