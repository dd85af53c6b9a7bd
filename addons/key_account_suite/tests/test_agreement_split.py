from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account_split.tests.common import SplitCase

COMMITTED = 100
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("split", "order", "cancel", "reopen", "deliver", "return")),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=8,
)


@tagged("post_install", "-at_install")
class TestAgreementSplit(SplitCase):
    """A locked volume counts the children of parent orders, and each unit once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_stock(cls.make_product(price=100), 10000)

    def make_agreement(self):
        line = {
            "product_id": self.product.id,
            "price": 80,
            "quantity_committed": COMMITTED,
        }
        agreement = self.env["key.account.agreement"].create(
            {
                "account_id": self.account.id,
                "kind": "volume",
                "line_ids": [Command.create(line)],
            }
        )
        agreement.action_submit()
        agreement._set_state("active")
        return agreement.line_ids

    def assertVolume(self, agreed, orders):
        taken = sum(
            line.product_uom_qty - self.get_returned(line)
            for order in orders
            for line in order.order_line
            if order.state == "sale"
        )
        agreed.invalidate_recordset()
        self.assertEqual(agreed.quantity_executed, taken)
        self.assertEqual(
            agreed.quantity_executed + agreed.quantity_remaining, COMMITTED
        )
        self.assertLessEqual(taken, COMMITTED)

    def get_returned(self, line):
        moves = line.move_ids.filtered(
            lambda move: move.state == "done" and move.location_id.usage == "customer"
        )
        return sum(moves.mapped("quantity"))

    def split(self, quantity):
        parent = self.make_parent([self.product], [(quantity,), (quantity,)])
        parent.action_split()
        return parent.child_order_ids

    def order(self, quantity):
        order = self.make_order(self.customer, {self.product: quantity})
        order.action_confirm()
        return order

    def send_back(self, order):
        picking = order.picking_ids.filtered(
            lambda p: p.state == "done" and p.picking_type_code == "outgoing"
        )[:1]
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = 1
        back = wizard._create_return()
        back.move_ids.quantity = 1
        back.move_ids.picked = True
        back.button_validate()

    def act(self, step, quantity, orders):
        """Return the orders after one step; on those that it can be done with."""
        if step in ("split", "order"):
            return orders | getattr(self, step)(quantity)
        order = orders[quantity % len(orders)] if orders else orders
        is_delivered = any(order.order_line.mapped("qty_delivered"))
        if step == "cancel" and order.state == "sale" and not is_delivered:
            order._action_cancel()
        elif step == "reopen" and order.state == "cancel":
            order.action_draft()
            order.action_confirm()
        elif step == "deliver" and order.state == "sale" and not is_delivered:
            self.deliver(order)
        elif step == "return" and order.state == "sale" and is_delivered:
            self.send_back(order)
        return orders

    @settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(STEPS)
    def test_volumes_after_any_history_of_splits(self, steps):
        with self.env.cr.savepoint() as savepoint:
            agreed = self.make_agreement()
            orders = self.env["sale.order"]
            for step, quantity in steps:
                orders = self.act(step, quantity, orders)
                self.assertVolume(agreed, orders)
            self.env.flush_all()
            savepoint.close(rollback=True)
        self.env.invalidate_all()

    def test_a_child_comes_back_into_the_volume_that_it_left(self):
        agreed = self.make_agreement()
        children = self.split(50)
        self.assertVolume(agreed, children)
        children[0]._action_cancel()
        self.assertVolume(agreed, children)
        children[0].action_draft()
        children[0].action_confirm()
        self.assertEqual(children.mapped("state"), ["sale", "sale"])
        self.assertVolume(agreed, children)
        more = self.order(1)
        self.assertEqual(more.gate_issue_ids.code, "volume_exceeded")
