import base64

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.key_account.exceptions import DutyError

from .common import PDF, PNG
from .common_signature import SignatureCase


@tagged("post_install", "-at_install")
class TestAgreementSignatureForged(SignatureCase):
    """Only the verbs write a signature, whatever door is tried."""

    def get_forged(self):
        return {
            "signature": base64.b64encode(PNG),
            "signature_kind": "portal",
            "signed_by": "Nobody",
            "signed_on": fields.Datetime.now(),
            "signed_file": base64.b64encode(PDF),
            "signed_filename": "x.pdf",
            "signed_fingerprint": "x",
            "access_token": "guess",
        }

    def test_no_field_is_entered_by_hand(self):
        agreement = self.to_sign()
        draft = self.make_agreement({"price": 1}, state="draft")
        vals = {"account_id": self.account.id}
        for user in (self.salesperson, self.manager):
            for name, value in self.get_forged().items():
                for record in (agreement, draft):
                    with (
                        self.subTest(user=user.login, name=name),
                        self.assertRaises(DutyError),
                        self.env.cr.savepoint(),
                    ):
                        record.with_user(user).write({name: value})
        Agreement = agreement.with_user(self.salesperson).browse()
        for name, value in self.get_forged().items():
            if name == "signature_kind":
                continue
            for create in (
                lambda n=name, v=value: Agreement.create({**vals, n: v}),
                lambda n=name, v=value: Agreement.with_context(
                    **{f"default_{n}": v}
                ).create(vals),
                lambda n=name, v=value: draft.with_user(self.salesperson).copy({n: v}),
            ):
                with (
                    self.subTest(name=name),
                    self.assertRaises(DutyError),
                    self.env.cr.savepoint(),
                ):
                    create()

    def test_a_forged_kind_is_not_believed(self):
        Agreement = self.env["key.account.agreement"].with_user(self.salesperson)
        agreement = Agreement.create(
            {"account_id": self.account.id, "signature_kind": "portal"}
        )
        self.assertEqual(agreement.signature_kind, "none")
        result = Agreement.load(
            ["account_id/.id", "signed_by"], [[str(self.account.id), "Nobody"]]
        )
        self.assertFalse(result["ids"])

    def test_the_next_version_takes_no_signature_from_elsewhere(self):
        agreement = self.make_agreement({"price": 1}).with_user(self.salesperson)
        forged = self.get_forged()
        context = {f"default_{name}": value for name, value in forged.items()}
        agreement.with_context(**context).action_amend()
        version = agreement.sudo().next_ids
        self.assertEqual(version.signature_kind, "none")
        self.assertFalse(version.signed_by or version.signed_on or version.access_token)
        version.unlink()
        # What users save as their own default counts for the superuser, too.
        Default = self.env["ir.default"].with_user(self.salesperson)
        Default.set(agreement._name, "signed_by", "Nobody", user_id=True)
        with self.assertRaises(DutyError), self.env.cr.savepoint():
            agreement.action_amend()

    def test_the_files_of_a_signature_are_not_replaced(self):
        agreement = self.to_sign()
        self.record(agreement)
        Attachment = self.env["ir.attachment"].with_user(self.salesperson)
        stored = Attachment.sudo().search(
            [
                ("res_model", "=", agreement._name),
                ("res_id", "=", agreement.id),
                ("res_field", "=", "signed_file"),
            ]
        )
        self.assertEqual(stored.raw, PDF)
        mine = Attachment.create({"name": "x", "raw": PDF + b"forged"})
        field = {
            "res_model": agreement._name,
            "res_id": agreement.id,
            "res_field": "signed_file",
        }
        for forge in (
            lambda: stored.with_env(Attachment.env).write({"raw": b"x"}),
            lambda: stored.with_env(Attachment.env).unlink(),
            lambda: mine.write(field),
            lambda: Attachment.create({"name": "x", "raw": PDF, **field}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                forge()
        # What else hangs on an agreement is theirs.
        note = Attachment.create(
            {"name": "x", "raw": b"x", **field, "res_field": False}
        )
        note.write({"raw": b"y"})
        note.unlink()

    def test_the_dialog_is_open_to_nobody_else(self):
        dialog = (
            self.env["key.account.agreement.sign"]
            .with_user(self.salesperson)
            .create(
                {
                    "agreement_id": self.to_sign().id,
                    "signed_by": "Ann Buyer",
                    "signed_file": base64.b64encode(PDF),
                }
            )
        )
        for user in (self.colleague("rival", "salesperson"), self.manager):
            theirs = dialog.with_user(user)
            self.assertFalse(theirs.search([]))
            with self.assertRaises(AccessError):
                theirs.read(["signed_file"])
        self.assertTrue(dialog.read(["signed_file"]))

    def test_who_records_a_copy(self):
        table = {
            "salesperson": True,
            "manager": True,
            "controller": False,
            "accountant": False,
            "warehouse": False,
            "portal": False,
        }
        for role, is_allowed in table.items():
            agreement = self.to_sign()
            with self.subTest(role=role):
                if is_allowed:
                    self.record(agreement, user=self.user(role))
                    continue
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    self.record(agreement, user=self.user(role))
        self.account.user_id = self.manager
        agreement = self.to_sign_of_manager()
        with self.assertRaises(AccessError):
            self.record(agreement)

    def to_sign_of_manager(self):
        agreement = self.env["key.account.agreement"].create(
            {
                "account_id": self.account.id,
                "line_ids": [Command.create({"product_id": self.product.id})],
            }
        )
        agreement.action_submit()
        return agreement
