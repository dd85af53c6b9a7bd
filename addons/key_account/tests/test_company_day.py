from datetime import date, datetime

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import GateCase

# In Shanghai the first of April has begun.
EVENING = datetime(2026, 3, 31, 17)
MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 1)


@tagged("post_install", "-at_install")
class TestCompanyDay(GateCase):
    """Days begin and end where the company is, not where the server or a user is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.account.company_id
        cls.company.partner_id.tz = "Asia/Shanghai"

    def test_a_moment_belongs_to_the_companys_day(self):
        self.assertEqual(self.company._get_day(EVENING), APRIL)
        self.company.partner_id.tz = "America/New_York"
        self.assertEqual(self.company._get_day(datetime(2026, 4, 1, 2)), MARCH)
        self.company.partner_id.tz = False
        self.assertEqual(self.company._get_day(EVENING), MARCH)

    def test_whoever_asks_gets_the_same_day(self):
        for role in ("salesperson", "warehouse", "portal"):
            user = self.user(role)
            user.tz = "America/New_York"
            with self.subTest(role=role), freeze_time(EVENING):
                self.env.invalidate_all()
                self.assertEqual(self.company.with_user(user)._get_today(), APRIL)

    def test_a_document_is_valid_until_the_companys_day_is_over(self):
        document = self.make_document(self.account, 0, date_expiry=MARCH)
        for zone, state in (
            ("Asia/Shanghai", "expired"),
            ("America/New_York", "expiring"),
            (False, "expiring"),
        ):
            self.company.partner_id.tz = zone
            with self.subTest(zone=zone), freeze_time(EVENING):
                document.invalidate_recordset()
                self.assertEqual(document.with_context(tz="UTC").state, state)
                found = document.search(
                    [("id", "=", document.id), ("state", "=", state)]
                )
                self.assertEqual(found, document)

    def test_the_gate_stops_at_a_document_that_expired_with_the_companys_day(self):
        with freeze_time(EVENING):
            self.make_document(self.account, 0, date_expiry=MARCH)
            order = self.order()
            order.action_confirm()
            self.assertHeld(order, "document_expired")
            self.company.partner_id.tz = False
            self.env.invalidate_all()
            order = self.order()
            order.action_confirm()
            self.assertEqual(order.state, "sale")

    def test_terms_run_from_the_orders_day(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "End of the month",
                "line_ids": [
                    Command.create(
                        {
                            "value": "percent",
                            "value_amount": 100,
                            "delay_type": "days_after_end_of_month",
                            "nb_days": 0,
                        }
                    )
                ],
            }
        )
        order = self.order(payment_term_id=term.id, date_order=EVENING)
        self.assertEqual(order._get_term_days(), 29)
        self.company.partner_id.tz = False
        self.assertEqual(order._get_term_days(), 0)

    def test_an_administrator_sets_the_time_zone(self):
        admin = self.user("administrator")
        admin.group_ids |= self.env.ref("base.group_system")
        settings = self.env["res.config.settings"].with_user(admin)
        self.assertEqual(settings.create({}).company_tz, "Asia/Shanghai")
        settings.create({"company_tz": "Asia/Tokyo"}).execute()
        self.assertEqual(self.company.partner_id.tz, "Asia/Tokyo")
