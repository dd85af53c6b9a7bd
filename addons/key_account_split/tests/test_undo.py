from odoo.tests import freeze_time, tagged

from odoo.addons.key_account.exceptions import DutyError

from ..exceptions import SplitLockedError
from .common_release import NOW, ReleaseCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestUndo(ReleaseCase):
    """A split is undone as long as nothing has gone to the warehouse."""

    def test_undone_split_leaves_a_quotation_that_splits_again(self):
        children = self.split_wishes("2026-12-10", "2026-12-11")
        parent = children.parent_order_id
        self.assertTrue(parent.is_split_undoable)
        parent.action_undo_split()
        self.assertEqual(parent.state, "draft")
        self.assertEqual(set(children.mapped("state")), {"cancel"})
        parent.recipient_ids[0].line_ids.quantity = 2
        parent.order_line.product_uom_qty = 3
        parent.action_split()
        new = parent.recipient_ids.child_order_id
        self.assertFalse(new & children)
        self.assertEqual(sum(new.order_line.mapped("product_uom_qty")), 3)
        self.assertWaits(new[0], "2026-12-08")

    def test_undo_ends_when_one_child_is_released(self):
        first, second = self.split_wishes("2026-12-10", "2026-12-11")
        first.action_release_now()
        self.assertFalse(first.parent_order_id.is_split_undoable)
        with self.assertStopped(SplitLockedError, f"{first.name} has gone to the"):
            first.parent_order_id.action_undo_split()
        self.assertWaits(second)
        first.action_cancel()
        first.parent_order_id.action_undo_split()
        self.assertEqual(first.parent_order_id.state, "draft")

    def test_invoiced_child_ends_it_too(self):
        self.tea.invoice_policy = "order"
        child = self.split_wishes("2026-12-10")
        child._create_invoices()
        with self.assertStopped(SplitLockedError, "was invoiced"):
            child.parent_order_id.action_undo_split()

    def test_quotation_and_child_have_nothing_to_undo(self):
        order = self.make_wishes("2026-12-10")
        child = self.split_wishes("2026-12-10")
        for one in (order, child):
            with self.assertStopped(SplitLockedError, f"{one.name} is not split"):
                one.action_undo_split()

    def test_who_sells_undoes_and_nobody_else(self):
        parent = self.split_wishes("2026-12-10").parent_order_id
        parent.user_id = self.user("salesperson")
        for role in ("warehouse", "accountant", "controller"):
            with (
                self.subTest(role=role),
                self.assertStopped(DutyError, "You cannot undo the split"),
            ):
                parent.with_user(self.user(role)).action_undo_split()
        parent.with_user(self.user("salesperson")).action_undo_split()
        self.assertEqual(parent.state, "draft")
