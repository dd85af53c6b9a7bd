import base64
import json

from lxml import html

from odoo import http
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from odoo.addons.portal.controllers.portal import CustomerPortal

from .common import PDF, PNG_BASE64
from .common_signature import CustomerCase


@tagged("post_install", "-at_install")
class TestAgreementPortal(CustomerCase, HttpCase):
    """The customer's pages."""

    def login(self, user=None):
        self.authenticate(user and user.login, user and user.login)

    def open(self, agreement, path="", token=None, **params):
        if token:
            params["access_token"] = token
        query = "&".join(f"{name}={value}" for name, value in params.items())
        return self.url_open(
            f"/my/agreements/{agreement.id}{path}?{query}", allow_redirects=False
        )

    def post_signature(self, agreement, token=None, **params):
        """Return the answer to what the form of the page posts."""
        params = {
            "name": "Ann Buyer",
            "signature": PNG_BASE64,
            "content": agreement.sudo()._get_signed_content(),
            **params,
        }
        if token:
            params["access_token"] = token
        url = f"/my/agreements/{agreement.id}/sign"
        return self.make_jsonrpc_request(url, params)

    def get_token(self, agreement):
        return agreement.sudo()._portal_ensure_token()

    def assertHidden(self, agreement, token=None):
        self.env.flush_all()
        for params in ({}, {"report_type": "html"}, {"report_type": "pdf"}):
            with self.subTest(params=params):
                page = self.open(agreement, token=token, **params)
                self.assertEqual(page.status_code, 303)
                self.assertNotIn("7.77", page.text)
                self.assertNotIn(agreement.name, page.text)
        self.assertEqual(self.open(agreement, "/copy", token).status_code, 303)
        self.assertIn("error", self.post_signature(agreement, token))
        self.env.invalidate_all()
        self.assertEqual(agreement.sudo().signature_kind, "none")

    def assertShown(self, agreement, *texts, token=None):
        page = self.open(agreement, token=token)
        self.assertEqual(page.status_code, 200)
        for text in (agreement.name, *texts):
            self.assertIn(text, page.text)
        return page.text

    def test_a_customer_reads_the_agreement(self):
        agreement = self.to_sign(
            {"price": 7.77, "quantity_committed": 250},
            description="<p>Pallets are returned.</p>",
        )
        self.login(self.buyer)
        text = self.assertShown(
            agreement,
            "Widget",
            "7.77",
            "250.00",
            "Pallets are returned.",
            "Waiting for your signature",
            "portal.signature_form",
        )
        self.assertNotIn("Executed", text)
        self.sign(agreement)
        self.activate(agreement)
        text = self.assertShown(agreement, "In force", "Executed", "Ann Buyer")
        self.assertNotIn("portal.signature_form", text)
        paper = self.open(agreement, report_type="html")
        self.assertIn("7.77", paper.text)

    def test_executed_volumes_are_shown(self):
        agreement = self.make_agreement({"price": 7.77, "quantity_committed": 250})
        order = self.make_quotation(quantity=40)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.login(self.buyer)
        self.assertShown(agreement, "40.00", "210.00")

    def test_who_is_somebody_else_sees_nothing(self):
        agreement = self.to_sign()
        for user in (self.stranger, self.contact, self.user("warehouse"), None):
            with self.subTest(user=user and user.login):
                self.login(user)
                self.assertHidden(agreement)
                self.assertHidden(agreement, token="wrong")
        below = self.make_subsidiary_agreement()
        self.login(self.contact)
        self.assertShown(below, "5.55")
        self.login(self.buyer)
        self.assertShown(below, "5.55")
        self.assertEqual(self.open(below.browse(below.id + 999)).status_code, 303)

    def test_the_warehouse_opens_no_page_with_a_link_either(self):
        agreement = self.to_sign()
        self.login(self.user("warehouse"))
        self.assertHidden(agreement, token=self.get_token(agreement))

    def test_whoever_has_the_link_reads_and_signs(self):
        agreement = self.to_sign()
        token = self.get_token(agreement)
        self.login()
        self.assertShown(agreement, "7.77", "portal.signature_form", token=token)
        answer = self.post_signature(agreement, token)
        self.assertTrue(answer["force_refresh"])
        page = self.url_open(answer["redirect_url"])
        self.assertIn("has been signed", page.text)
        self.assertEqual(agreement.signature_kind, "portal")
        self.assertEqual(agreement.signed_by, "Ann Buyer")
        self.assertTrue(agreement._is_signed())
        message = agreement.message_ids.filtered(lambda m: "on the portal" in m.body)
        self.assertEqual(message.author_id, self.account.partner_id)
        self.assertEqual(agreement.activity_ids.user_id, self.salesperson)
        self.assertIn("signed already", self.post_signature(agreement, token)["error"])
        self.activate(agreement)
        self.assertEqual(agreement.state, "active")

    def test_a_customer_with_a_login_signs_in_own_name(self):
        agreement = self.to_sign()
        self.login(self.buyer)
        self.assertTrue(self.post_signature(agreement)["force_refresh"])
        message = agreement.message_ids.filtered(lambda m: "on the portal" in m.body)
        self.assertEqual(message.author_id, self.buyer.partner_id)

    def test_what_is_not_for_the_customer_opens_with_no_link(self):
        draft = self.make_agreement({"price": 7.77}, state="draft")
        self.make_rule(self.accountant, res_model="key.account.agreement")
        waiting = self.to_sign()
        for agreement in (draft, waiting):
            token = self.get_token(agreement)
            for user in (None, self.buyer):
                self.login(user)
                self.assertHidden(agreement, token)
        self.assertNotIn(waiting.name, self.url_open("/my/agreements").text)
        self.decide(self.ask(waiting), self.accountant)
        self.assertShown(waiting, "7.77")
        self.assertIn(waiting.name, self.url_open("/my/agreements").text)

    def test_the_link_opens_no_conversation_of_a_draft(self):
        agreement = self.to_sign()
        agreement.message_post(
            body="Hello dear customer",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        params = {
            "thread_model": agreement._name,
            "thread_id": agreement.id,
            "token": self.get_token(agreement),
        }
        self.login()
        url = "/mail/chatter_fetch"
        shown = self.make_jsonrpc_request(url, params)
        self.assertIn("Hello dear customer", str(shown))
        self.return_to_draft(agreement)
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.make_jsonrpc_request(url, params)

    def test_a_page_from_before_a_change_is_not_signed(self):
        agreement = self.to_sign()
        self.login(self.buyer)
        form = self.get_form_url(agreement)
        self.return_to_draft(agreement)
        agreement.line_ids.price = 99
        agreement.with_user(self.salesperson).action_submit()
        self.env.flush_all()
        params = {"name": "Ann Buyer", "signature": PNG_BASE64}
        self.login()
        answer = self.make_jsonrpc_request(form, params)
        self.assertIn("has changed since you opened it", answer["error"])
        token = self.get_token(agreement)
        for seen in (None, "", False, 1):
            answer = self.post_signature(agreement, token, content=seen)
            self.assertIn("has changed since you opened it", answer["error"])
        self.env.invalidate_all()
        self.assertEqual(agreement.signature_kind, "none")
        self.login(self.buyer)
        form = self.get_form_url(agreement)
        self.login()
        self.assertTrue(self.make_jsonrpc_request(form, params)["force_refresh"])

    def get_form_url(self, agreement):
        """Return where the form on the customer's page posts to."""
        page = html.fromstring(self.assertShown(agreement))
        form = page.xpath("//owl-component[@name='portal.signature_form']")[0]
        return json.loads(form.get("props"))["callUrl"]

    def test_what_is_no_image_is_not_taken(self):
        agreement = self.to_sign()
        self.login(self.buyer)
        svg = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode()
        for signature in (svg, "", None, "###"):
            answer = self.post_signature(agreement, signature=signature)
            self.assertRegex(answer["error"], "is empty|has to be a PNG or JPG")
        self.assertIn("Who signs", self.post_signature(agreement, name=" ")["error"])
        self.assertEqual(agreement.signature_kind, "none")

    def test_employees_look_and_do_not_sign(self):
        agreement = self.to_sign()
        for user in (self.salesperson, self.manager):
            self.login(user)
            text = self.assertShown(agreement, "7.77")
            self.assertNotIn("portal.signature_form", text)
            answer = self.post_signature(agreement, self.get_token(agreement))
            self.assertIn("You do not sign for the customer", answer["error"])

    def test_the_signed_copy_is_downloaded(self):
        agreement = self.to_sign()
        self.record(agreement)
        self.login(self.buyer)
        self.assertShown(agreement, "Signed copy")
        answer = self.open(agreement, "/copy")
        self.assertEqual(answer.content, PDF)
        self.assertIn("attachment", answer.headers["Content-Disposition"])

    def test_earlier_versions_are_listed_and_stay_the_customers(self):
        agreement = self.make_agreement({"price": 7.77})
        version = agreement.browse(
            agreement.with_user(self.salesperson).action_amend()["res_id"]
        )
        version.with_user(self.salesperson).action_submit()
        self.activate(version)
        self.assertEqual(agreement.state, "expired")
        self.login(self.buyer)
        self.assertShown(version, "Earlier versions", f"{agreement.name} v1")
        self.assertShown(agreement, "Expired")
        third = version.browse(
            version.with_user(self.salesperson).action_amend()["res_id"]
        )
        other = self.make_account(self.stranger.partner_id.parent_id)
        with self.assertRaisesRegex(ValidationError, "leave the key account as it is"):
            third.account_id = other

    def test_home_counts_and_lists_by_pages(self):
        self.login(self.buyer)
        counters = ["agreement_count", "agreement_to_sign_count"]
        url = "/my/counters"
        counts = self.make_jsonrpc_request(url, {"counters": counters})
        self.assertEqual(counts, dict.fromkeys(counters, 0))
        self.assertIn("no agreements", self.url_open("/my/agreements").text)
        self.patch(CustomerPortal, "_items_per_page", 3)
        first = self.to_sign(date_start="2020-01-01")
        others = [self.make_agreement({"price": 1}) for _number in range(3)]
        counts = self.make_jsonrpc_request(url, {"counters": counters})
        self.assertEqual(counts, {"agreement_count": 4, "agreement_to_sign_count": 1})
        self.assertIn("/my/agreements", self.url_open("/my/home").text)
        page = self.url_open("/my/agreements").text
        self.assertIn(others[-1].name, page)
        self.assertNotIn(first.name, page)
        self.assertIn(first.name, self.url_open("/my/agreements/page/2").text)
        page = self.url_open("/my/agreements?sortby=name").text
        self.assertNotIn(first.name, page)
        self.assertEqual(self.url_open("/my/agreements?sortby=x").status_code, 200)
        for user in (self.stranger, self.salesperson, self.user("warehouse")):
            self.login(user)
            counts = self.make_jsonrpc_request(url, {"counters": counters})
            self.assertEqual(counts, dict.fromkeys(counters, 0))
            self.assertIn("no agreements", self.url_open("/my/agreements").text)

    def test_a_forged_form_post_is_no_signature(self):
        agreement = self.to_sign()
        self.login(self.buyer)
        answer = self.url_open(
            f"/my/agreements/{agreement.id}/sign",
            data={
                "name": "x",
                "signature": PNG_BASE64,
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        self.assertGreaterEqual(answer.status_code, 400)
        self.assertEqual(agreement.signature_kind, "none")

    def test_a_page_says_what_a_line_is_for(self):
        category = self.env["product.category"].create({"name": "Spare Parts"})
        other = self.make_product("Gadget")
        agreement = self.make_agreement(
            {"price": 7.77},
            {
                "product_id": False,
                "product_tmpl_id": other.product_tmpl_id.id,
                "price_kind": "discount",
                "discount": 12.5,
            },
            {"product_id": False, "categ_id": category.id, "price": 3},
        )
        self.login(self.buyer)
        self.assertShown(
            agreement, "All variants of", "Gadget", "12.50", "All of", "Spare Parts"
        )
