import base64
from datetime import timedelta

from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.key_account.exceptions import GateError
from odoo.addons.key_account_approval.exceptions import ApprovalError

from .common import PDF, PNG_BASE64
from .common_quotation import QuotationCase


@tagged("post_install", "-at_install")
class TestReply(QuotationCase):
    def test_without_a_policy_no_reply_is_needed(self):
        order = self.make_quotation()
        self.assertFalse(order.is_reply_required)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_the_account_asks_for_it(self):
        self.require_reply()
        order = self.make_quotation()
        order.action_confirm()
        self.assertHeld(order, "signed reply is missing: record the reply letter")
        self.assertEqual(self.get_codes(order), ["reply_missing"])
        self.assertEqual(self.open_issues(order).kind, "price")

    def test_the_agreement_that_gives_a_price_asks_for_it(self):
        self.make_agreement({"price": 80}, is_reply_required=True)
        order = self.make_quotation()
        order.action_confirm()
        self.assertEqual(self.get_codes(order), ["reply_missing"])
        other = self.make_order(
            self.account.partner_id, {self.make_product("Gadget"): 1}
        )
        other.action_confirm()
        self.assertEqual(other.state, "sale")

    def test_the_form_knows_while_a_quotation_is_written(self):
        self.make_agreement({"price": 80}, is_reply_required=True)
        form = Form(self.env["sale.order"].with_user(self.salesperson))
        form.partner_id = self.account.partner_id
        self.assertFalse(form.is_reply_required)
        with form.order_line.new() as line:
            line.product_id = self.product
        self.assertTrue(form.is_reply_required)
        self.assertTrue(form.save().is_reply_required)

    def test_a_recorded_letter_lets_the_held_order_go_on(self):
        self.require_reply()
        order = self.make_quotation()
        order.action_confirm()
        self.record(order)
        self.assertEqual((order.state, order.reply_state), ("sale", "effective"))
        self.assertEqual(base64.b64decode(order.reply_file), PDF)
        self.assertEqual(order.reply_kind, "file")
        self.assertEqual(order.reply_user_id, self.salesperson)
        self.assertTrue(order.reply_date)
        self.assertEqual(order.reply_fingerprint, order.fingerprint)
        self.assertIn("letter.pdf", self.get_chatter(order))

    def test_nobody_asked_so_a_recorded_letter_confirms_nothing(self):
        self.require_reply()
        order = self.make_quotation()
        self.record(order)
        self.assertEqual(order.state, "draft")
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_the_dialog_records(self):
        order = self.make_quotation()
        action = order.action_open_record_reply()
        Dialog = self.env[action["res_model"]].with_user(self.salesperson)
        Dialog.with_context(**action["context"]).create(
            {"signed_file": PNG_BASE64, "signed_filename": "C:\\scans\\letter.PNG"}
        ).action_record()
        self.assertEqual(order.reply_state, "effective")
        self.assertEqual(order.reply_filename, "letter.PNG")

    def test_a_signature_counts_when_the_portal_confirms(self):
        self.require_reply()
        order = self.make_quotation()
        self.sign(order)
        self.assertEqual((order.state, order.reply_state), ("sale", "effective"))
        self.assertEqual(order.reply_kind, "signature")
        self.assertEqual(order.reply_user_id, self.user("portal"))

    def test_the_manager_releases_it(self):
        self.require_reply()
        order = self.make_quotation()
        order.action_confirm()
        self.open_issues(order).with_user(self.manager).action_release("By phone.")
        self.assertEqual((order.state, order.reply_state), ("sale", "none"))

    def test_a_state_written_directly_is_refused(self):
        self.require_reply()
        order = self.make_quotation()
        with self.assertStopped("signed reply is missing", GateError):
            order.write({"state": "sale"})

    def test_orders_of_an_account_without_policy_any_more_go_on(self):
        self.require_reply()
        order = self.make_quotation()
        order.action_confirm()
        self.account.with_user(self.manager).is_reply_required = False
        self.judge_again()
        self.assertEqual(order.state, "sale")

    # -------------------------------------------------------------------- void

    def test_a_change_makes_it_void_and_says_so(self):
        self.require_reply()
        changes = {
            "price": lambda o: o.order_line.write({"price_unit": 99}),
            "quantity": lambda o: o.order_line.write({"product_uom_qty": 2}),
            "terms": lambda o: o.write(
                {
                    "payment_term_id": self.env.ref(
                        "account.account_payment_term_30days"
                    ).id
                }
            ),
            "line": lambda o: o.write(
                {"order_line": [Command.create({"product_id": self.product.id})]}
            ),
        }
        for what, change in changes.items():
            with self.subTest(what):
                order = self.make_quotation()
                self.record(order)
                self.assertNotIn("void", self.get_chatter(order))
                change(order)
                self.assertEqual(order.reply_state, "void")
                self.assertIn("signed reply is void", self.get_chatter(order))
                order.action_confirm()
                self.assertHeld(order, "is void, the order has been changed since")

    def test_what_is_not_content_leaves_it_effective(self):
        order = self.make_quotation()
        self.record(order)
        order.write({"validity_date": self.days(9), "client_order_ref": "PO-7"})
        self.assertEqual(order.reply_state, "effective")

    def test_changed_back_it_stays_void_until_signed_again(self):
        self.require_reply()
        order = self.make_quotation()
        self.record(order)
        price = order.order_line.price_unit
        order.order_line.price_unit = 1
        order.flush_recordset()
        order.order_line.price_unit = price
        self.assertEqual(order.reply_state, "void")
        self.record(order, filename="again.pdf")
        self.assertEqual(
            (order.reply_state, order.reply_date_void), ("effective", False)
        )

    def test_a_void_signature_is_taken_off_and_given_again(self):
        self.require_reply()
        order = self.make_quotation()
        order.sudo().write({"signature": PNG_BASE64, "signed_by": "Ann Customer"})
        self.assertFalse(order._has_to_be_signed())
        order.order_line.price_unit = 1
        self.assertEqual(order.reply_state, "void")
        self.assertFalse(order.signature or order.signed_by)
        self.assertTrue(order._has_to_be_signed())
        self.sign(order)
        self.assertEqual((order.state, order.reply_state), ("sale", "effective"))

    def test_a_lowered_order_keeps_its_signature(self):
        self.require_reply()
        order = self.make_quotation(3)
        self.sign(order)
        order.order_line.product_uom_qty = 2
        self.assertEqual((order.state, order.reply_state), ("sale", "void"))
        self.assertTrue(order.signature)

    def test_a_signed_order_is_not_raised(self):
        self.require_reply()
        order = self.make_quotation()
        self.sign(order)
        with self.assertStopped("put the difference on a new quotation", GateError):
            order.order_line.product_uom_qty = 2

    def test_back_to_draft_takes_a_signature_off_and_keeps_a_letter(self):
        signed, letter = self.make_quotation(), self.make_quotation()
        signed.sudo().write({"signature": PNG_BASE64, "signed_by": "Ann Customer"})
        self.record(letter)
        (signed | letter).action_quotation_sent()
        (signed | letter).action_draft()
        self.assertEqual(signed.reply_state, "none")
        self.assertFalse(signed.signature or signed.reply_date)
        self.assertEqual(letter.reply_state, "effective")

    # ----------------------------------------------------------------- find it

    def test_orders_that_wait_for_a_reply_are_found(self):
        self.make_agreement({"price": 80}, is_reply_required=True)
        waiting, signed = self.make_quotation(), self.make_quotation()
        self.record(signed)
        other = self.make_order(
            self.account.partner_id, {self.make_product("Gadget"): 1}
        )
        orders = (waiting | signed | other).with_user(self.user("accountant"))
        for value, found in ((True, waiting | signed), (False, other)):
            domain = [("id", "in", orders.ids), ("is_reply_required", "=", value)]
            self.assertEqual(orders.search(domain), found)
        domain = [("is_reply_required", "=", True), ("reply_state", "!=", "effective")]
        found = waiting.search([*domain, ("id", "in", orders.ids)])
        self.assertEqual(found, waiting)
        arch = waiting.get_view(
            self.env.ref("sale.sale_order_view_search_inherit_quotation").id, "search"
        )["arch"]
        self.assertIn('name="filter_reply_missing"', arch)

    def test_orders_that_an_agreement_ought_to_price_are_found(self):
        earlier, done = self.make_quotation(), self.make_quotation()
        done.action_confirm()
        agreement = self.make_agreement({"price": 80}, is_reply_required=True)
        stripped, late = self.make_quotation(), self.make_quotation()
        (stripped | late).order_line.agreement_line_id = False
        late.date_order = late.date_order - timedelta(days=2)
        other = self.make_order(
            self.account.partner_id, {self.make_product("Gadget"): 1}
        )
        orders = earlier | done | stripped | late | other
        orders = orders.with_user(self.user("accountant"))

        def assert_found(*expected):
            self.env.invalidate_all()
            required = orders.filtered("is_reply_required")
            self.assertEqual(required, orders.browse().union(*expected))
            for value, found in ((True, required), (False, orders - required)):
                domain = [("id", "in", orders.ids), ("is_reply_required", "=", value)]
                self.assertEqual(orders.search(domain, order="id"), found.sorted("id"))

        assert_found(earlier, stripped)
        agreement.with_user(self.manager).action_terminate()
        assert_found()

    def test_looking_for_replies_takes_as_many_queries_for_many(self):
        self.make_quotation()
        self.make_agreement({"price": 80}, is_reply_required=True)

        def look():
            self.env["key.account.price"]._forget_rules()
            return self.env["sale.order"].search([("is_reply_required", "=", True)])

        def make_stripped(number):
            for _number in range(number):
                self.make_quotation().order_line.agreement_line_id = False

        self.count_queries(look)
        few = self.count_queries(look)
        make_stripped(20)
        self.assertEqual(self.count_queries(look), few)

    def test_twenty_quotations_take_as_many_queries_as_one(self):
        self.make_agreement({"price": 80}, is_reply_required=True)
        self.require_reply()
        orders = self.env["sale.order"].union(
            *(self.make_quotation(validity_date=self.days(-1)) for _n in range(21))
        )

        def judge(batch):
            found = batch.sudo(False)._gate_get_issues()
            self.assertEqual(len(found), len(batch))
            for issues in found.values():
                codes = {issue["code"] for issue in issues}
                self.assertEqual(codes, {"reply_missing", "quotation_expired"})

        judge(orders[:1])  # other addons' checks know their rules after that
        self.assertEqual(
            self.count_queries(judge, orders[:1]), self.count_queries(judge, orders[1:])
        )

    # -------------------------------------------------------------------- print

    def print(self, order):
        renderer = self.env["ir.actions.report"].with_user(self.salesperson)
        page = renderer._render_qweb_html("sale.action_report_saleorder", order.ids)
        return page[0].decode()

    def test_the_printed_quotation_ends_in_the_letter_to_sign(self):
        order = self.make_quotation(validity_date=self.days(5))
        self.assertNotIn("We accept quotation", self.print(order))
        self.require_reply()
        page = self.print(order)
        for text in ("We accept quotation", "Company seal", "Name and signature"):
            self.assertIn(text, page)
        version = self.revise(order)
        letter = self.print(version).split("We accept quotation")[1]
        self.assertIn(f"{order.name}-2", letter)
        self.record(version)
        self.assertNotIn("We accept quotation", self.print(version))

    def test_what_waits_for_an_approval_is_no_letter(self):
        self.require_reply()
        self.make_rule(self.manager)
        with self.assertStopped("cannot be printed", ApprovalError):
            self.print(self.make_quotation())
