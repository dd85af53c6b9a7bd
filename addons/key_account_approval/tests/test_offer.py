import json
from unittest.mock import patch

from lxml import html

from odoo import Command, http
from odoo.tests import Form, HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import ApprovalCase

PROFORMA = "sale.action_report_pro_forma_invoice"
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
QUOTATION = "sale.action_report_saleorder"


class OfferCase(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.partner_id.email = "acme@example.com"
        cls.template = cls.env.ref("sale.email_template_edi_sale")

    def print(self, order, report=QUOTATION):
        renderer = self.env["ir.actions.report"].with_user(self.salesperson)
        return renderer._render_qweb_html(report, order.ids)[0]

    def get_ways_out(self):
        """Return ``{what: function of an order}`` of all that makes it an offer."""
        Report = self.env["ir.actions.report"]
        line = {"product_id": self.product.id}
        return {
            "send dialog": lambda o: o.action_quotation_send(),
            "mark as sent": lambda o: o.action_quotation_sent(),
            "state": lambda o: o.write({"state": "sent"}),
            "state of several": lambda o: (o + o.copy()).write({"state": "sent"}),
            "state with a price": lambda o: o.write(
                {
                    "state": "sent",
                    "order_line": [Command.update(o.order_line.id, {"price_unit": 77})],
                }
            ),
            "new as sent": lambda o: self.make_quotation(state="sent"),
            "new as sent by default": lambda o: (
                self.env["sale.order"]
                .with_user(self.salesperson)
                .with_context(default_state="sent")
                .create({"partner_id": o.partner_id.id, "order_line": [(0, 0, line)]})
            ),
            "print": self.print,
            "print pro-forma": lambda o: self.print(o, PROFORMA),
            "print as PDF": lambda o: Report._render_qweb_pdf(QUOTATION, o.ids),
            "mail": lambda o: self.template.send_mail(o.id),
            "several mails": lambda o: self.template.send_mail_batch(o.ids),
            "mail dialog": self.compose,
            "mail as template": lambda o: o.message_post_with_source(
                self.template, subtype_xmlid="mail.mt_comment"
            ),
        }

    def compose(self, order):
        """Send by the dialog of the chatter, with a template chosen there."""
        form = Form(
            self.env["mail.compose.message"].with_context(
                default_model="sale.order",
                default_res_ids=order.ids,
                default_composition_mode="comment",
            )
        )
        form.template_id = self.template
        return form.save()._action_send_mail()


@tagged("post_install", "-at_install")
class TestOffer(OfferCase):
    """Customers see what has been approved, nothing else."""

    def test_what_is_not_approved_is_not_offered(self):
        self.make_rule(self.manager, name="Everything")
        for what, offer in self.get_ways_out().items():
            with self.subTest(what):
                order = self.make_quotation()
                with self.assertStopped(
                    "cannot be (sent|printed|mailed).*needs an approval .Everything."
                ):
                    offer(order)
                self.assertEqual(order.state, "draft")

    def test_what_waits_or_was_refused_is_not_offered(self):
        self.make_rule(self.manager)
        order = self.make_quotation()
        request = self.ask(order)
        with self.assertStopped("cannot be sent.*waits for approval"):
            order.action_quotation_send()
        request.with_user(self.manager).action_reject("Too cheap")
        with self.assertStopped("cannot be printed.*rejected .Too cheap."):
            self.print(order)

    def test_what_is_approved_is_offered(self):
        for what, offer in self.get_ways_out().items():
            if what.startswith(("new", "state with", "state of")):
                continue
            with self.subTest(what):
                order, _request = self.approved()
                self.assertTrue(offer(order) is not False)

    def test_without_a_rule_everything_is_offered(self):
        for what, offer in self.get_ways_out().items():
            with self.subTest(what):
                self.assertTrue(offer(self.make_quotation()) is not False)

    def test_a_question_to_the_customer_needs_no_approval(self):
        self.make_rule(self.manager)
        order = self.make_quotation()
        message = order.message_post(
            body="Which colour?",
            partner_ids=order.partner_id.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(message.partner_ids, order.partner_id)

    def test_what_has_changed_since_is_not_offered(self):
        order, _request = self.approved()
        order.action_quotation_sent()
        order.order_line.price_unit = 90
        self.env.flush_all()
        for what in ("print", "mail", "send dialog"):
            with self.subTest(what), self.assertStopped("approval is void.*Unit Price"):
                self.get_ways_out()[what](order)

    def test_a_confirmed_order_is_printed_and_mailed(self):
        order, _request = self.approved()
        order.action_confirm()
        order.order_line.price_unit = 99
        self.make_rule(self.accountant)
        self.assertIn("Widget", str(self.print(order)))
        self.template.send_mail(order.id)

    def test_a_cancelled_order_is_printed_if_it_was_approved(self):
        order, _request = self.approved()
        order.action_cancel()
        self.assertTrue(self.print(order))

    def test_cancelling_opens_no_door(self):
        self.make_rule(self.manager)
        order = self.make_quotation()
        order.action_cancel()
        with self.assertStopped("cannot be printed"):
            self.print(order)

    def test_of_two_orders_the_other_one_is_not_printed_either(self):
        order, _request = self.approved()
        other = self.make_quotation()
        with self.assertStopped(f"{other.name} cannot be printed"):
            self.print(order + other)

    def test_paying_for_what_was_changed_is_recorded_and_confirms_nothing(self):
        for state in ("pending", "done"):
            with self.subTest(state=state):
                order, _request = self.approved()
                order.action_quotation_sent()
                order.order_line.price_unit = 90
                transaction = self.pay(order, state)
                with patch.object(type(transaction), "_create_payment"):
                    transaction._post_process()
                self.assertTrue(transaction.is_post_processed)
                self.assertEqual(order.state, "sent")

    def test_paying_for_what_was_never_approved_is_recorded(self):
        self.make_rule(self.manager)
        order = self.make_quotation()
        self.pay(order, "pending")._post_process()
        self.assertEqual(order.sudo().transaction_ids.state, "pending")

    def pay(self, order, state):
        method = self.env.ref("payment.payment_method_unknown")
        provider = self.env["payment.provider"].create(
            {
                "name": "Bank",
                "code": "none",
                "state": "test",
                "payment_method_ids": [Command.set(method.ids)],
            }
        )
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": f"T-{order.name}-{state}",
                "amount": order.sudo().amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "operation": "online_direct",
                "state": state,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )


@tagged("post_install", "-at_install")
class TestPortal(OfferCase, HttpCase):
    """The customer's link shows, signs and pays what has been approved."""

    def sent(self, **vals):
        """Return an approved quotation that was sent."""
        order, _request = self.approved(
            require_signature=True, require_payment=False, **vals
        )
        order.action_quotation_sent()
        order.sudo()._portal_ensure_token()
        return order

    def change(self, order):
        order.order_line.price_unit = 90
        self.env.flush_all()

    def open(self, order, path="", **params):
        token = order.sudo().access_token
        query = "&".join(f"{name}={value}" for name, value in params.items())
        return self.url_open(
            f"/my/orders/{order.id}{path}?access_token={token}&{query}",
            allow_redirects=False,
        )

    def call(self, order, path, **params):
        """Return the answer of a JSON route, as the customer's page calls it."""
        params = {"access_token": order.sudo().access_token, **params}
        return self.make_jsonrpc_request(f"/my/orders/{order.id}{path}", params)

    def sign(self, order, **params):
        params = {"content": order.fingerprint, **params}
        return self.call(order, "/accept", name="Ann", signature=PIXEL, **params)

    def get_form_path(self, order):
        """Return where the form on the customer's page posts to."""
        page = html.fromstring(self.open(order).text)
        form = page.xpath("//owl-component[@name='portal.signature_form']")[0]
        return json.loads(form.get("props"))["callUrl"]

    def test_an_approved_quotation_is_shown_and_signed(self):
        order = self.sent()
        page = self.open(order)
        self.assertEqual(page.status_code, 200)
        self.assertIn("100.00", page.text)
        self.assertTrue(self.sign(order)["force_refresh"])
        self.assertEqual(order.state, "sale")

    def test_what_is_signed_is_what_the_page_showed(self):
        order = self.sent()
        form = self.get_form_path(order)
        before = order.fingerprint
        self.change(order)
        self.decide(self.ask(order), self.manager)
        self.env.flush_all()
        params = {"name": "Ann", "signature": PIXEL}
        answer = self.make_jsonrpc_request(form, params)
        self.assertIn("has changed since you opened it", answer["error"])
        for seen in (before, None, "", False, 1):
            self.assertIn("has changed", self.sign(order, content=seen)["error"])
        self.assertFalse(order.signature)
        answer = self.make_jsonrpc_request(self.get_form_path(order), params)
        self.assertTrue(answer["force_refresh"])
        self.assertEqual(order.state, "sale")

    def test_orders_of_other_customers_are_signed_as_ever(self):
        customer = self.make_company("No key account")
        order = self.make_quotation(
            partner_id=customer.id, require_signature=True, require_payment=False
        )
        order.action_quotation_sent()
        order.sudo()._portal_ensure_token()
        self.assertTrue(self.sign(order, content=None)["force_refresh"])

    def test_a_quotation_without_rules_is_shown(self):
        order = self.make_quotation(state="sent")
        order.sudo()._portal_ensure_token()
        self.assertEqual(self.open(order).status_code, 200)

    def test_a_changed_quotation_is_not_shown(self):
        order = self.sent()
        self.change(order)
        for params in ({}, {"report_type": "html"}, {"report_type": "pdf"}):
            with self.subTest(params=params):
                page = self.open(order, **params)
                self.assertEqual(page.status_code, 303)
                self.assertNotIn("90.00", page.text)

    def test_a_changed_quotation_is_not_signed(self):
        order = self.sent()
        self.change(order)
        self.assertIn("error", self.sign(order))
        self.assertEqual(order.state, "sent")
        self.assertFalse(order.signature)

    def test_a_changed_quotation_is_not_paid(self):
        order = self.sent()
        self.change(order)
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.call(
                order,
                "/transaction",
                provider_id=1,
                payment_method_id=1,
                token_id=None,
                flow="direct",
                tokenization_requested=False,
                landing_route="/",
                amount=90,
            )
        self.assertFalse(order.sudo().transaction_ids)

    def test_a_changed_quotation_is_not_declined(self):
        order = self.sent()
        self.change(order)
        self.authenticate(None, None)
        answer = self.url_open(
            f"/my/orders/{order.id}/decline",
            data={
                "access_token": order.sudo().access_token,
                "decline_message": "No",
                "csrf_token": http.Request.csrf_token(self),
            },
            allow_redirects=False,
        )
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(order.state, "sent")

    def test_an_option_ends_the_approval(self):
        order = self.sent()
        order.order_line = [
            Command.create(
                {
                    "name": "Options",
                    "display_type": "line_section",
                    "is_optional": True,
                    "sequence": 90,
                }
            ),
            Command.create(
                {
                    "product_id": self.make_product("Extra").id,
                    "product_uom_qty": 0,
                    "sequence": 91,
                }
            ),
        ]
        option = order.order_line.filtered(lambda line: line.product_id.name == "Extra")
        self.call(order, "/update_line_dict", line_id=option.id, input_quantity=1)
        self.env.invalidate_all()
        self.assertEqual(option.product_uom_qty, 1)
        self.assertEqual(order.approval_state, "void")
        self.assertEqual(self.open(order).status_code, 303)

    def test_a_customer_with_a_login_sees_no_changed_quotation(self):
        order = self.sent()
        portal = self.user("portal")
        portal.partner_id.parent_id = self.account.partner_id
        self.authenticate(portal.login, portal.login)
        self.assertEqual(self.url_open(f"/my/orders/{order.id}").status_code, 200)
        self.assertIn(order.name, self.url_open("/my/quotes").text)
        self.change(order)
        page = self.url_open(f"/my/orders/{order.id}", allow_redirects=False)
        self.assertEqual(page.status_code, 303)
        self.assertNotIn("90.00", self.url_open("/my/quotes").text)

    def test_the_salesperson_still_looks_at_the_page(self):
        order = self.sent()
        self.change(order)
        self.authenticate(self.salesperson.login, self.salesperson.login)
        self.assertEqual(self.open(order).status_code, 200)
