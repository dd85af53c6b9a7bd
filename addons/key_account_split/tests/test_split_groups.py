from odoo.tests import tagged

from .common_delta import DeltaCase


@tagged("post_install", "-at_install")
class TestSplitGroups(DeltaCase):
    """Recipients share a child order where the order says so."""

    def make_grouped(self, split_by, shares, price=12.5):
        parent = self.make_parent([self.tea, self.cup], shares)
        parent.split_by = split_by
        parent.order_line.price_unit = price
        return parent

    def test_all_together_is_one_child_to_the_address_of_the_order(self):
        parent = self.make_grouped("together", [(3, 1), (2, 0), (1, 4)], 0.335)
        parent.recipient_ids[1].date_wished = "2031-03-04"
        parent.action_split()
        child = parent.child_order_ids
        self.assertEqual(len(child), 1)
        self.assertEqual(child.partner_shipping_id, parent.partner_shipping_id)
        self.assertEqual(child.order_line.mapped("product_uom_qty"), [6, 5])
        # Two of them wait for no day.
        self.assertFalse(child.commitment_date)
        self.assertEqual(len(child.picking_ids), 1)
        self.assertAddsUp(parent)

    def test_all_together_are_in_time_for_the_first(self):
        parent = self.make_grouped("together", [(3, 1), (2, 0), (1, 4)])
        parent.commitment_date = "2031-05-06 10:00:00"
        parent.recipient_ids[1].date_wished = "2031-03-04"
        parent.recipient_ids[0].date_wished = "2031-04-05"
        parent.action_split()
        child = parent.child_order_ids
        self.assertEqual(str(child.commitment_date.date()), "2031-03-04")
        self.assertEqual((child.release_state, len(child.picking_ids)), ("waiting", 0))

    def test_same_address_and_date_share_a_child(self):
        parent = self.make_grouped("address", [(3, 1), (2, 0), (1, 4), (5, 5)], 0.335)
        first, second, third, fourth = parent.recipient_ids
        second.partner_id = first.partner_id
        fourth.partner_id = first.partner_id
        fourth.date_wished = "2031-03-04"
        first.reference, third.reference = "A", "C"
        parent.action_split()
        self.assertEqual(parent.child_order_count, 3)
        self.assertEqual(first.child_order_id, second.child_order_id)
        self.assertEqual(second.leading_id, first)
        self.assertFalse(first.leading_id or third.leading_id or fourth.leading_id)
        self.assertNotEqual(first.child_order_id.client_order_ref, "A")
        self.assertEqual(third.child_order_id.client_order_ref, "C")
        self.assertAddsUp(parent)

    def test_everybody_of_a_group_is_in_the_state_of_its_child(self):
        parent = self.make_grouped("together", [(3, 1), (2, 0)])
        parent.action_split()
        self.assertEqual(
            parent.recipient_ids.mapped("delivery_state"), ["to_ship", "to_ship"]
        )
        parent.child_order_ids.picking_ids.carrier_tracking_ref = "SF-1"
        self.deliver(parent.child_order_ids)
        self.env.invalidate_all()
        recipients = parent.recipient_ids
        self.assertEqual(
            recipients.mapped("delivery_state"), ["delivered", "delivered"]
        )
        self.assertEqual(recipients.delivery_order_id, parent.child_order_ids)
        self.assertEqual(recipients.mapped("tracking_reference"), ["SF-1", "SF-1"])
        for name in ("tracking_reference", "delivery_state"):
            value = recipients[1][name]
            found = recipients.search(
                [("order_id", "=", parent.id), (name, "=", value)]
            )
            self.assertEqual(found, recipients, name)
        self.assertEqual(parent.recipient_left_count, 0)

    def test_delivery_list_has_a_page_for_each_with_what_is_theirs(self):
        parent = self.make_grouped("together", [(3, 1), (2, 0)])
        parent.action_split()
        ((_lang, pages),) = parent.recipient_ids._get_delivery_pages()
        self.assertEqual(len(pages), 2)
        self.assertEqual(
            [[line["quantity"] for line in page["lines"]] for page in pages],
            [[3, 1], [2]],
        )
        self.assertEqual(
            {page["child"] for page in pages}, {parent.child_order_ids.name}
        )

    def test_change_within_a_group_leaves_its_child_alone(self):
        parent = self.make_grouped("together", [(3, 1), (2, 0)])
        parent.action_split()
        record = self.get_record(parent.child_order_ids)
        parent.action_change_recipients()
        first, second = parent.recipient_ids
        first.line_ids[0].quantity = 2
        second.line_ids[0].quantity = 3
        parent.action_split()
        self.assertEqual(self.get_record(parent.child_order_ids), record)
        self.assertAddsUp(parent)

    def test_leader_who_leaves_has_the_group_served_anew(self):
        parent = self.make_grouped("together", [(3, 1), (2, 0)])
        parent.action_split()
        old = parent.child_order_ids
        parent.action_change_recipients()
        first, second = parent.recipient_ids
        first.unlink()
        self.order_given(parent)
        parent.action_split()
        self.assertEqual(old.state, "cancel")
        self.assertFalse(second.leading_id)
        self.assertAddsUp(parent)

    def test_one_child_of_many_costs_the_queries_of_few(self):
        def count(number):
            parent = self.make_grouped("together", [(1, 1)] * number)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            parent.action_split()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(2)
        self.assertLessEqual(count(20), count(2))
