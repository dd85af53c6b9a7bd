import io

import openpyxl

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.key_account.tools.workbook import Sheet, write_workbook

from .common_delivery import DeliveryCase


@tagged("post_install", "-at_install")
class TestTrackingExport(DeliveryCase, HttpCase):
    """Who got what, when, under which number: for the customer."""

    def get_rows(self, content):
        """Return the rows of a workbook, as a spreadsheet shows them."""
        book = openpyxl.load_workbook(io.BytesIO(content))
        return list(book.active.iter_rows())

    def values(self, content):
        return [[cell.value for cell in row] for row in self.get_rows(content)]

    def export(self, recipients):
        return recipients._get_tracking_workbook("Tracking")

    def test_every_recipient_has_a_row(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        first, _second = parent.recipient_ids
        first.write({"reference": "SHOP-1", "date_wished": "2031-05-17"})
        parent.action_split()
        first.child_order_id.action_release_now()
        self.ship(first, 3).carrier_tracking_ref = "PARCEL-1"
        header, one, two = self.values(self.export(parent.recipient_ids))
        one, two = (
            dict(zip(header, one, strict=True)),
            dict(zip(header, two, strict=True)),
        )
        self.assertEqual(one["Recipient"], "Recipient 1")
        self.assertEqual(one["Own Reference"], "SHOP-1")
        self.assertIn("Springfield", one["Address"])
        self.assertEqual(one["Child Order"], first.child_order_id.name)
        self.assertEqual(one["State"], "Delivered")
        self.assertEqual(one["Wished Date"].date().isoformat(), "2031-05-17")
        today = fields.Date.context_today(parent)
        self.assertEqual(one["Shipped Date"].date(), today)
        self.assertEqual(one["Tracking Reference"], "PARCEL-1")
        self.assertEqual(two["State"], "To Ship")
        self.assertIsNone(two["Tracking Reference"])
        self.assertIsNone(two["Shipped Date"])
        has_carriers = "carrier_id" in self.env["stock.picking"]._fields
        self.assertEqual("Carrier" in header, has_carriers)

    def test_no_price_is_in_it(self):
        content = self.export(self.make_split(3).recipient_ids)
        for row in self.values(content):
            for value in row:
                self.assertNotIn(str(value), ("12.5", "37.5"))

    def test_text_is_never_a_formula(self):
        parent = self.make_parent([self.tea], [(1,), (1,), (1,), (1,)])
        evil = ["=1+1", "+1", "@SUM(A1)", '-2+cmd|" /C calc"!A0']
        for recipient, text in zip(parent.recipient_ids, evil, strict=True):
            recipient.reference = text
            recipient.partner_id.name = text
        rows = self.get_rows(self.export(parent.recipient_ids))[1:]
        for row, text in zip(rows, evil, strict=True):
            for cell in row[:2]:
                self.assertEqual((cell.value, cell.data_type), (text, "s"))
                self.assertTrue(cell.quotePrefix, text)

    def test_odd_characters_and_long_texts_are_written(self):
        rows = [["\x01\x0b李雷"], ["x" * 40000]]
        content = write_workbook([Sheet("T & T", ["A"], rows)])
        rows = self.values(content)
        self.assertIn("李雷", rows[1][0])
        self.assertEqual(len(rows[2][0]), 32767)

    def test_titles_and_states_are_in_the_language_of_who_asks(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        recipients = self.make_split(1).recipient_ids
        field = self.env["ir.model.fields.selection"].search(
            [
                ("field_id.model", "=", recipients._name),
                ("field_id.name", "=", "delivery_state"),
                ("value", "=", "to_ship"),
            ]
        )
        field.with_context(lang="zh_CN").name = "待发货"
        rows = self.values(self.export(recipients.with_context(lang="zh_CN")))
        self.assertIn("待发货", rows[1])

    def test_queries_do_not_grow_with_recipients(self):
        counts = []
        for number in (1, 20):
            recipients = self.make_recipients(number)

            def way(recipients=recipients):
                self.export(recipients)

            self.count_queries(way)
            counts.append(self.count_queries(way))
        self.assertEqual(*counts)

    def test_staff_downloads_what_it_may_read(self):
        parent = self.make_split(1)
        salesperson = self.user("salesperson")
        parent.user_id = salesperson
        action = parent.with_user(salesperson).action_export_tracking()
        self.env.flush_all()
        self.authenticate(salesperson.login, salesperson.login)
        answer = self.url_open(action["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(len(self.values(answer.content)), 2)
        parent.user_id = self.user("manager")
        self.env.flush_all()
        self.assertEqual(self.url_open(action["url"]).status_code, 404)
        self.authenticate("test_warehouse", self.user("warehouse").login)
        self.assertEqual(self.url_open(action["url"]).status_code, 200)

    def test_customer_downloads_own_orders_only(self):
        parent = self.make_split(1, 1)
        url = parent._get_recipient_url("/tracking")
        for login, company, status in (
            ("test_buyer", self.customer, 200),
            ("test_stranger", self.make_company("Stranger"), 404),
        ):
            user = new_test_user(self.env, login=login, groups="base.group_portal")
            user.partner_id.parent_id = company
            self.env.flush_all()
            self.authenticate(login, login)
            answer = self.url_open(url)
            self.assertEqual(answer.status_code, status, login)
            if status == 200:
                self.assertEqual(len(self.values(answer.content)), 3)
        self.authenticate(None, None)
        answer = self.url_open(url, allow_redirects=False)
        self.assertIn("/web/login", answer.headers.get("Location", ""))
