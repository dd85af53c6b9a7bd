import base64
from datetime import timedelta

from odoo import fields
from odoo.tests import Form, tagged

from odoo.addons.key_account_approval.exceptions import ApprovalError

from ..exceptions import AgreementError
from ..models.key_account_agreement_signature import ACTIVITY
from ..tools.signed_file import LETTER
from .common import PDF, PNG
from .common_signature import SignatureCase


@tagged("post_install", "-at_install")
class TestAgreementSignature(SignatureCase):
    def test_it_is_activated_once_it_is_signed(self):
        for sign in (self.record, self.sign):
            agreement = self.to_sign()
            with self.assertStopped("not signed by the customer", AgreementError):
                self.activate(agreement)
            sign(agreement)
            self.activate(agreement)
            self.assertEqual(agreement.state, "active")

    def test_without_the_need_nobody_waits_for_a_signature(self):
        agreement = self.make_agreement({"price": 1})
        self.assertEqual(
            (agreement.state, agreement.signature_kind), ("active", "none")
        )
        self.sign(agreement)
        self.assertEqual(agreement.signature_kind, "portal")

    def test_the_company_says_whether_new_agreements_are_signed(self):
        self.assertFalse(self.make_agreement(state="draft").is_signature_required)
        with Form(self.env["res.config.settings"]) as form:
            form.key_account_agreement_signature = True
        form.record.execute()
        self.assertTrue(self.make_agreement(state="draft").is_signature_required)
        agreement = self.make_agreement(state="draft", is_signature_required=False)
        self.assertFalse(agreement.is_signature_required)

    def test_the_form_asks_for_a_signature_and_shows_it(self):
        draft = self.make_agreement({"price": 1}, state="draft")
        with Form(draft.with_user(self.salesperson)) as form:
            form.is_signature_required = True
        draft.with_user(self.salesperson).action_submit()
        self.record(draft)
        form = Form(draft.with_user(self.salesperson))
        self.assertEqual(form.signed_by, "Ann Buyer")
        self.assertEqual(form.signature_kind, "file")
        with self.assertRaisesRegex(AssertionError, "readonly"):
            form.signed_by = "Somebody"

    def test_what_was_handed_in_cannot_do_without_the_signature_any_more(self):
        agreement = self.to_sign().with_user(self.salesperson)
        with self.assertRaises(AgreementError):
            agreement.is_signature_required = False

    def test_a_copy_says_who_and_when(self):
        agreement = self.to_sign()
        day = self.today - timedelta(days=3)
        self.record(agreement, day=day)
        self.assertEqual(agreement.signature_kind, "file")
        self.assertEqual(agreement.signed_by, "Ann Buyer")
        stored = fields.Datetime.context_timestamp(
            agreement.with_user(self.salesperson), agreement.signed_on
        )
        self.assertEqual(stored.date(), day)
        self.assertEqual(base64.b64decode(agreement.signed_file), PDF)
        self.assertRegex(agreement.signed_filename, r"^Agreement KA-.* v1\.pdf$")
        self.assertIn("Ann Buyer", agreement.message_ids[0].body)
        self.assertEqual(
            agreement.message_ids[0].author_id, self.salesperson.partner_id
        )

    def test_the_dialog_records_a_copy(self):
        agreement = self.to_sign().with_user(self.salesperson)
        action = agreement.action_open_record_signature()
        form = Form(
            self.env["key.account.agreement.sign"]
            .with_user(self.salesperson)
            .with_context(**action["context"])
        )
        form.signed_by = "Ann Buyer"
        form.signed_file = base64.b64encode(PNG)
        form.save().action_record()
        self.assertEqual(agreement.signed_filename[-4:], ".png")

    def test_what_is_no_signature_gets_one_sentence(self):
        agreement = self.to_sign()
        svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
        tomorrow = self.today + timedelta(days=2)
        for vals, sentence in (
            (
                {"content": b"<html><script>alert(1)</script></html>"},
                "PDF, PNG, or JPG",
            ),
            ({"content": svg}, "has to be a PDF"),
            ({"content": b""}, "is empty"),
            ({"content": PDF + b" " * LETTER.limit}, "10 MB at most"),
            ({"day": tomorrow}, "in the future"),
            ({"day": "yesterday"}, "in the future"),
            ({"name": "  "}, "Who signs"),
            ({"name": "Ann\0Buyer"}, "Who signs"),
        ):
            with (
                self.subTest(vals={**vals, "content": vals.get("content", b"")[:20]}),
                self.assertStopped(sentence, AgreementError),
            ):
                self.record(agreement, **vals)
        for signature in (base64.b64encode(PDF), base64.b64encode(svg), "%%%", None, 5):
            with (
                self.subTest(signature=signature),
                self.assertStopped("is empty|has to be a PNG or JPG", AgreementError),
            ):
                self.sign(agreement, signature=signature)
        self.assertEqual(agreement.signature_kind, "none")

    def test_only_what_is_open_is_signed_and_once(self):
        draft = self.make_agreement({"price": 1}, state="draft")
        ended = self.make_agreement({"price": 1})
        ended.with_user(self.manager).action_terminate()
        signed = self.to_sign()
        self.record(signed)
        for agreement, sentence in (
            (draft, "is a draft"),
            (ended, "has ended"),
            (signed, "is signed already"),
        ):
            for sign in (self.record, self.sign):
                with self.assertStopped(sentence, AgreementError):
                    sign(agreement)

    def test_what_waits_for_an_approval_is_not_signed(self):
        self.make_rule(self.accountant, res_model="key.account.agreement")
        agreement = self.to_sign()
        for sign in (self.record, self.sign, self.activate):
            with self.assertStopped("needs an approval", ApprovalError):
                sign(agreement)
        self.decide(self.ask(agreement), self.accountant)
        self.sign(agreement)
        self.activate(agreement)
        self.assertEqual(agreement.state, "active")

    def test_back_in_draft_the_signature_is_void_and_kept_in_the_chatter(self):
        agreement = self.to_sign()
        self.record(agreement)
        self.return_to_draft(agreement)
        self.assertFalse(
            agreement.signed_by
            or agreement.signed_on
            or agreement.signed_file
            or agreement.signed_fingerprint
        )
        self.assertEqual(agreement.signature_kind, "none")
        message = agreement.message_ids[0]
        self.assertRegex(message.body, "signature of Ann Buyer .* counts no more")
        self.assertEqual(message.attachment_ids.raw, PDF)
        self.assertTrue(message.is_internal or message.subtype_id.internal)
        agreement.with_user(self.salesperson).action_submit()
        with self.assertStopped("not signed by the customer", AgreementError):
            self.activate(agreement)
        self.sign(agreement)
        self.return_to_draft(agreement)
        self.assertEqual(agreement.message_ids[0].attachment_ids.raw[:4], PNG[:4])

    def test_a_signature_is_for_the_content_that_was_signed(self):
        for change in (
            {"description": "<p>Delivery is free.</p>"},
            {"cut_off_day": 20},
            {"date_end": "2099-01-01"},
            {"line_ids": [("price", 8.0)]},
            {"line_ids": [("price_kind", "discount")]},
            {"line_ids": [("discount", 3.0)]},
        ):
            with self.subTest(change=change):
                agreement = self.to_sign()
                self.record(agreement)
                self.assertTrue(agreement._is_signed())
                # Behind its back: no button leads here.
                agreement.sudo().write({"state": "draft"})
                for name, value in change.items():
                    if name == "line_ids":
                        agreement.line_ids.write(dict(value))
                    else:
                        agreement[name] = value
                agreement.sudo().write({"state": "approval"})
                with self.assertStopped("not signed .* as it is", AgreementError):
                    self.activate(agreement)

    def test_a_page_that_is_out_of_date_is_not_signed(self):
        agreement = self.to_sign()
        content = agreement._get_signed_content()
        self.return_to_draft(agreement)
        agreement.line_ids.price = 99
        agreement.with_user(self.salesperson).action_submit()
        for seen in (content, None, "", False, True, [content]):
            with self.assertStopped("has changed since you opened it", AgreementError):
                self.sign(agreement, content=seen)
        self.sign(agreement, content=agreement._get_signed_content())

    def test_the_next_version_is_signed_anew(self):
        agreement = self.to_sign()
        self.sign(agreement)
        self.activate(agreement)
        version = agreement.browse(
            agreement.with_user(self.salesperson).action_amend()["res_id"]
        )
        self.assertTrue(version.is_signature_required)
        self.assertEqual(version.signature_kind, "none")
        self.assertFalse(version.signature or version.signed_by or version.access_token)
        version.with_user(self.salesperson).action_submit()
        with self.assertStopped("not signed by the customer", AgreementError):
            self.activate(version)
        self.assertEqual(agreement.signature_kind, "portal")

    def test_the_salesperson_hears_of_it(self):
        agreement = self.to_sign()
        self.sign(agreement)
        activity = agreement.activity_ids
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertIn("Ann Buyer has signed", activity.summary)
        message = agreement.message_ids.filtered(
            lambda m: m.author_id == self.account.partner_id
        )
        self.assertIn("Signed by Ann Buyer on the portal", message.body)
        self.assertEqual(len(message.attachment_ids), 1)
        self.activate(agreement)
        self.assertFalse(agreement.activity_search([ACTIVITY]))
