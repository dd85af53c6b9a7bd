from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..exceptions import SplitLockedError
from .common_delta import DeltaCase


@tagged("post_install", "-at_install")
class TestSplitColleagues(DeltaCase):
    """Child orders count, also for a salesperson who sees only own orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.user("salesperson")
        cls.second = cls.first.copy({"login": "second", "name": "Second Salesperson"})

    def handed_over(self):
        """Return a split parent of the second salesperson whose children have stayed
        with the first, as the second sees it."""
        parent = self.split(2, 3, user_id=self.first.id)
        parent.user_id = self.second
        parent.child_order_ids.user_id = self.first
        self.env.flush_all()
        self.env.invalidate_all()
        own = parent.with_user(self.second)
        self.assertFalse(own.child_order_ids)
        self.env.invalidate_all()
        return own

    def test_who_takes_over_a_parent_takes_over_its_children(self):
        parent = self.split(2, 3, user_id=self.first.id)
        parent.user_id = self.second
        self.assertEqual(parent.child_order_ids.user_id, self.second)
        parent.with_user(self.second).action_cancel()
        self.assertEqual(set(parent.child_order_ids.mapped("state")), {"cancel"})

    def test_parent_is_not_cancelled_past_children_that_one_does_not_see(self):
        own = self.handed_over()
        with self.assertRaises(AccessError):
            own.action_cancel()
        self.deliver(own.sudo().child_order_ids)
        self.env.invalidate_all()
        with self.assertStopped(SplitLockedError, "has been delivered"):
            own.action_cancel()
        with self.assertStopped(SplitLockedError, "while a child order lives"):
            own.state = "draft"
        self.assertEqual(own.state, "split")

    def test_split_is_not_undone_past_children_that_one_does_not_see(self):
        own = self.handed_over()
        self.assertFalse(own.is_split_undoable)
        with self.assertStopped(SplitLockedError, "has gone to the warehouse"):
            own.action_undo_split()

    def test_who_is_served_is_served_for_everybody(self):
        own = self.handed_over()
        self.assertEqual(len(own.recipient_ids.child_order_id), 2)
        self.assertFalse(own.recipient_ids.filtered("is_left"))

    def test_nothing_is_moved_into_an_order_that_has_been_split(self):
        split = self.make_parent([self.tea, self.cup], [(2, 0), (3, 1)])
        target = split.recipient_ids[0]
        target.line_ids[1].unlink()
        split.action_split()
        other = self.make_parent([self.tea, self.cup], [(1, 1)])
        part = other.recipient_ids.line_ids[0]
        line = other.order_line[1]
        for order in (split, split.child_order_ids[0]):
            with self.assertStopped(SplitLockedError, "has been split"):
                line.order_id = order
        with self.assertStopped(SplitLockedError, "are fixed"):
            part.write(
                {"recipient_id": target.id, "order_line_id": split.order_line[1].id}
            )

    def test_nothing_is_moved_into_a_colleague_s_order(self):
        own = self.make_parent([self.tea], [(1,)])
        own.user_id = self.second
        other = self.make_parent([self.tea, self.cup], [(1, 0), (2, 2)])
        other.user_id = self.first
        part = own.recipient_ids.line_ids.with_user(self.second)
        line = own.order_line.with_user(self.second)
        other.recipient_ids[0].line_ids.unlink()
        with self.assertRaises(AccessError):
            part.write(
                {
                    "recipient_id": other.recipient_ids[0].id,
                    "order_line_id": other.order_line[0].id,
                }
            )
        with self.assertRaises(AccessError):
            line.order_id = other
