from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import SplitFrozenError
from .common import SplitCase


@tagged("post_install", "-at_install")
class TestCancelAndCopy(SplitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_stock(cls.make_product("Tea", 12.5), 100)

    def split(self):
        parent = self.make_parent([self.tea], [(3,), (2,)])
        parent.action_split()
        return parent

    def test_cancelling_a_parent_cancels_its_children_and_their_transfers(self):
        parent = self.split()
        parent.action_cancel()
        self.assertEqual(parent.state, "cancel")
        self.assertEqual(set(parent.child_order_ids.mapped("state")), {"cancel"})
        self.assertEqual(
            set(parent.child_order_ids.picking_ids.mapped("state")), {"cancel"}
        )

    def test_parent_with_a_delivered_child_cannot_be_cancelled(self):
        parent = self.split()
        child = parent.child_order_ids[0]
        self.deliver(child)
        with self.assertRaisesRegex(
            SplitFrozenError, f"{child.name} has been delivered"
        ):
            parent.action_cancel()

    def test_cancelled_parent_can_be_split_again(self):
        parent = self.split()
        old = parent.child_order_ids
        parent.action_cancel()
        parent.action_draft()
        parent.action_split()
        new = parent.child_order_ids - old
        self.assertEqual(len(new), 2)
        self.assertFalse(set(new.mapped("name")) & set(old.mapped("name")))
        self.assertEqual(parent.recipient_ids.mapped("child_order_id"), new)
        with self.assertRaisesRegex(SplitFrozenError, "is served by"):
            old[0].action_draft()

    def test_child_of_an_unsplit_parent_cannot_be_reopened(self):
        parent = self.split()
        parent.action_cancel()
        with self.assertRaisesRegex(SplitFrozenError, "is not split"):
            parent.child_order_ids[0].action_draft()

    def test_split_order_is_not_changed_directly(self):
        parent = self.split()
        with self.assertRaisesRegex(SplitFrozenError, "change its child orders"):
            parent.order_line.product_uom_qty = 9
        with self.assertRaises(SplitFrozenError):
            parent.order_line = [Command.create({"product_id": self.tea.id})]
        with self.assertRaises(UserError):
            parent.order_line.unlink()
        with self.assertRaises(SplitFrozenError):
            parent.recipient_ids.line_ids.quantity = 1
        with self.assertRaises(SplitFrozenError):
            parent.recipient_ids[0].unlink()
        with self.assertRaises(SplitFrozenError):
            parent.action_unlock()

    def test_copy_of_a_parent_order_has_its_recipients_and_no_children(self):
        parent = self.split()
        copy = parent.copy()
        self.assertEqual(copy.state, "draft")
        self.assertFalse(copy.child_order_ids)
        self.assertEqual(
            copy.recipient_ids.partner_id, parent.recipient_ids.partner_id
        )
        self.assertEqual(
            copy.recipient_ids.line_ids.order_line_id, copy.order_line
        )
        copy.action_split()
        self.assertEqual(copy.child_order_count, 2)

    def test_copy_of_a_child_is_an_ordinary_order(self):
        copy = self.split().child_order_ids[0].copy()
        self.assertFalse(copy.parent_order_id or copy.recipient_id)
        self.assertFalse(copy.order_line.parent_line_id)
