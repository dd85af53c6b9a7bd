from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account.exceptions import DutyError

from ..exceptions import SplitError, SplitLockedError
from .common_delta import DeltaCase


@tagged("post_install", "-at_install")
class TestDelta(DeltaCase):
    """After a split, recipients and lines change; the next split does what changed."""

    def test_change_without_changes_touches_no_child(self):
        parent = self.split(3, 2)
        record = self.get_record(parent.child_order_ids)
        parent.action_change_recipients()
        self.assertEqual((parent.state, parent.is_recipient_change), ("draft", True))
        parent.action_split()
        self.assertEqual((parent.state, parent.is_recipient_change), ("split", False))
        self.assertEqual(self.get_record(parent.child_order_ids), record)
        self.assertAddsUp(parent)

    def test_added_recipient_gets_a_child_and_the_others_keep_theirs(self):
        parent = self.split(3, 2)
        record = self.get_record(parent.child_order_ids)
        parent.action_change_recipients()
        added = self.add_recipient(parent, "Third", (4,))
        self.order_given(parent)
        parent.action_split()
        self.assertAddsUp(parent)
        kept = parent.child_order_ids - added.child_order_id
        self.assertEqual(self.get_record(kept), record)
        self.assertEqual(added.child_order_id.picking_ids.state, "assigned")

    def test_changed_recipients_get_new_children(self):
        changes = {
            "partner_id": self.make_address("Elsewhere").id,
            "date_wished": "2031-05-05",
            "reference": "4711",
        }
        for name, value in changes.items():
            with self.subTest(name=name):
                parent = self.split(3, 2)
                changed, same = parent.recipient_ids
                old, kept = changed.child_order_id, same.child_order_id
                record = self.get_record(kept)
                parent.action_change_recipients()
                changed[name] = value
                parent.action_split()
                self.assertAddsUp(parent)
                self.assertEqual(old.state, "cancel")
                self.assertEqual(set(old.picking_ids.mapped("state")), {"cancel"})
                self.assertEqual(same.child_order_id, kept)
                self.assertEqual(self.get_record(kept), record)

    def test_removed_recipient_loses_the_child_at_the_split(self):
        parent = self.split(3, 2)
        removed, same = parent.recipient_ids
        old, kept = removed.child_order_id, same.child_order_id
        parent.action_change_recipients()
        removed.unlink()
        self.assertEqual(parent.recipient_ids, same)
        self.assertEqual((old.state, old.recipient_id), ("sale", removed))
        self.order_given(parent)
        self.assertEqual(parent.order_line.product_uom_qty, 2)
        parent.action_split()
        self.assertEqual((old.state, kept.state), ("cancel", "sale"))
        self.assertAddsUp(parent)

    def test_new_price_replaces_the_children_that_have_the_line(self):
        parent = self.make_parent([self.tea, self.cup], [(3, 0), (2, 1), (1, 0)])
        parent.action_split()
        first, second, third = (r.child_order_id for r in parent.recipient_ids)
        parent.action_change_recipients()
        parent.order_line[1].price_unit = 4.0
        parent.action_split()
        self.assertAddsUp(parent)
        self.assertEqual(
            (first | second | third).mapped("state"), ["sale", "cancel", "sale"]
        )

    def test_swapped_quantities_replace_just_these_two(self):
        parent = self.split(3, 2, 1)
        first, second, third = parent.recipient_ids
        kept = third.child_order_id
        parent.action_change_recipients()
        first.line_ids.quantity, second.line_ids.quantity = 2, 3
        parent.action_split()
        self.assertAddsUp(parent)
        self.assertEqual(third.child_order_id, kept)
        self.assertEqual(len(parent.child_order_ids), 5)

    def test_delivered_or_invoiced_child_is_not_replaced(self):
        parent = self.split(3, 2)
        first, second = parent.recipient_ids
        self.deliver(first.child_order_id)
        parent.action_change_recipients()
        first.line_ids.quantity = 4
        second.line_ids.quantity = 1
        name = first.child_order_id.name
        with self.assertRaisesRegex(SplitError, f"{name} has been delivered"):
            parent.action_split()
        self.assertEqual(set(parent.child_order_ids.mapped("state")), {"sale"})
        first.line_ids.quantity = 3
        second.line_ids.quantity = 2
        parent.action_split()
        self.assertAddsUp(parent)

    def test_discarded_changes_leave_everything_as_it_was(self):
        parent = self.make_parent([self.tea, self.cup], [(3, 1), (2, 0)])
        parent.recipient_ids[0].write({"reference": "A", "date_wished": "2031-01-02"})
        parent.action_split()
        record = self.get_record(parent.child_order_ids)
        before = parent.read(["amount_total", "commitment_date", "recipient_ids"])
        rows = parent.recipient_ids.read(["partner_id", "reference", "date_wished"])
        quantities = parent.recipient_ids.line_ids.mapped("quantity")
        parent.action_change_recipients()
        first, second = parent.recipient_ids
        first.unlink()
        second.write({"reference": "B", "date_wished": False})
        second.line_ids.quantity = 9
        parent.order_line[0].write({"price_unit": 1, "product_uom_qty": 7})
        self.add_line(parent, self.cup, 2, 5.0)
        self.add_recipient(parent, "Third", (1, 1, 1))
        parent.action_discard_changes()
        self.assertEqual((parent.state, parent.is_recipient_change), ("split", False))
        self.env.invalidate_all()
        self.assertEqual(
            parent.read(["amount_total", "commitment_date", "recipient_ids"]), before
        )
        self.assertEqual(
            parent.recipient_ids.read(["partner_id", "reference", "date_wished"]), rows
        )
        self.assertEqual(parent.recipient_ids.line_ids.mapped("quantity"), quantities)
        self.assertEqual(self.get_record(parent.child_order_ids), record)
        self.assertAddsUp(parent)

    def test_discarding_is_refused_when_a_child_was_cancelled_meanwhile(self):
        parent = self.split(3, 2)
        parent.action_change_recipients()
        parent.child_order_ids[0].action_cancel()
        with self.assertRaisesRegex(SplitLockedError, "cancelled meanwhile"):
            parent.action_discard_changes()
        parent.action_split()
        self.assertAddsUp(parent)

    def test_cent_that_the_children_kept_stays_in_the_order(self):
        parent = self.make_parent([self.tea], [(1,)] * 7)
        parent.order_line.price_unit = 0.335
        parent.action_split()
        low = self.living(parent).filtered(lambda c: c.amount_total == 0.33)
        kept = self.living(parent) - low
        record = self.get_record(kept)
        parent.action_change_recipients()
        low.recipient_id.unlink()
        self.order_given(parent)
        parent.action_split()
        self.assertEqual(self.get_record(kept), record)
        self.assertAddsUp(parent)

    def test_cancelling_a_changed_order_cancels_the_children(self):
        parent = self.split(3, 2)
        parent.action_change_recipients()
        parent.action_cancel()
        self.assertEqual((parent.state, parent.is_recipient_change), ("cancel", False))
        self.assertEqual(set(parent.child_order_ids.mapped("state")), {"cancel"})

    def test_other_doors_are_closed_while_it_is_changed(self):
        parent = self.split(3, 2)
        child = parent.child_order_ids[0]
        parent.action_change_recipients()
        for values in (
            {"state": "sale"},
            {"state": "cancel"},
            {"payment_term_id": self.env["account.payment.term"].search([])[-1].id},
            {"split_by": "together"},
        ):
            with self.subTest(**values), self.assertStopped(SplitLockedError, ""):
                parent.write(values)
        with self.assertStopped(SplitLockedError, "cannot be changed"):
            child.order_line.price_unit = 1
        with self.assertStopped(SplitLockedError, "cannot be removed"):
            parent.order_line.unlink()
        with self.assertStopped(UserError, ""):
            parent.unlink()
        with self.assertStopped(SplitLockedError, "is not split"):
            parent.action_change_recipients()

    def test_users_write_neither_the_change_nor_who_leads(self):
        parent = self.split(3, 2)
        parent.user_id = self.user("salesperson")
        mine = parent.with_user(self.user("salesperson"))
        for values in ({"is_recipient_change": True}, {"change_origin": {}}):
            with self.assertStopped(DutyError, ""):
                mine.write(values)
        first, second = mine.recipient_ids
        with self.assertStopped(SplitLockedError, "by hand"):
            second.leading_id = first
        with self.assertStopped(SplitLockedError, "by hand"):
            mine.action_change_recipients()
            first.create({"order_id": parent.id, "leading_id": first.id})
        with self.assertStopped(SplitLockedError, "nothing to discard"):
            mine.action_discard_changes()

    def test_only_who_writes_orders_and_recipients_changes_them(self):
        parent = self.split(3, 2)
        for role in ("warehouse", "portal", "controller", "accountant"):
            user = parent.with_user(self.user(role))
            for verb in ("action_change_recipients", "action_discard_changes"):
                with (
                    self.subTest(role=role, verb=verb),
                    self.assertStopped(AccessError, ""),
                ):
                    getattr(user, verb)()
        parent.user_id = self.user("manager")
        with self.assertStopped(AccessError, ""):
            parent.with_user(self.user("salesperson")).action_change_recipients()
        parent.with_user(self.user("manager")).action_change_recipients()
        parent.recipient_ids[0].with_user(self.user("manager")).unlink()
        self.order_given(parent)
        parent.with_user(self.user("manager")).action_split()
        self.assertAddsUp(parent)

    def test_raised_order_is_judged_and_held_with_its_children_untouched(self):
        parent = self.split(3, 2)
        record = self.get_record(parent.child_order_ids)
        parent.action_change_recipients()
        self.add_recipient(parent, "Third", (4,))
        self.order_given(parent)
        self.account.action_suspend()
        parent.action_split()
        self.assertEqual((parent.state, parent.gate_state), ("draft", "held"))
        self.assertEqual(self.get_record(self.living(parent)), record)
        self.account.action_activate()
        parent.action_split()
        self.assertAddsUp(parent)

    def test_what_is_lowered_passes_without_the_gate(self):
        parent = self.split(3, 2)
        parent.action_change_recipients()
        parent.recipient_ids[0].line_ids.quantity = 1
        self.order_given(parent)
        self.account.action_suspend()
        parent.action_split()
        self.assertEqual(parent.state, "split")
        self.assertAddsUp(parent)

    def test_lower_price_is_judged(self):
        parent = self.split(3, 2)
        parent.action_change_recipients()
        parent.order_line.price_unit = 1
        self.account.action_suspend()
        parent.action_split()
        self.assertEqual((parent.state, parent.gate_state), ("draft", "held"))

    def test_new_line_for_somebody(self):
        parent = self.split(3, 2)
        first, second = parent.recipient_ids
        kept = second.child_order_id
        parent.action_change_recipients()
        line = self.add_line(parent, self.cup, 2, 3.2)
        first.line_ids = [Command.create({"order_line_id": line.id, "quantity": 2})]
        parent.action_split()
        self.assertAddsUp(parent)
        self.assertEqual(second.child_order_id, kept)
        self.assertEqual(len(first.child_order_id.order_line), 2)

    def test_reports_count_a_changed_order_through_its_children(self):
        parent = self.split(3, 2)
        parent.action_change_recipients()
        self.env.flush_all()
        sums = self.env["sale.report"]._read_group(
            [("partner_id", "=", self.customer.id)], [], ["product_uom_qty:sum"]
        )
        self.assertEqual(sums, [(5.0,)])

    def test_invoiced_child_is_not_replaced(self):
        self.tea.invoice_policy = "order"
        parent = self.split(3, 2)
        child = parent.child_order_ids[0]
        child._create_invoices()
        parent.action_change_recipients()
        parent.recipient_ids[0].unlink()
        self.order_given(parent)
        with self.assertRaisesRegex(SplitError, f"{child.name} has been invoiced"):
            parent.action_split()
        parent.action_discard_changes()
        self.assertAddsUp(parent)

    def test_goods_shipped_on_top_are_no_change(self):
        parent = self.split(3, 2)
        child = parent.child_order_ids[0]
        picking = child.picking_ids
        picking.move_ids = [
            Command.create(
                {
                    "product_id": self.cup.id,
                    "product_uom_qty": 1,
                    "quantity": 1,
                    "location_id": picking.location_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                }
            )
        ]
        self.deliver(child)
        parent.action_change_recipients()
        added = self.add_recipient(parent, "Third", (1,))
        self.order_given(parent)
        parent.action_split()
        self.assertEqual(parent.state, "split")
        self.assertEqual(self.living(parent), parent.child_order_ids)
        self.assertTrue(added.child_order_id)

    def test_queries_of_comparing_do_not_grow_with_the_recipients(self):
        def count(number):
            parent = self.split(*[1] * number)
            parent.action_change_recipients()
            self.add_recipient(parent, "New", (1,))
            self.order_given(parent)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            parent.action_split()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(2)
        self.assertEqual(count(2), count(20))
