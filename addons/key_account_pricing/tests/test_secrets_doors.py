"""Ways around a closed field: made-up values, approvals, errors, subjects, copies."""

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account_approval.exceptions import ApprovalError

from .common_secrets import GUIDE, PRICE, REASON, WORDS, SecretsCase, find_secrets

RULE_FIELDS = ("price_sheet_line_id", "promotion_line_id", "agreement_line_id")
SHOWN = {name: {} for name in ("price_unit", "price_subtotal", "price_trace")}


@tagged("post_install", "-at_install")
class TestSecretsMadeUp(SecretsCase):
    """The client sends a form's values to `onchange`, which nothing checks."""

    def ask_onchange(self, user, line, vals):
        return line.with_user(user).onchange(vals, list(vals), SHOWN)

    def test_a_made_up_rule_gives_no_guide_price(self):
        for user in (self.plain, self.accountant):
            # Entered by hand, or the price would not follow the rule.
            line = self.make_quotation_of(self.plain).order_line
            line.write({"price_unit": line.technical_price_unit})
            for name in RULE_FIELDS[:2]:
                with self.subTest(user=user.login, name=name):
                    vals = {name: self.sheet.line_ids.id}
                    answer = self.ask_onchange(user, line, vals)
                    self.assertNotIn("guide", find_secrets(answer))

    def test_a_made_up_rule_gives_a_new_line_no_guide_price(self):
        order = self.make_quotation_of(self.plain)
        for name in RULE_FIELDS[:2]:
            vals = {
                "order_id": order.id,
                "product_id": self.product.id,
                "product_uom_qty": 1,
                name: self.sheet.line_ids.id,
            }
            lines = self.env["sale.order.line"].with_user(self.plain)
            answer = lines.onchange(vals, list(vals), SHOWN)
            self.assertNotIn("guide", find_secrets(answer))
            update = Command.update(order.order_line.id, {name: vals[name]})
            answer = order.onchange(
                {"order_line": [update]},
                ["order_line"],
                {"order_line": {"fields": SHOWN}, "amount_total": {}},
            )
            self.assertFalse(answer["value"])

    def test_a_made_up_rule_gives_no_price_of_another_customer(self):
        self.sheet_rule.active = False
        other = self.make_account(
            self.make_company("Other"), user_id=self.salesperson.id
        )
        line = self.make_quotation_of(self.plain).order_line
        for name, document in (
            (
                "agreement_line_id",
                self.make_agreement({"price": GUIDE}, account_id=other.id),
            ),
            (
                "price_sheet_line_id",
                self.make_sheet({"price": GUIDE}, account_id=other.id),
            ),
        ):
            answer = self.ask_onchange(self.plain, line, {name: document.line_ids.id})
            self.assertNotIn("guide", find_secrets(answer))

    def test_what_is_made_up_is_not_saved_nor_is_its_title_told(self):
        line = self.make_quotation_of(self.plain).order_line
        for user in (self.plain, self.accountant, self.warehouse):
            for name in RULE_FIELDS[:2]:
                with (
                    self.assertRaisesRegex(ValidationError, self.sheet.name) as caught,
                    self.env.cr.savepoint(),
                ):
                    line.with_user(user).write({name: self.sheet.line_ids.id})
                self.assertFalse(find_secrets(str(caught.exception)))

    def test_the_reason_is_not_written_by_those_who_may_not_read_it(self):
        order = self.make_quotation_of(self.plain)
        line = order.order_line
        lines = line.with_context(default_guide_reason="Mine")
        vals = {"order_id": order.id, "product_id": self.product.id}
        update = Command.update(line.id, {"guide_reason": "Mine"})
        for write in (
            lambda: line.write({"guide_reason": "Mine"}),
            lambda: lines.create(vals),
            lambda: order.write({"order_line": [update]}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                write()
        for model, names, row in (
            (line, [".id", "guide_reason"], [line.id, "Mine"]),
            (
                order,
                [".id", "order_line/.id", "order_line/guide_reason"],
                [order.id, line.id, "Mine"],
            ),
        ):
            result = model.browse().load(names, [[str(value) for value in row]])
            self.assertFalse(result["ids"])
        self.assertFalse(order.sudo().order_line.filtered("guide_reason"))


@tagged("post_install", "-at_install")
class TestSecretsApproval(SecretsCase):
    """A request holds what it is about, and asks people."""

    def ask_about_guide(self):
        sheet = self.make_sheet({"price": GUIDE}, kind="guide", state="draft")
        sheet.with_user(self.second_manager).action_ask_approval("Yearly")
        return sheet.sudo()._get_latest_request()

    def test_requests_about_guide_prices_are_for_those_who_see_them(self):
        request = self.sheet.sudo()._get_latest_request()
        self.assertIn("guide", find_secrets(request.with_user(self.manager).content))
        for user in (self.plain, self.controller, self.accountant, self.warehouse):
            for records in (request, request.step_ids, request.decision_ids):
                mine = records.with_user(user)
                self.assertFalse(mine.has_access("read"))
                self.assertFalse(mine.search([("id", "in", records.ids)]))
            self.assertFalse(
                request.with_user(user).message_subscribe([user.partner_id.id])
            )
        # What is no guide price they read as before.
        other = self.order.sudo()._get_latest_request()
        self.assertTrue(other.with_user(self.controller).has_access("read"))

    def test_approvers_without_the_right_are_not_asked(self):
        self.sheet_rule.step_ids.user_ids = self.controller
        request = self.ask_about_guide()
        self.assertFalse(request.approver_ids)
        self.assertTrue(request.is_stuck)
        self.assertNotIn(self.controller, request.activity_ids.user_id)
        self.assertNotIn(self.controller.partner_id, request.message_ids.partner_ids)
        with self.assertRaises(AccessError):
            request.with_user(self.controller).action_approve()

    def test_nor_are_delegates_without_it(self):
        self.delegate(self.manager, self.controller)
        request = self.ask_about_guide()
        self.assertEqual(request.approver_ids, self.manager)

    def test_other_sheets_are_decided_by_whoever_is_asked(self):
        self.sheet_rule.step_ids.user_ids = self.controller
        sheet = self.make_sheet({"price": 9}, state="draft")
        sheet.with_user(self.second_manager).action_ask_approval("Yearly")
        request = sheet.sudo()._get_latest_request()
        request.with_user(self.controller).action_approve()
        self.assertEqual(sheet.approval_state, "approved")

    def test_a_sheet_that_becomes_one_of_guide_prices_closes_its_requests(self):
        sheet = self.make_sheet({"price": GUIDE}, kind="promotion", state="draft")
        sheet = sheet.with_user(self.second_manager)
        sheet.action_ask_approval("Yearly")
        request = sheet.sudo()._get_latest_request().with_user(self.controller)
        self.assertTrue(request.has_access("read"))
        for kind in ("guide", "promotion"):
            sheet.kind = kind
            self.assertFalse(request.has_access("read"), kind)

    def test_subjects_of_mails_do_not_tell_the_title(self):
        # Any employee reads them, core shows the names of notifications.
        rows = (
            self.env["mail.notification"]
            .with_user(self.warehouse)
            .search_read([], ["mail_message_id"])
        )
        self.assertIn(self.sheet.name, str(rows))
        self.assertFalse(find_secrets(rows))

    def test_why_a_rule_asks_tells_no_distance_from_the_guide_price(self):
        request = self.plain_order.sudo()._get_latest_request()
        self.assertIn("below the guide price", request.cause)
        dialog = {"res_model": "sale.order", "res_ids": str(self.plain_order.id)}
        for user in (self.plain, self.accountant):
            Ask = self.env["key.account.approval.ask"].with_user(user)
            preview = Ask.onchange(dialog, ["res_ids"], {"preview": {}})["value"]
            self.assertEqual(find_secrets(preview["preview"]), {"margin", "words"})
        for user in (self.clerk, self.warehouse):
            Ask = self.env["key.account.approval.ask"].with_user(user)
            with self.assertRaises(AccessError):
                Ask.onchange(dialog, ["res_ids"], {"preview": {}})

    def test_why_a_quotation_waits_is_not_told_to_customers(self):
        for user in (self.customer, self.warehouse):
            order = self.plain_order.with_user(user)
            with self.assertRaises(AccessError):
                order.read(["approval_missing"])
            report = self.env["ir.actions.report"].with_user(user)
            with self.assertRaisesRegex(
                ApprovalError, "waits for an approval"
            ) as caught:
                report._render_qweb_html("sale.report_saleorder", order.ids)
            self.assertFalse(find_secrets(str(caught.exception)))
        with self.assertRaisesRegex(ApprovalError, WORDS):
            self.plain_order.with_user(self.plain).action_quotation_send()


@tagged("post_install", "-at_install")
class TestSecretsWork(SecretsCase):
    """Who may not see guide prices works as before."""

    def test_without_the_right_an_order_is_copied_and_revised(self):
        order = self.plain_order.with_user(self.plain)
        self.assertEqual(order.copy().order_line.price_unit, PRICE)
        version = self.env["sale.order"].browse(order.action_revise()["res_id"])
        self.assertEqual(version.order_line.price_unit, PRICE)
        self.assertFalse(version.order_line.guide_reason)

    def test_with_the_right_the_reason_is_copied(self):
        self.assertEqual(self.order.copy().order_line.guide_reason, REASON)

    def test_without_the_right_prices_are_updated(self):
        self.sheet_rule.active = False
        order = self.make_quotation_of(self.plain)
        self.make_sheet({"price": 88}, kind="guide")
        order.action_update_prices()
        self.assertEqual(order.sudo().order_line.guide_price, 88)

    def test_margins_are_read_without_the_right(self):
        for user in (self.plain, self.controller, self.accountant):
            order = self.order.with_user(user)
            self.assertAlmostEqual(order.margin_current, 36.77, 2)
            self.assertAlmostEqual(order.order_line.margin_current, 36.77, 2)
