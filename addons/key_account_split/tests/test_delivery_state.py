from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common_delivery import DeliveryCase


@tagged("post_install", "-at_install")
class TestDeliveryState(DeliveryCase):
    """What became of a recipient's goods."""

    def test_recipients_of_a_quotation_wait(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        self.assertState(parent.recipient_ids, "waiting", "waiting")
        self.assertFalse(parent.recipient_ids.delivery_order_id)

    def test_a_new_recipient_waits(self):
        order = self.make_order(self.customer, {self.tea: 1})
        new = self.env["sale.order.recipient"].new({"order_id": order.id})
        self.assertEqual(new.delivery_state, "waiting")

    def test_split_recipients_are_to_ship_until_all_has_left(self):
        first, second = self.make_split(3, 1).recipient_ids
        self.assertState(first + second, "to_ship", "to_ship")
        self.assertFalse(first.date_shipped)
        self.ship(second, 1)
        self.assertState(first + second, "to_ship", "delivered")
        self.assertEqual(second.date_shipped, fields.Date.context_today(second))

    def test_a_part_that_left_makes_partly_delivered(self):
        recipient = self.make_split(3).recipient_ids
        self.ship(recipient, 2)
        self.assertState(recipient, "partial")
        self.ship(recipient, 1)
        self.assertState(recipient, "delivered")

    def test_goods_are_late_from_the_day_after_the_promised_one(self):
        recipients = self.make_recipients(3)
        for recipient, days in zip(recipients, (-1, 0, 1), strict=True):
            self.promise(recipient, days)
        self.assertState(recipients, "late", "to_ship", "to_ship")
        today = fields.Date.context_today(recipients)
        self.assertEqual(recipients[1].date_promised, today)
        self.ship(recipients[0], 1)
        self.assertState(recipients[0], "delivered")

    def test_the_promised_day_is_a_day_of_the_company(self):
        self.env.company.partner_id.tz = "Asia/Shanghai"
        recipient = self.make_recipients(1)
        today = self.env.company._get_day(fields.Datetime.now())
        # 16:00 UTC of the day before is when the day begins in Shanghai.
        recipient.delivery_order_id.commitment_date = self.env.company._get_day_start(
            today
        )
        self.assertState(recipient, "to_ship")
        self.assertEqual(recipient.date_promised, today)
        recipient.delivery_order_id.commitment_date -= timedelta(minutes=1)
        self.assertState(recipient, "late")

    def test_without_a_promise_the_deadline_of_the_transfer_counts(self):
        recipient = self.make_recipients(1)
        child = recipient.delivery_order_id
        child.commitment_date = False
        child.picking_ids.move_ids.date_deadline = fields.Datetime.now() - timedelta(2)
        self.assertState(recipient, "late")

    def test_the_rest_of_a_part_may_be_late(self):
        recipient = self.make_split(3).recipient_ids
        self.ship(recipient, 2)
        self.promise(recipient, -1)
        self.assertState(recipient, "late")

    def test_a_cancelled_child_fails(self):
        first, second = self.make_split(3, 1).recipient_ids
        child = first.child_order_id
        child.with_context(disable_cancel_warning=True).action_cancel()
        self.assertState(first + second, "failed", "to_ship")
        self.assertFalse(first.child_order_id)
        self.assertEqual(first.delivery_order_id, child)

    def test_a_cancelled_transfer_fails(self):
        recipient = self.make_split(3).recipient_ids
        recipient.child_order_id.picking_ids.action_cancel()
        self.assertState(recipient, "failed")

    def test_what_is_not_delivered_any_more_fails(self):
        recipient = self.make_split(3).recipient_ids
        self.ship(recipient, 2, backorder=False)
        self.assertState(recipient, "failed")

    def test_goods_that_came_back_fail(self):
        recipient = self.make_split(3).recipient_ids
        picking = self.ship(recipient, 3)
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 3
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        self.assertState(recipient, "delivered")
        back.move_ids.write({"quantity": 3, "picked": True})
        back.button_validate()
        self.assertState(recipient, "failed")

    def test_recipients_of_a_cancelled_order_fail_until_it_is_split_again(self):
        parent = self.make_split(3)
        recipient = parent.recipient_ids
        parent.action_cancel()
        self.assertState(recipient, "failed")
        parent.action_draft()
        self.assertState(recipient, "waiting")
        parent.action_split()
        self.assertState(recipient, "to_ship")
        self.assertEqual(recipient.delivery_order_id, recipient.child_order_id)

    def test_a_child_without_transfer_waits(self):
        recipient = self.make_split(3).recipient_ids
        recipient.child_order_id.picking_ids.move_ids.sale_line_id = False
        self.assertState(recipient, "waiting")

    def test_services_do_not_keep_goods_from_being_delivered(self):
        wrap = self.make_product("Wrap", 1, type="service", is_storable=False)
        parent = self.make_parent([self.tea, wrap], [(3, 1)])
        parent.action_split()
        recipient = parent.recipient_ids
        self.ship(recipient, 3)
        self.assertState(recipient, "delivered")

    def test_services_alone_are_delivered_by_hand(self):
        visit = self.make_product("Visit", 1, type="service", is_storable=False)
        parent = self.make_parent([visit], [(2,)])
        parent.action_split()
        recipient = parent.recipient_ids
        self.assertState(recipient, "to_ship")
        line = recipient.child_order_id.order_line
        line.qty_delivered = 1
        self.assertState(recipient, "partial")
        line.qty_delivered = 2
        self.assertState(recipient, "delivered")

    def test_the_state_that_is_shown_follows_the_transfer(self):
        recipient = self.make_split(3).recipient_ids
        self.assertEqual(recipient.delivery_state, "to_ship")
        self.ship(recipient, 3)
        self.assertEqual(recipient.delivery_state, "delivered")

    def test_recipients_are_found_by_tracking_reference(self):
        recipients = self.make_recipients(3)
        picking = self.ship(recipients[0], 1)
        picking.carrier_tracking_ref = "PARCEL-1"
        self.assertEqual(recipients[0].tracking_reference, "PARCEL-1")
        Recipient = self.env["sale.order.recipient"]
        of_order = [("order_id", "=", recipients.order_id.id)]
        for operator, value, found in (
            ("ilike", "parcel", recipients[0]),
            ("=", "PARCEL-1", recipients[0]),
            ("=", False, recipients[1:]),
            ("!=", False, recipients[0]),
            ("not ilike", "parcel", recipients[1:]),
        ):
            domain = [*of_order, ("tracking_reference", operator, value)]
            self.assertEqual(Recipient.search(domain), found, (operator, value))

    def test_parcels_of_one_recipient_are_all_named(self):
        recipient = self.make_split(3).recipient_ids
        self.ship(recipient, 2).carrier_tracking_ref = "P-1"
        self.ship(recipient, 1).carrier_tracking_ref = "P-2"
        self.assertEqual(recipient.tracking_reference, "P-1, P-2")

    def test_recipients_are_grouped_by_region(self):
        recipients = self.make_recipients(3)
        state = self.env.ref("base.state_us_5")
        recipients[:2].partner_id.write(
            {"state_id": state.id, "country_id": state.country_id.id}
        )
        for name, found in (("state_id", state), ("country_id", state.country_id)):
            groups = self.env["sale.order.recipient"].formatted_read_group(
                [("order_id", "=", recipients.order_id.id)],
                [name, "delivery_state"],
                ["__count"],
            )
            counts = {
                (group[name] and group[name][0], group["delivery_state"]): group[
                    "__count"
                ]
                for group in groups
            }
            self.assertEqual(counts[found.id, "to_ship"], 2)
        fields_get = self.env["sale.order.recipient"].fields_get()
        for name in ("state_id", "country_id", "delivery_state", "date_wished"):
            self.assertTrue(fields_get[name]["groupable"], name)

    def test_queries_do_not_grow_with_recipients(self):
        recipients = self.make_recipients(20)
        names = [
            *("delivery_state", "date_promised", "date_shipped", "tracking_reference"),
            *("delivery_order_id", "country_id", "state_id", "city"),
        ]
        self.count_queries(lambda: recipients.read(names))
        few = self.count_queries(lambda: recipients[0].read(names))
        self.assertEqual(self.count_queries(lambda: recipients.read(names)), few)
