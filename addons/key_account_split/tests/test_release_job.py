from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common_release import NOW, ReleaseCase


@tagged("post_install", "-at_install")
class TestReleaseJob(ReleaseCase):
    """The job releases what is due, batch by batch."""

    def split(self, *days, **kwargs):
        with freeze_time(NOW):
            return self.split_wishes(*days, **kwargs)

    def test_each_child_goes_on_its_day(self):
        first, second, stopped = self.split("2026-12-10", "2026-12-11", "2026-12-10")
        with freeze_time(NOW):
            stopped.action_stop_release()
        with freeze_time("2026-12-07 23:30:00"):
            self.run_job()
        self.assertWaits(first)
        with freeze_time("2026-12-08 00:30:00"):
            self.run_job()
        self.assertReleased(first)
        self.assertWaits(second)
        self.assertEqual(stopped.release_state, "stopped")
        with freeze_time("2026-12-20 00:30:00"):
            self.run_job()
        self.assertReleased(second)
        self.assertFalse(stopped.picking_ids)

    def test_day_is_that_of_the_warehouse(self):
        self.warehouse.partner_id = self.make_company("Harbour", tz="Asia/Shanghai")
        child = self.split("2026-12-10")
        with freeze_time("2026-12-07 15:30:00"):
            self.run_job()
        self.assertWaits(child, "2026-12-08")
        with freeze_time("2026-12-07 16:30:00"):
            self.run_job()
        self.assertReleased(child)

    def test_all_batches_are_released_once(self):
        children = self.split(*["2026-12-10"] * 23)
        with freeze_time("2026-12-08 09:00:00"):
            self.run_job()
            self.assertReleased(children)
            self.run_job()
        self.assertReleased(children)

    @mute_logger("odoo.addons.stock.models.stock_rule")
    def test_one_that_fails_waits_and_its_salesperson_is_told_once(self):
        cup = self.make_product("Cup", 3)
        order = self.make_parent([self.tea, cup], [(1, 0), (0, 1), (1, 0)])
        order.recipient_ids.date_wished = "2026-12-10"
        order.user_id = self.user("salesperson")
        with freeze_time(NOW):
            order.action_split()
        good, bad, other = order.recipient_ids.child_order_id
        # Nothing brings a cup to customers any more.
        warehouse = self.warehouse
        rules = self.env["stock.rule"].search(
            [("location_dest_id", "=", self.customer.property_stock_customer.id)]
        )
        rules.filtered(lambda rule: rule.warehouse_id == warehouse).active = False
        self.keep_tea_going()
        with freeze_time("2026-12-08 09:00:00"):
            self.run_job()
            self.run_job()
        self.assertReleased(good | other)
        self.assertWaits(bad)
        self.assertEqual(len(bad.activity_ids), 1)
        self.assertEqual(bad.activity_ids.user_id, self.user("salesperson"))
        self.assertIn("Cup", bad.activity_ids.note)
        self.assertIn(bad.name, bad.activity_ids.summary)
        rules.active = True
        with freeze_time("2026-12-08 10:00:00"):
            self.run_job()
        self.assertEqual(bad.release_state, "released")
        self.assertFalse(bad.activity_ids)

    def keep_tea_going(self):
        """Give tea a route of its own."""
        route = self.env["stock.route"].create(
            {"name": "Tea Only", "product_selectable": True}
        )
        self.env["stock.rule"].create(
            {
                "name": "Tea to Customers",
                "route_id": route.id,
                "action": "pull",
                "procure_method": "make_to_stock",
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_src_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.customer.property_stock_customer.id,
            }
        )
        self.tea.route_ids = route
