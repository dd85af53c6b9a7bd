from odoo.tests import tagged

from ..exceptions import SplitLockedError
from .test_stock_reserve import ReserveCase


@tagged("post_install", "-at_install")
class TestStockLeft(ReserveCase):
    """Recipients whose goods are short are left on the parent order."""

    def test_who_is_short_is_left_and_served_by_a_later_split(self):
        parent = self.make_parent([self.tea], [(6,), (6,), (4,)])
        parent.stock_policy = "available"
        first, second, third = parent.recipient_ids
        parent.action_split()
        self.assertEqual(parent.state, "split")
        self.assertTrue(first.child_order_id and third.child_order_id)
        self.assertFalse(second.child_order_id)
        self.assertReserved(parent.child_order_ids, 6, 4)
        row = parent._get_stock_rows()[0]
        self.assertEqual((row["wanted"], row["free"], row["short"]), (6, 0, 6))
        # Nothing has come: nothing happens.
        parent.action_split()
        self.assertFalse(second.child_order_id)
        self.make_stock(self.tea, 6)
        parent.action_split()
        self.assertReserved(second.child_order_id, 6)
        self.assertEqual(len(parent.child_order_ids), 3)

    def test_what_is_kept_for_waiting_children_is_not_free_for_those_left(self):
        parent = self.make_parent([self.tea], [(6,), (6,)])
        parent.write({"stock_policy": "available", "stock_reserve_at": "split"})
        parent.recipient_ids.date_wished = "2099-01-04"
        parent.action_split()
        second = parent.recipient_ids[1]
        self.assertReserve(parent.stock_reserve_ids, 0, 6, 6)
        parent.action_split()
        self.assertFalse(second.child_order_id)
        self.make_stock(self.tea, 2)
        parent.action_split()
        self.assertEqual(second.child_order_id.release_state, "waiting")
        held = parent.stock_reserve_ids.mapped("quantity_held")
        self.assertEqual(sum(held), 12)

    def test_what_waiting_children_will_take_is_not_given_to_others(self):
        parent = self.make_parent([self.tea], [(10,), (10,)])
        parent.stock_policy = "available"
        parent.recipient_ids.date_wished = "2099-01-04"
        parent.action_split()
        first, second = parent.recipient_ids
        self.assertEqual(first.child_order_id.release_state, "waiting")
        self.assertEqual(self.tea.free_qty, 10)
        parent.action_split()
        self.assertFalse(second.child_order_id)
        row = parent._get_stock_rows()[0]
        self.assertEqual((row["wanted"], row["free"], row["short"]), (20, 10, 10))
        self.make_stock(self.tea, 10)
        parent.action_split()
        self.assertEqual(second.child_order_id.release_state, "waiting")

    def test_who_shared_a_cancelled_child_is_served_when_there_is_enough(self):
        parent = self.make_parent([self.tea], [(6,), (4,)])
        parent.write({"stock_policy": "available", "split_by": "address"})
        first, second = parent.recipient_ids
        second.partner_id = first.partner_id
        parent.action_split()
        self.assertEqual(second.leading_id, first)
        first.child_order_id.action_cancel()
        self.make_stock(self.tea, -3)
        parent.action_split()
        self.assertTrue(first.child_order_id)
        self.assertFalse(second.child_order_id)
        self.make_stock(self.tea, 3)
        parent.action_split()
        self.assertTrue(second.child_order_id)

    def test_changes_of_who_is_left_can_be_discarded(self):
        parent = self.make_parent([self.tea], [(6,), (6,)])
        parent.stock_policy = "available"
        parent.action_split()
        parent.action_change_recipients()
        parent.recipient_ids[1].unlink()
        self.assertEqual(len(parent.recipient_ids), 1)
        with self.assertRaisesRegex(SplitLockedError, "recipients have had it"):
            parent.order_line.unlink()
        parent.action_discard_changes()
        self.assertEqual((parent.state, len(parent.recipient_ids)), ("split", 2))
        self.assertEqual(parent.recipient_left_count, 1)

    def test_who_is_left_can_be_removed_by_a_change(self):
        parent = self.make_parent([self.tea], [(6,), (6,)])
        parent.stock_policy = "available"
        parent.action_split()
        child = parent.child_order_ids
        parent.action_change_recipients()
        parent.recipient_ids[1].unlink()
        parent.action_order_given_quantities()
        parent.action_split()
        self.assertEqual((parent.state, parent.child_order_ids), ("split", child))
        self.assertEqual(parent.order_line.product_uom_qty, 6)

    def test_a_replaced_child_frees_its_goods_for_the_new_one(self):
        parent = self.make_parent([self.tea], [(6,), (4,)])
        parent.stock_policy = "refuse"
        parent.action_split()
        parent.action_change_recipients()
        first, second = parent.recipient_ids
        first.line_ids.quantity, second.line_ids.quantity = 3, 7
        parent.action_split()
        self.assertReserved(
            parent.child_order_ids.filtered(lambda c: c.state == "sale"), 3, 7
        )
