import base64

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.key_account.exceptions import DutyError, GateError

from ..exceptions import ReplyError
from .common import PDF, PDF_BASE64, PNG_BASE64
from .common_quotation import QuotationCase

FORGED = {
    "reply_kind": "file",
    "reply_file": PDF_BASE64,
    "reply_filename": "letter.pdf",
    "reply_date": "2026-01-01 10:00:00",
    "reply_date_void": "2026-01-01 10:00:00",
    "reply_user_id": 2,
    "reply_fingerprint": "f" * 64,
    "signature": PNG_BASE64,
    "signed_by": "Ann Customer",
    "signed_on": "2026-01-01 10:00:00",
}


@tagged("post_install", "-at_install")
class TestReplyForged(QuotationCase):
    """A reply is what a customer signed, recorded by those whose quotation it is."""

    # ------------------------------------------------------------------ refused

    def test_other_files_are_refused(self):
        order = self.make_quotation()
        letter = PDF_BASE64
        large = base64.b64encode(PDF + b"0" * 10 * 1024 * 1024)
        page = base64.b64encode(b"<html><script>alert(1)</script></html>")
        files = {
            "empty": (b"", "letter.pdf", "is empty"),
            "missing": (False, "letter.pdf", "is empty"),
            "large": (large, "letter.pdf", "may have 10 MB at most"),
            "page as PDF": (page, "letter.pdf", "has to be a PDF, PNG, or JPG"),
            "program": (letter, "letter.exe", "has to be a PDF, PNG, or JPG"),
            "no name": (letter, "", "has to be a PDF, PNG, or JPG"),
            "no base64": ("A", "letter.pdf", "has to be a PDF, PNG, or JPG"),
        }
        for what, (content, name, sentence) in files.items():
            with self.subTest(what), self.assertStopped(sentence, ReplyError):
                self.record(order, content, name)
        self.assertFalse(order.reply_file or order.reply_date)

    def test_a_cancelled_quotation_takes_no_reply(self):
        order = self.make_quotation()
        order.action_cancel()
        with self.assertStopped("takes no reply at the moment", ReplyError):
            self.record(order)

    def test_forged_values_are_refused(self):
        order = self.make_quotation()
        Order = self.env["sale.order"]
        new = {"partner_id": self.account.partner_id.id}
        for role in ("salesperson", "manager", "administrator"):
            user = self.user(role)
            for name, value in FORGED.items():
                with self.subTest(f"{role} {name}"):
                    with self.assertStopped("not entered by hand", DutyError):
                        order.with_user(user).write({name: value})
                    with self.assertStopped("not entered by hand", DutyError):
                        Order.with_user(user).create({**new, name: value})
                    with self.assertStopped("not entered by hand", DutyError):
                        Order.with_user(user).with_context(
                            **{f"default_{name}": value}
                        ).create(new)
        self.assertEqual(order.reply_state, "none")

    def test_a_forged_state_is_not_believed(self):
        vals = {"partner_id": self.account.partner_id.id, "reply_state": "effective"}
        Order = self.env["sale.order"].with_user(self.salesperson)
        self.assertEqual(Order.create(vals).reply_state, "none")
        order = Order.with_context(default_reply_state="effective").create(
            {"partner_id": self.account.partner_id.id}
        )
        self.assertEqual(order.reply_state, "none")
        with self.assertStopped("follows from other values", DutyError):
            order.write({"reply_state": "effective"})

    def test_an_import_forges_nothing(self):
        order = self.make_quotation()
        result = order.load(
            [".id", "signed_by", "reply_fingerprint"],
            [[str(order.id), "Ann Customer", order.fingerprint]],
        )
        self.assertIn("not entered by hand", result["messages"][0]["message"])
        self.assertEqual(order.reply_state, "none")

    def test_a_line_without_its_agreement_is_no_way_around(self):
        self.make_agreement({"price": 80}, is_reply_required=True)
        free = self.make_agreement({"price": 70, "quantity_min": 99})
        for agreed in (free.line_ids, free.line_ids.browse()):
            order = self.make_quotation()
            order.order_line.agreement_line_id = agreed
            order.action_confirm()
            self.assertIn("reply_missing", self.get_codes(order))
            with self.assertStopped("signed reply is missing", GateError):
                order.write({"state": "sale"})

    def test_a_signature_is_not_wiped_by_hand(self):
        order = self.make_quotation()
        order.sudo().write({"signature": PNG_BASE64, "signed_by": "Ann Customer"})
        with self.assertStopped("not entered by hand", DutyError):
            order.write({"signature": False})
        with self.assertStopped("not entered by hand", DutyError):
            order.write({"state": "draft", "signed_by": "Somebody Else"})

    def test_core_goes_on_with_ordinary_orders(self):
        order = self.make_order(self.make_company("Walk-in"), {self.product: 1})
        order.with_user(self.manager).write({"signed_by": "Ann"})
        order.write({"signature": PNG_BASE64})
        order.order_line.product_uom_qty = 3
        self.assertTrue(order.signature)
        self.assertEqual(order.reply_state, "none")

    def test_the_file_behind_the_field_is_no_door(self):
        self.require_reply()
        order = self.make_quotation()
        self.record(order)
        order.sudo().write({"signature": PNG_BASE64})
        Attachment = self.env["ir.attachment"]
        for field in ("reply_file", "signature"):
            domain = [
                ("res_model", "=", "sale.order"),
                ("res_id", "=", order.id),
                ("res_field", "=", field),
            ]
            file = Attachment.search(domain)
            self.assertTrue(file)
            forged = {
                "name": "letter",
                "res_model": "sale.order",
                "res_id": order.id,
                "res_field": field,
                "datas": PDF_BASE64,
            }
            for user in (self.salesperson, self.user("administrator")):
                theirs = Attachment.with_user(user)
                own = theirs.create({"name": "own", "datas": PDF_BASE64})
                ways = {
                    "write": lambda f=file, u=user: f.with_user(u).write(
                        {"datas": PDF_BASE64}
                    ),
                    "unlink": lambda f=file, u=user: f.with_user(u).unlink(),
                    "create": lambda t=theirs, v=forged: t.create(v),
                    "move": lambda o=own, v=forged: o.write(v),
                }
                for what, way in ways.items():
                    with (
                        self.subTest(f"{field} {user.login} {what}"),
                        self.assertRaises(AccessError),
                        self.env.cr.savepoint(),
                    ):
                        way()
                        self.env.flush_all()

    # ------------------------------------------------------------------- roles

    def test_the_dialog_is_open_to_nobody_else(self):
        dialog = (
            self.env["sale.order.reply.record"]
            .with_user(self.salesperson)
            .create({"order_id": self.make_quotation().id, "signed_file": PDF_BASE64})
        )
        for user in (self.colleague("rival", "salesperson"), self.manager):
            theirs = dialog.with_user(user)
            self.assertFalse(theirs.search([]))
            with self.assertRaises(AccessError):
                theirs.read(["signed_file"])
        self.assertTrue(dialog.read(["signed_file"]))

    def test_who_records(self):
        self.require_reply()
        order = self.make_quotation()
        for role in ("warehouse", "portal", "controller"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.record(order.with_user(self.user(role)))
        with self.assertRaises(AccessError):
            self.record(order.with_user(self.colleague("rival", "salesperson")))
        self.assertEqual(order.reply_state, "none")
        self.record(order.with_user(self.manager))
        self.assertEqual(order.reply_user_id, self.manager)

    def test_the_warehouse_sees_no_letter(self):
        order = self.make_quotation()
        self.record(order)
        warehouse = order.with_user(self.user("warehouse"))
        for name in ("reply_file", "reply_filename"):
            with self.assertRaises(AccessError):
                warehouse.read([name])
            self.assertNotIn(name, warehouse.fields_get())
        files = self.env["ir.attachment"].with_user(self.user("warehouse"))
        self.assertFalse(
            files.search([("res_model", "=", "sale.order"), ("res_field", "!=", False)])
        )

    def test_a_salesperson_does_not_lift_a_reviewed_policy(self):
        self.require_reply()
        with self.assertStopped("ask a manager or a credit controller", DutyError):
            self.account.with_user(self.salesperson).is_reply_required = False
        self.account.with_user(self.user("controller")).is_reply_required = False
        prospect = self.make_account(
            self.make_company("New"), state="prospect", user_id=self.salesperson.id
        )
        prospect.with_user(self.salesperson).is_reply_required = True
        self.assertTrue(prospect.is_reply_required)

    def test_an_agreement_in_force_keeps_its_policy(self):
        agreement = self.make_agreement({"price": 80}, is_reply_required=True)
        with self.assertStopped("is not a draft any more", Exception):
            agreement.with_user(self.manager).is_reply_required = False

    def test_an_approval_of_the_agreement_is_about_its_policy(self):
        self.make_rule(self.manager, res_model="key.account.agreement")
        agreement = self.make_agreement({"price": 80}, state="draft")
        request = self.ask(agreement)
        self.decide(request, self.manager)
        self.assertEqual(agreement.approval_state, "approved")
        agreement.is_reply_required = True
        self.assertEqual(agreement.approval_state, "void")
