from odoo.tests import tagged

from odoo.addons.key_account.tests.common import GateCase
from odoo.addons.key_account_split.tests.common import SplitCase


@tagged("post_install", "-at_install")
class TestCreditSplit(SplitCase, GateCase):
    """Child orders are owed instead of their parent, and their goods are asked for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_stock(cls.make_product(price=100), 1000)
        cls.limit = cls.env["key.account.credit.limit"].create(
            {"key_account_id": cls.account.id, "amount": 1000.0}
        )

    def split(self, *shares):
        """Return ``(parent, child orders)``: one child for each share."""
        parent = self.make_parent([self.product], [(share,) for share in shares])
        parent.user_id = self.user("salesperson")
        parent.with_user(self.user("salesperson")).action_split()
        return parent, parent.child_order_ids

    def test_children_are_owed_once_and_in_place_of_their_parent(self):
        _parent, children = self.split(6, 4)
        self.assertEqual(set(children.mapped("state")), {"sale"})
        self.assertEqual(self.account.credit_exposure, 1000.0)
        self.deliver(children)
        self.assertEqual(self.account.credit_exposure, 1000.0)

    def test_goods_of_a_child_wait_and_the_child_is_released(self):
        _parent, children = self.split(6, 4)
        self.limit.amount = 900.0
        self.deliver(children[0])
        self.assertEqual(children.mapped("gate_state"), ["held", "clear"])
        self.assertNotIn("done", children.picking_ids.mapped("state"))
        self.release(children[0], "controller")
        self.deliver(children[0])
        self.assertEqual(children[0].picking_ids.state, "done")

    def test_release_of_the_parent_is_worth_as_much_where_its_goods_leave(self):
        parent, children = self.split(6, 5)
        self.assertFalse(children)
        self.release(parent, "controller")
        children = parent.child_order_ids
        if not children:
            parent.with_user(self.user("salesperson")).action_split()
            children = parent.child_order_ids
        self.assertEqual(self.account.credit_exposure, 1100.0)
        self.deliver(children)
        self.assertEqual(set(children.picking_ids.mapped("state")), {"done"})
