from odoo import fields

from odoo.addons.key_account.tests.common import GateCase

from .common import SplitCase

# A Wednesday; the week after has the usual five working days.
NOW = "2026-11-25 09:00:00"


class ReleaseCase(SplitCase, GateCase):
    """Split orders of which children wait. The warehouse works Monday to Friday in UTC
    and wants two working days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.partner_id.tz = "UTC"
        cls.warehouse.partner_id = cls.env.company.partner_id
        cls.calendar = cls.env["resource.calendar"].create(
            {"name": "Warehouse", "tz": "UTC", "company_id": cls.env.company.id}
        )
        cls.warehouse.write(
            {
                "release_calendar_id": cls.calendar.id,
                "release_days": 2,
                "release_hour": 0,
            }
        )
        cls.tea = cls.make_stock(cls.make_product("Tea", 12.5), 10000)

    @classmethod
    def make_wishes(cls, *days, product=None):
        """Return a quotation with a recipient for each day wished, which may be None."""
        order = cls.make_parent([product or cls.tea], [(1,)] * len(days))
        for recipient, day in zip(order.recipient_ids, days, strict=True):
            recipient.date_wished = day
        return order

    @classmethod
    def split_wishes(cls, *days, product=None):
        """Split such an order; return its children in the order of the days."""
        order = cls.make_wishes(*days, product=product)
        order.action_split()
        return order.recipient_ids.child_order_id

    def run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("key_account_split.ir_cron_release").method_direct_trigger()

    def assertWaits(self, child, day=None):
        self.assertEqual((child.state, child.release_state), ("sale", "waiting"))
        self.assertFalse(child.picking_ids)
        if day:
            self.assertEqual(child.date_release, fields.Date.to_date(day))

    def assertReleased(self, children):
        for child in children:
            self.assertEqual((child.state, child.release_state), ("sale", "released"))
            self.assertEqual(len(child.picking_ids), 1)
            self.assertEqual(child.picking_ids.state, "assigned")
