from odoo.tests import tagged

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
