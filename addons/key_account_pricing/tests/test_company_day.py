from datetime import date, datetime

from odoo import fields
from odoo.tests import Form, freeze_time, tagged

from ..exceptions import AgreementError
from .common_range import RangeCase
from .common_signature import SignatureCase

# In Shanghai the first of April has begun, in New York it is noon.
EVENING = datetime(2026, 3, 31, 17)
MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 1)
EAST, WEST = "Asia/Shanghai", "America/New_York"


class DayCase(SignatureCase, RangeCase):
    """It is the same moment, and another day where the company is."""

    def setUp(self):
        super().setUp()
        self.company = self.env.company
        self.company.partner_id.tz = EAST

    def go(self, zone):
        self.env.flush_all()
        self.company.partner_id.tz = zone
        self.env.invalidate_all()

    def each_zone(self, east, west):
        """Move the company to the east, then to the west, and yield what is expected
        there; nobody else moves."""
        for zone, expected in ((EAST, east), (WEST, west)):
            self.go(zone)
            yield expected


@freeze_time(EVENING)
@tagged("post_install", "-at_install")
class TestCompanyDayOfOrders(DayCase):
    """An order is of the day that it is for the company."""

    def make_april(self, **vals):
        """Have an agreement whose price changes with the month; in the east, March is
        over and would expire."""
        self.go(WEST)
        self.make_agreement(
            {"price": 80}, date_start="2026-03-01", date_end=MARCH, **vals
        )
        self.make_agreement({"price": 70}, date_start=APRIL, **vals)

    def test_an_order_gets_the_price_of_the_day(self):
        self.make_april()
        for price in self.each_zone(70, 80):
            order = self.make_quotation(date_order=EVENING)
            self.assertEqual(order.order_line.price_unit, price)
            order.action_confirm()
            self.assertEqual(order.state, "sale", order.gate_issue_ids.mapped("text"))

    def test_a_price_of_yesterday_is_held(self):
        self.make_april()
        order = self.make_quotation(date_order=EVENING)
        self.go(EAST)
        order.action_confirm()
        self.assertEqual(order.state, "draft")

    def test_amounts_are_converted_at_the_rate_of_the_day(self):
        euro = self.make_currency("EUR", 0.5)
        self.set_rate(euro, 0.25, APRIL)
        self.make_agreement({"price": 40}, currency_id=euro.id, date_start="2026-03-01")
        for price in self.each_zone(160, 80):
            order = self.make_quotation(date_order=EVENING)
            self.assertEqual(order.order_line.price_unit, price)

    def make_committed(self):
        euro = self.make_currency("EUR", 0.5)
        self.set_rate(euro, 0.25, APRIL)
        agreement = self.make_agreement(
            {"price_kind": "discount", "discount": 0},
            kind="volume",
            currency_id=euro.id,
            date_start="2026-03-01",
            value_committed=40,
        )
        order = self.make_quotation()
        order.order_line.price_unit = 100
        return agreement, order

    def test_executed_values_are_of_the_day(self):
        agreement, order = self.make_committed()
        order.action_confirm()
        self.assertEqual((order.state, order.date_order), ("sale", EVENING))
        for value in self.each_zone(25, 50):
            self.assertEqual(agreement.value_executed, value)
            self.assertEqual(
                agreement.line_ids.agreement_id.value_remaining, 40 - value
            )

    def test_what_an_order_takes_is_of_the_day(self):
        order = self.make_committed()[1]
        for codes in self.each_zone([], ["value_exceeded"]):
            issues = order._gate_get_issues().get(order, ())
            self.assertEqual([issue["code"] for issue in issues], codes)

    def test_ranges_hold_what_an_agreement_prices_on_the_day(self):
        self.make_range(has_agreement_lines=True)
        self.go(WEST)
        self.make_agreement(
            {"product_id": self.tea.id, "price": 9},
            date_start="2026-03-01",
            date_end=MARCH,
        )
        order = self.quotation(self.tea, date_order=EVENING)
        Range = self.env["key.account.range"]
        for is_outside in self.each_zone(True, False):
            self.assertEqual(order.order_line.is_outside_range, is_outside)
            domain, _policy = Range._get_domain(self.account, self.company)
            self.assertEqual(not self.tea.filtered_domain(domain), is_outside)

    def test_terms_are_those_of_the_day(self):
        term = self.env.ref("account.account_payment_term_30days")
        self.make_agreement({"price": 70}, date_start=APRIL, payment_term_id=term.id)
        for expected in self.each_zone(term, term.browse()):
            self.assertEqual(self.make_quotation().payment_term_id, expected)

    def test_a_quotation_is_valid_until_the_day_is_over(self):
        for state in self.each_zone("draft", "sale"):
            order = self.make_quotation(validity_date=MARCH)
            self.assertEqual(order.is_expired, state == "draft")
            order.action_confirm()
            self.assertEqual(order.state, state)
            issues = self.open_issues(order).mapped("code")
            self.assertEqual(issues, ["quotation_expired"] if state == "draft" else [])


@freeze_time(EVENING)
@tagged("post_install", "-at_install")
class TestCompanyDayOfDocuments(DayCase):
    """Agreements and price sheets begin and end with the company's day."""

    def test_documents_expire_when_the_day_is_over(self):
        self.go(WEST)
        dates = {"date_start": "2026-03-01", "date_end": MARCH}
        agreement = self.make_agreement({"price": 80}, **dates)
        sheet = self.make_sheet({"price": 80}, **dates)
        for zone, state in ((WEST, "active"), (EAST, "expired")):
            self.go(zone)
            for document in (agreement, sheet):
                document._cron_expire()
                self.assertEqual(document.state, state)

    def test_each_company_has_its_own_day(self):
        self.go(WEST)
        other = self.env["res.company"].create({"name": "East"})
        other.partner_id.tz = EAST
        account = self.make_account(self.account.partner_id, company_id=other.id)
        dates = {"date_start": "2026-03-01", "date_end": MARCH}
        west = self.make_agreement({"price": 80}, **dates)
        east = west.copy({"account_id": account.id, "company_id": other.id, **dates})
        east.state = "active"
        west._cron_expire()
        self.assertEqual((west.state, east.state), ("active", "expired"))

    def test_a_version_takes_over_with_the_day(self):
        self.go(WEST)
        agreement = self.make_agreement({"price": 80}, date_start="2026-03-01")
        version = agreement.browse(agreement.action_amend()["res_id"])
        self.assertEqual(version.date_start, MARCH)
        version.date_start = APRIL
        version.with_user(self.second_manager).action_submit()
        version.with_user(self.manager).action_activate()
        for zone, state in ((WEST, "active"), (EAST, "expired")):
            self.go(zone)
            agreement._cron_expire()
            self.assertEqual(agreement.state, state)

    def test_what_ended_with_the_day_is_not_amended(self):
        self.go(WEST)
        dates = {"date_start": "2026-03-01", "date_end": MARCH}
        agreement = self.make_agreement({"price": 80}, **dates)
        self.go(EAST)
        with self.assertStopped(
            "is not in force and cannot be amended", AgreementError
        ):
            agreement.action_amend()
        self.go(WEST)
        self.assertTrue(agreement.action_amend()["res_id"])

    def test_what_begins_today_begins_with_the_day(self):
        for day in self.each_zone(APRIL, MARCH):
            for name in ("key.account.agreement", "key.account.price.sheet"):
                dates = (
                    self.env[name].with_context(tz="UTC").default_get(["date_start"])
                )
                self.assertEqual(dates["date_start"], day)

    def test_a_copy_is_signed_on_a_day_that_has_begun(self):
        self.salesperson.tz = WEST
        agreement = self.to_sign(date_start=APRIL)
        self.go(WEST)
        with self.assertStopped("was not signed in the future", AgreementError):
            self.record(agreement, day=APRIL)
        self.go(EAST)
        self.record(agreement, day=APRIL)
        signed_on = fields.Datetime.context_timestamp(
            agreement.with_context(tz=EAST), agreement.signed_on
        )
        self.assertEqual(signed_on.date(), APRIL)

    def test_the_dialog_proposes_the_day(self):
        agreement = self.to_sign(date_start=APRIL).with_user(self.salesperson)
        for day in self.each_zone(APRIL, MARCH):
            action = agreement.action_open_record_signature()
            dialog = self.env["key.account.agreement.sign"]
            form = Form(
                dialog.with_user(self.salesperson).with_context(**action["context"])
            )
            self.assertEqual(form.date_signed, day)
