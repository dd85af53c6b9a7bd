import base64

from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import PDF, PNG_BASE64
from .common_quotation import QuotationCase


@tagged("post_install", "-at_install")
class TestReplyPortal(QuotationCase, HttpCase):
    """Customers sign online or send the letter that they signed, their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.require_reply()
        cls.customer = cls.make_customer("ann", cls.account.partner_id)
        cls.stranger = cls.make_customer("bob", cls.make_company("Other"))
        cls.order = cls.make_quotation()
        cls.order.action_quotation_sent()

    def log_in(self, user):
        self.authenticate(user.login, user.login)

    def open(self, token=False):
        query = f"?access_token={self.token()}" if token else ""
        return self.url_open(f"/my/orders/{self.order.id}{query}")

    def token(self):
        return self.order.sudo()._portal_ensure_token()

    def send(self, data=PDF, filename="letter.pdf", token=False, **fields):
        """Return the page after the form has been sent."""
        fields = {
            "csrf_token": http.Request.csrf_token(self),
            "content": self.order.fingerprint,
            **fields,
        }
        if token:
            fields["access_token"] = self.token()
        return self.url_open(
            f"/my/orders/{self.order.id}/reply",
            data={name: value for name, value in fields.items() if value},
            files={"reply": (filename, data)},
        )

    def sign(self, token=None):
        return self.make_jsonrpc_request(
            f"/my/orders/{self.order.id}/accept",
            {
                "access_token": token,
                "name": "Ann",
                "signature": PNG_BASE64,
                "content": self.order.fingerprint,
            },
        )

    def assertNotReplied(self):
        self.env.invalidate_all()
        self.assertEqual((self.order.state, self.order.reply_state), ("sent", "none"))
        self.assertFalse(self.order.reply_file or self.order.signature)

    def test_the_customer_signs_and_the_order_is_confirmed(self):
        self.log_in(self.customer)
        self.assertIn("force_refresh", self.sign())
        self.env.invalidate_all()
        self.assertEqual(
            (self.order.state, self.order.reply_state), ("sale", "effective")
        )
        self.assertEqual(self.order.reply_user_id, self.customer)
        self.assertEqual(self.order.signed_by, "Ann")

    def test_a_visitor_with_the_link_signs(self):
        self.authenticate(None, None)
        self.sign(self.token())
        self.env.invalidate_all()
        self.assertEqual(
            (self.order.state, self.order.reply_state), ("sale", "effective")
        )
        self.assertFalse(self.order.reply_user_id)

    def test_the_customer_sends_the_letter(self):
        self.log_in(self.customer)
        page = self.open().text
        self.assertIn("Send Signed Reply", page)
        self.assertIn(self.order.fingerprint, page)
        page = self.send()
        self.assertIn("we have your signed reply", page.text)
        self.env.invalidate_all()
        self.assertEqual(
            (self.order.state, self.order.reply_state), ("sent", "effective")
        )
        self.assertEqual(base64.b64decode(self.order.reply_file), PDF)
        self.assertEqual(self.order.reply_user_id, self.customer)
        notified = self.env["mail.message"].search(
            [("partner_ids", "=", self.salesperson.partner_id.id)], limit=1
        )
        self.assertIn(self.order.name, notified.body)
        self.assertNotIn("Send Signed Reply", self.open().text)

    def test_the_letter_confirms_what_was_to_be_confirmed(self):
        self.order.action_confirm()
        self.assertEqual(self.order.gate_state, "held")
        self.authenticate(None, None)
        self.send(token=True)
        self.env.invalidate_all()
        self.assertEqual(self.order.state, "sale")

    def test_another_customer_is_refused(self):
        self.log_in(self.stranger)
        self.assertNotIn("Send Signed Reply", self.open().text)
        page = self.send()
        self.assertNotIn(self.order.name, page.text)
        self.assertIn("error", self.sign())
        self.assertNotReplied()

    def test_a_visitor_without_the_link_is_refused(self):
        self.authenticate(None, None)
        self.send()
        self.send(access_token="forged")
        self.assertIn("error", self.sign("forged"))
        self.assertNotReplied()

    def test_the_warehouse_is_refused(self):
        self.log_in(self.user("warehouse"))
        self.send()
        self.assertNotReplied()
        self.record(self.order)
        path = f"/web/content/sale.order/{self.order.id}/reply_file"
        with mute_logger("odoo.http"):
            self.assertNotEqual(self.url_open(path).status_code, 200)
        self.log_in(self.salesperson)
        self.assertEqual(self.url_open(path).content, PDF)

    def test_a_request_from_another_site_is_refused(self):
        self.log_in(self.customer)
        with mute_logger("odoo.http"):
            self.assertEqual(self.send(csrf_token=None).status_code, 400)
        self.assertNotReplied()

    def test_other_files_are_refused(self):
        self.log_in(self.customer)
        large = PDF + b"0" * 10 * 1024 * 1024
        for data, name, sentence in (
            (b"", "letter.pdf", "is empty"),
            (b"<html>", "letter.pdf", "has to be a PDF, PNG, or JPG"),
            (PDF, "letter.svg", "has to be a PDF, PNG, or JPG"),
            (large, "letter.pdf", "may have 10 MB at most"),
        ):
            with self.subTest(sentence):
                self.assertIn(sentence, self.send(data, name).text)
        self.assertNotReplied()

    def test_a_quotation_that_changed_meanwhile_is_read_again(self):
        self.log_in(self.customer)
        seen = self.order.fingerprint
        self.order.order_line.price_unit = 999
        self.order.flush_recordset()
        self.assertIn("has been changed since", self.send(content=seen).text)
        self.assertNotReplied()

    def test_an_expired_or_revised_quotation_takes_no_letter(self):
        self.log_in(self.customer)
        self.order.validity_date = self.days(-1)
        self.assertIn("takes no reply at the moment", self.send().text)
        self.assertIn("error", self.sign())
        self.assertNotReplied()
        self.order.validity_date = self.days(1)
        self.revise(self.order)
        self.send()
        self.assertEqual(self.order.reply_state, "none")

    def test_a_quotation_that_needs_no_reply_offers_no_upload(self):
        self.account.is_reply_required = False
        self.log_in(self.customer)
        self.assertNotIn("Send Signed Reply", self.open().text)
        self.assertIn("takes no reply", self.send().text)
        self.assertNotReplied()
