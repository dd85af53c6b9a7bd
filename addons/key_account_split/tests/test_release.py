from importlib.util import module_from_spec, spec_from_file_location

from odoo import fields
from odoo.tests import freeze_time, tagged
from odoo.tools.misc import file_path

from odoo.addons.key_account.exceptions import DutyError

from .common_release import NOW, ReleaseCase

MIGRATION = "key_account_split/migrations/19.0.1.1.0/pre-migration.py"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestRelease(ReleaseCase):
    """Which children go to the warehouse at the split, and which wait until when."""

    def test_child_waits_for_its_day_and_others_go_at_once(self):
        later, soon, now = self.split_wishes("2026-12-10", "2026-11-26", None)
        self.assertWaits(later, "2026-12-08")
        self.assertReleased(soon | now)
        self.assertEqual(now.parent_order_id.state, "split")

    def test_holidays_of_the_warehouse_count(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Feast",
                "calendar_id": self.calendar.id,
                "date_from": "2026-12-08 00:00:00",
                "date_to": "2026-12-09 23:59:59",
            }
        )
        self.assertWaits(self.split_wishes("2026-12-10"), "2026-12-04")

    def test_without_a_calendar_of_its_own_the_company_s_counts(self):
        self.warehouse.release_calendar_id = False
        self.env.company.resource_calendar_id = self.calendar
        self.assertWaits(self.split_wishes("2026-12-14"), "2026-12-10")

    def test_after_the_cutoff_it_goes_on_the_next_working_day(self):
        self.warehouse.release_hour = 8.5
        child, undated = self.split_wishes("2026-11-26", None)
        self.assertWaits(child, "2026-11-26")
        self.assertReleased(undated)
        with freeze_time("2026-11-27 09:00:00"):
            self.assertWaits(self.split_wishes("2026-11-27"), "2026-11-30")

    def test_cutoff_is_of_the_warehouse_s_local_time(self):
        self.warehouse.release_hour = 16
        self.assertReleased(self.split_wishes("2026-11-26"))
        self.warehouse.partner_id = self.make_company("Harbour", tz="Asia/Shanghai")
        self.assertWaits(self.split_wishes("2026-11-26"), "2026-11-26")

    def test_nothing_to_ship_does_not_wait(self):
        service = self.make_product("Advice", 5, type="service", is_storable=False)
        child = self.split_wishes("2026-12-10", product=service)
        self.assertEqual(child.release_state, "released")
        self.assertFalse(child.picking_ids)

    def test_no_door_launches_what_waits(self):
        child = self.split_wishes("2026-12-10")
        child.order_line._action_launch_stock_rule()
        self.assertFalse(child.picking_ids)
        child.action_cancel()
        child.action_draft()
        child.action_confirm()
        self.assertWaits(child, "2026-12-08")
        child.action_stop_release()
        child.order_line._action_launch_stock_rule()
        self.assertFalse(child.picking_ids)

    def test_changed_delivery_date_moves_what_waits(self):
        child, released = self.split_wishes("2026-12-10", None)
        child.commitment_date = "2026-12-15 10:00:00"
        self.assertWaits(child, "2026-12-11")
        released.commitment_date = "2026-12-15 10:00:00"
        self.assertEqual(released.date_release, fields.Date.to_date("2026-11-25"))

    def test_waiting_child_is_cancelled(self):
        child, other = self.split_wishes("2026-12-10", "2026-12-10")
        child.action_cancel()
        self.assertEqual(child.state, "cancel")
        child.parent_order_id.invalidate_recordset()
        self.assertEqual(child.parent_order_id.release_waiting_count, 1)
        other.action_release_now()
        self.assertReleased(other)
        self.assertFalse(child.picking_ids)

    def test_released_child_is_reserved_also_when_orders_are_locked(self):
        self.env.user.group_ids |= self.env.ref("sale.group_auto_done_setting")
        child = self.split_wishes("2026-12-10")
        self.assertTrue(child.locked)
        child.action_release_now()
        self.assertReleased(child)
        self.assertTrue(child.locked)

    def test_ordered_quantities_are_invoiced_before_the_release(self):
        self.tea.invoice_policy = "order"
        child = self.split_wishes("2026-12-10")
        self.assertEqual(child.invoice_status, "to invoice")
        invoice = child._create_invoices()
        self.assertEqual(invoice.amount_untaxed, 12.5)
        self.assertWaits(child)

    def test_release_is_not_written_by_hand(self):
        child = self.split_wishes("2026-12-10")
        child.user_id = self.user("salesperson")
        mine = child.with_user(self.user("salesperson"))
        for vals in ({"release_state": "released"}, {"date_release": "2026-11-25"}):
            with self.assertStopped(DutyError, "not entered by hand"):
                mine.write(vals)
        with self.assertStopped(DutyError, "not entered by hand"):
            self.env["sale.order"].with_user(self.user("salesperson")).create(
                {"partner_id": self.customer.id, "release_state": "stopped"}
            )

    def test_recipient_tells_when_its_goods_go(self):
        child, released = self.split_wishes("2026-12-10", None)
        self.assertEqual(child.recipient_id.delivery_state, "waiting")
        self.assertEqual(
            child.recipient_id.date_release, fields.Date.to_date("2026-12-08")
        )
        self.assertEqual(released.recipient_id.delivery_state, "to_ship")
        self.assertFalse(released.recipient_id.date_release)

    def test_reopened_child_that_waits_has_not_failed(self):
        child = self.split_wishes("2026-12-10")
        child.action_release_now()
        child.action_cancel()
        child.action_draft()
        child.action_confirm()
        self.assertEqual(child.release_state, "waiting")
        self.assertEqual(child.recipient_id.delivery_state, "waiting")

    def test_planning_takes_the_same_queries_for_two_and_for_twenty(self):
        few = self.split_wishes(*["2026-12-10"] * 2)
        days = [f"2026-12-{day:02}" for day in range(10, 30)]
        many = self.split_wishes(*days)
        counts = []
        for children in (few, many, few, many):
            children = children.browse(children.ids)  # as a list opens them
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = children._get_release_days()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(found), set(children))
        self.assertEqual(counts[2], counts[3])

    def test_release_takes_few_queries_more_for_twenty_than_for_two(self):
        self.split_wishes("2026-12-10").action_release_now()  # warm
        counts = {}
        for number in (2, 20):
            children = self.split_wishes(*["2026-12-10"] * number)
            children = children.browse(children.ids)  # as a list opens them
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            children._release()
            self.env.flush_all()
            counts[number] = self.env.cr.sql_log_count - before
            self.assertReleased(children)
        # Core asks a few things for each transfer; as the split itself does.
        self.assertLess((counts[20] - counts[2]) / 18, 10, counts)

    def test_children_from_before_are_released(self):
        children = self.split_wishes("2026-12-10", None)
        other = self.make_order(self.customer, {self.tea: 1})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET release_state = NULL, date_release = NULL "
            "WHERE id = ANY(%s)",
            [children.ids],
        )
        spec = spec_from_file_location("pre_migration", file_path(MIGRATION))
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual(set(children.mapped("release_state")), {"released"})
        self.assertTrue(all(children.mapped("date_release")))
        self.assertFalse(other.release_state)
