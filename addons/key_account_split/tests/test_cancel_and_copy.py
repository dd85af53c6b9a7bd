from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import SplitLockedError
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
            SplitLockedError, f"{child.name} has been delivered"
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
        with self.assertRaisesRegex(SplitLockedError, "is served by"):
            old[0].action_draft()

    def test_child_of_an_unsplit_parent_cannot_be_reopened(self):
        parent = self.split()
        parent.action_cancel()
        with self.assertRaisesRegex(SplitLockedError, "is not split"):
            parent.child_order_ids[0].action_draft()

    def test_split_order_is_not_changed_directly(self):
        parent = self.split()
        with self.assertRaisesRegex(SplitLockedError, "has been split"):
            parent.order_line.product_uom_qty = 9
        with self.assertRaises(SplitLockedError):
            parent.order_line = [Command.create({"product_id": self.tea.id})]
        with self.assertRaises(UserError):
            parent.order_line.unlink()
        with self.assertRaises(SplitLockedError):
            parent.recipient_ids.line_ids.quantity = 1
        with self.assertRaises(SplitLockedError):
            parent.recipient_ids[0].unlink()
        with self.assertRaises(SplitLockedError):
            parent.action_unlock()

    def test_copy_of_a_parent_order_has_its_recipients_and_no_children(self):
        parent = self.split()
        copy = parent.copy()
        self.assertEqual(copy.state, "draft")
        self.assertFalse(copy.child_order_ids)
        self.assertEqual(copy.recipient_ids.partner_id, parent.recipient_ids.partner_id)
        self.assertEqual(copy.recipient_ids.line_ids.order_line_id, copy.order_line)
        copy.action_split()
        self.assertEqual(copy.child_order_count, 2)

    def test_split_state_is_not_left_while_children_live(self):
        parent = self.split()
        for state in ("draft", "sale", "cancel"):
            with (
                self.subTest(state=state),
                self.assertRaisesRegex(SplitLockedError, "stays so while a child"),
                self.env.cr.savepoint(),
            ):
                parent.write({"state": state})

    def test_child_of_a_split_order_keeps_its_share(self):
        child = self.split().child_order_ids[0]
        with self.assertRaises(SplitLockedError):
            child.order_line.extra_tax_data = {"manual_total_excluded": 0.01}
        with self.assertRaisesRegex(
            SplitLockedError, f"{child.name} cannot be changed"
        ):
            child.order_line.product_uom_qty = 500
        with self.assertRaises(SplitLockedError):
            child.order_line.price_unit = 1
        with self.assertRaises(SplitLockedError):
            child.order_line = [Command.create({"product_id": self.tea.id})]

    def test_goods_shipped_on_top_join_the_child_and_are_billable(self):
        child = self.split().child_order_ids[0]
        cup = self.make_stock(self.make_product("Cup", 3), 10)
        picking = child.picking_ids
        picking.move_ids = [
            Command.create(
                {
                    "product_id": cup.id,
                    "product_uom_qty": 1,
                    "quantity": 1,
                    "location_id": picking.location_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                }
            )
        ]
        self.deliver(child)
        line = child.order_line.filtered(lambda line: line.product_id == cup)
        self.assertEqual((line.qty_delivered, line.qty_to_invoice), (1, 1))

    def test_recipient_can_be_removed_after_a_cancelled_split(self):
        parent = self.split()
        parent.action_cancel()
        parent.action_draft()
        first, second = parent.recipient_ids
        second.line_ids.quantity = 5
        first.unlink()
        parent.action_split()
        live = parent.child_order_ids.filtered(lambda child: child.state != "cancel")
        self.assertEqual(live.amount_total, parent.amount_total)

    def test_cancelled_parent_is_deleted_with_its_cancelled_children(self):
        parent = self.split()
        orders = parent | parent.child_order_ids
        parent.action_cancel()
        parent.unlink()
        self.assertFalse(orders.exists())

    def test_copy_of_a_child_is_an_ordinary_order(self):
        copy = self.split().child_order_ids[0].copy()
        self.assertFalse(copy.parent_order_id or copy.recipient_id)
        self.assertFalse(copy.order_line.parent_line_id)
