from odoo.tests import tagged

from ..exceptions import SplitError
from .common_delta import DeltaCase


@tagged("post_install", "-at_install")
class TestSplitLeft(DeltaCase):
    """A split may serve some recipients; the others are left on the parent."""

    def split_some(self, *shares, wanted=("Recipient 1",), price=12.5):
        parent = self.make_parent([self.tea], [(share,) for share in shares])
        parent.order_line.price_unit = price
        names = set(wanted)
        self.serve_only(lambda one: one.partner_id.name in names)
        parent.action_split()
        return parent, names

    def test_recipients_without_goods_are_left_on_the_parent(self):
        parent, _names = self.split_some(3, 2, 1)
        self.assertEqual(parent.state, "split")
        self.assertEqual(parent.child_order_count, 1)
        self.assertEqual(parent.recipient_left_count, 2)
        left = parent.recipient_ids[1:]
        self.assertEqual(left.mapped("is_left"), [True, True])
        self.assertEqual(set(left.mapped("delivery_state")), {"waiting"})
        found = self.env["sale.order.recipient"].search(
            [("order_id", "=", parent.id), ("is_left", "=", True)]
        )
        self.assertEqual(found, left)
        orders = self.env["sale.order"].search([("recipient_ids.is_left", "=", True)])
        self.assertEqual(orders, parent)
        action = parent.action_open_recipients_left()
        self.assertEqual(action["domain"], [("order_id", "in", parent.ids)])

    def test_the_rest_is_split_later_and_adds_up_to_the_cent(self):
        parent, names = self.split_some(7, 7, 7, 7, 7, price=0.335)
        first = self.living(parent)
        record = self.get_record(first)
        for number in (3, 5, 2, 4):
            names.add(f"Recipient {number}")
            parent.action_split()
            self.assertEqual(parent.state, "split")
        self.assertAddsUp(parent)
        self.assertEqual(self.get_record(first), record)
        self.assertEqual(parent.recipient_left_count, 0)
        self.assertEqual(parent.amount_total, round(35 * 0.335, 2))

    def test_split_with_nobody_to_serve_changes_nothing(self):
        parent, _names = self.split_some(3, 2)
        children, written = parent.child_order_ids, parent.date_order
        parent.action_split()
        self.assertEqual(parent.child_order_ids, children)
        self.assertEqual((parent.state, parent.date_order), ("split", written))

    def test_children_that_are_not_their_share_are_refused(self):
        parent, _names = self.split_some(3, 2)
        child = parent.child_order_ids
        self.env.cr.execute(
            "UPDATE sale_order SET amount_untaxed = amount_untaxed + 0.01 WHERE id = %s",
            [child.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(SplitError, "do not add up"):
            parent._assert_split_complete()

    def test_recipient_of_a_cancelled_child_is_served_again(self):
        parent = self.split(3, 2)
        child = parent.child_order_ids[0]
        child.action_cancel()
        self.assertEqual(parent.recipient_left_count, 1)
        parent.action_split()
        self.assertAddsUp(parent)
        self.assertEqual(len(parent.child_order_ids), 3)

    def test_the_rest_passes_the_gate(self):
        parent, names = self.split_some(3, 2)
        names.add("Recipient 2")
        children = self.living(parent)
        record = self.get_record(children)
        self.account.action_suspend()
        parent.action_split()
        self.assertEqual((parent.state, parent.gate_state), ("draft", "held"))
        self.assertEqual(self.get_record(children), record)
        parent.action_discard_changes()
        self.assertEqual((parent.state, parent.gate_state), ("split", "clear"))
        self.account.action_activate()
        parent.action_split()
        self.assertAddsUp(parent)
