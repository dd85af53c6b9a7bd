from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.key_account.exceptions import GateError
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

    def test_parent_counts_by_the_day_of_its_first_recipient(self):
        self.env.company.credit_horizon_days = 30
        self.limit.amount = 500.0
        now = fields.Datetime.now()
        parent = self.make_parent([self.product], [(6,), (4,)])
        parent.commitment_date = now + timedelta(days=60)
        parent.recipient_ids[1].date_wished = (now + timedelta(days=2)).date()
        parent.action_split()
        self.assertHeld(parent, "credit_limit")
        # All of them later: nothing of it counts yet.
        parent.recipient_ids.date_wished = (now + timedelta(days=50)).date()
        parent.action_split()
        self.assertEqual(parent.state, "split")
        self.assertEqual(self.account.credit_exposure, 0.0)

    def test_child_is_not_brought_forward_past_the_limit(self):
        self.env.company.credit_horizon_days = 30
        self.limit.amount = 500.0
        now = fields.Datetime.now()
        parent = self.make_parent([self.product], [(6,)])
        parent.commitment_date = now + timedelta(days=60)
        parent.action_split()
        self.assertEqual(self.account.credit_exposure, 0.0)
        with self.assertStopped(GateError, "cannot be brought forward"):
            parent.child_order_ids.commitment_date = now + timedelta(days=2)
        self.assertEqual(self.account.credit_exposure, 0.0)
