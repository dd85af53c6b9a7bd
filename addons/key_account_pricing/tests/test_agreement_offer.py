from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..exceptions import AgreementError
from .common_signature import REPORT, SignatureCase


@tagged("post_install", "-at_install")
class TestAgreementOffer(SignatureCase):
    """What is printed and mailed is what the customer may see."""

    def print(self, agreement):
        renderer = self.env["ir.actions.report"].with_user(self.salesperson)
        return str(renderer._render_qweb_html(REPORT, agreement.ids)[0], "utf-8")

    def compose(self, agreement):
        action = agreement.with_user(self.salesperson).action_send_by_email()
        form = Form(
            self.env["mail.compose.message"]
            .with_user(self.salesperson)
            .with_context(**action["context"])
        )
        return form.save()._action_send_mail()

    def get_ways_out(self):
        template = self.env.ref(
            "key_account_pricing.mail_template_key_account_agreement"
        )
        return {
            "send dialog": lambda a: a.with_user(
                self.salesperson
            ).action_send_by_email(),
            "mail": lambda a: template.send_mail(a.id),
            "several mails": lambda a: template.send_mail_batch(a.ids),
            "print": self.print,
        }

    def test_what_is_not_approved_is_not_offered(self):
        self.make_rule(self.accountant, res_model="key.account.agreement")
        for what, offer in self.get_ways_out().items():
            with self.subTest(what):
                agreement = self.to_sign()
                with self.assertStopped("cannot be (sent|mailed|printed)"):
                    offer(agreement)
                self.decide(self.ask(agreement), self.accountant)
                self.assertTrue(offer(agreement))

    def test_drafts_are_not_offered(self):
        draft = self.make_agreement({"price": 1}, state="draft")
        for what, offer in self.get_ways_out().items():
            with (
                self.subTest(what),
                self.assertStopped("is a draft and cannot be", AgreementError),
            ):
                offer(draft)

    def test_the_mail_brings_link_and_paper_to_the_customer(self):
        agreement = self.to_sign()
        self.compose(agreement)
        message = agreement.message_ids[0]
        self.assertIn(self.account.partner_id, message.partner_ids)
        token = agreement.sudo().access_token
        self.assertTrue(token)
        self.assertIn(
            f"/my/agreements/{agreement.id}?access_token={token}", message.body
        )
        self.assertIn("read and sign", message.body)
        self.assertEqual(len(message.attachment_ids), 1)
        self.assertIn("Agreement KA-", message.attachment_ids.name)

    def test_the_paper_says_what_was_agreed_on(self):
        other = self.make_product("Gadget")
        agreement = self.to_sign(
            {"price": 7.77, "quantity_committed": 250},
            {
                "product_id": False,
                "product_tmpl_id": other.product_tmpl_id.id,
                "price_kind": "discount",
                "discount": 12.5,
                "quantity_min": 40,
            },
            description="<p>Pallets are returned.</p>",
            cut_off_day=25,
            kind="volume",
        )
        paper = self.print(agreement)
        for text in (
            "Acme",
            self.env.company.name,
            agreement.name,
            "Widget",
            "7.77",
            "250.00",
            "Gadget",
            "12.50",
            "40.00",
            "Volume-locked",
            "25",
            "Pallets are returned.",
        ):
            self.assertIn(text, paper)
        self.assertNotIn("Ann Buyer", paper)
        self.sign(agreement)
        signed = self.print(agreement)
        self.assertIn("Ann Buyer", signed)
        self.assertIn("data:image/png;base64", signed.partition('name="signature"')[2])

    def test_the_paper_is_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        field = self.env["ir.model.fields"]._get("key.account.agreement", "kind")
        option = field.selection_ids.filtered(lambda s: s.value == "framework")
        option.with_context(lang="fr_FR").name = "Accord-cadre"
        self.account.partner_id.lang = "fr_FR"
        self.assertIn("Accord-cadre", self.print(self.to_sign()))

    def test_the_warehouse_prints_nothing(self):
        agreement = self.make_agreement({"price": 1})
        renderer = self.env["ir.actions.report"].with_user(self.user("warehouse"))
        with self.assertRaises(AccessError):
            renderer._render_qweb_html(REPORT, agreement.ids)
