from datetime import timedelta

from odoo.tests import tagged

from .test_stock_reserve import ReserveCase


@tagged("post_install", "-at_install")
class TestStockReserveSplit(ReserveCase):
    """Goods of child orders that wait for their release."""

    def split(self, shares, days, **vals):
        """Return a split parent.

        :param days: for each recipient, in how many days the goods are wished; 0: now
        """
        parent = self.make_parent([self.tea], [(share,) for share in shares])
        parent.write({"stock_reserve_at": "split", **vals})
        today = self.env.company._get_today()
        for recipient, number in zip(parent.recipient_ids, days, strict=True):
            recipient.date_wished = number and today + timedelta(days=number)
        parent.action_split()
        return parent

    def reserve_of(self, parent):
        return parent.stock_reserve_ids.filtered(lambda one: one.state == "active")

    def test_new_orders_follow_the_company(self):
        self.env.company.split_reserve_at = "split"
        parent = self.make_parent([self.tea], [(1,)])
        self.assertEqual(parent.stock_reserve_at, "split")

    def test_waiting_children_leave_goods_to_others_unless_wanted(self):
        parent = self.split([3, 4], [60, 60], stock_reserve_at="release")
        self.assertFalse(parent.stock_reserve_ids)
        self.assertReserved(self.buy(self.customer, 10), 10)

    def test_goods_of_waiting_children_are_kept(self):
        parent = self.split([2, 3, 4], [0, 60, 60])
        first, *waiting = parent.child_order_ids.sorted("name")
        self.assertReserved(first, 2)
        self.assertEqual({child.release_state for child in waiting}, {"waiting"})
        self.assertReserve(self.reserve_of(parent), 0, 7, 7)
        self.assertReserved(self.buy(self.customer, 5), 1)
        self.assertReserved(self.buy(self.stranger, 5), 0)

    def test_released_children_take_theirs(self):
        parent = self.split([3, 4], [60, 60])
        first, second = parent.child_order_ids.sorted("name")
        self.buy(self.stranger, 5)
        first._release()
        self.assertReserved(first, 3)
        self.assertReserve(self.reserve_of(parent), 3, 4, 4)
        second._release()
        self.assertReserved(second, 4)
        self.assertReserve(parent.stock_reserve_ids, 7, 0, 0)
        self.assertQuants(10, 10)

    def test_channel_stock_is_kept_for_the_parent(self):
        channel = self.set_aside(8)
        parent = self.split([5], [60])
        self.assertReserve(channel, 5, 3, 3)
        self.assertEqual(channel.line_ids.order_id, parent)
        self.assertReserve(self.reserve_of(parent), 0, 5, 5)
        parent.action_cancel()
        self.assertReserve(channel, 0, 8, 8)

    def test_a_cancelled_child_gives_back_its_own(self):
        parent = self.split([3, 4], [60, 60])
        first, second = parent.child_order_ids.sorted("name")
        first.locked = False
        first._action_cancel()
        self.assertReserve(self.reserve_of(parent), 0, 4, 4)
        second.locked = False
        second._action_cancel()
        self.assertFalse(self.reserve_of(parent))
        self.assertQuants(10, 0)

    def test_a_cancelled_released_child_leaves_the_others_theirs(self):
        parent = self.split([3, 4], [60, 60])
        first = parent.child_order_ids.sorted("name")[0]
        first._release()
        first.locked = False
        first._action_cancel()
        self.assertReserve(self.reserve_of(parent), 0, 4, 4)
        self.assertReserved(self.buy(self.stranger, 10), 6)

    def test_a_cancelled_parent_gives_all_back(self):
        parent = self.split([3, 4], [60, 60])
        parent.action_cancel()
        self.assertFalse(self.reserve_of(parent))
        self.assertQuants(10, 0)

    def test_what_was_short_is_waited_for_by_the_child(self):
        parent = self.split([8, 8], [60, 60])
        self.assertReserve(self.reserve_of(parent), 0, 16, 10)
        first, second = parent.child_order_ids.sorted("name")
        first._release()
        self.assertReserved(first, 8)
        self.assertReserve(self.reserve_of(parent), 8, 8, 2)
        second._release()
        self.assertReserved(second, 2)
        self.assertReserve(parent.stock_reserve_ids, 16, 0, 0)
        self.assertQuants(10, 10)

    def test_released_by_hand_by_those_who_may(self):
        self.account.user_id = self.user("salesperson")
        parent = self.make_parent([self.tea], [(3,)])
        parent.write(
            {"stock_reserve_at": "split", "user_id": self.user("salesperson").id}
        )
        today = self.env.company._get_today()
        parent.recipient_ids.date_wished = today + timedelta(days=60)
        parent.with_user(self.user("salesperson")).action_split()
        self.assertReserve(self.reserve_of(parent), 0, 3, 3)
        child = parent.child_order_ids
        child.with_user(self.user("salesperson")).action_release_now()
        self.assertReserved(child, 3)
