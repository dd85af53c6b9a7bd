from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestBadRules(ApprovalCase):
    """Rules that nobody could decide are not saved."""

    def refuse(self, sentence, *steps, **vals):
        """Assert that a rule is refused with one sentence, and not there afterwards."""
        rules = self.env["key.account.approval.rule"].with_context(active_test=False)
        before = rules.search([])
        with self.assertStopped(sentence, UserError):
            self.make_rule(*steps, **vals)
        self.assertEqual(rules.search([]), before)

    def violate(self, constraint, *steps, **vals):
        """Assert that the database refuses a rule."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, constraint),
            self.env.cr.savepoint(),
        ):
            self.make_rule(*steps, **vals)

    def test_a_rule_without_steps_is_refused(self):
        self.refuse("Rule Empty has no steps.*add at least one", name="Empty")

    def test_a_rule_keeps_one_step(self):
        rule = self.make_rule(self.manager)
        for vals in (
            {"step_ids": [Command.clear()]},
            {"step_ids": [Command.delete(rule.step_ids.id)]},
            {"step_ids": [Command.update(rule.step_ids.id, {"active": False})]},
        ):
            with self.subTest(vals=vals), self.assertStopped("no steps", UserError):
                rule.write(vals)
        self.assertTrue(rule.step_ids.active)

    def test_a_rule_that_lost_its_steps_approves_nothing(self):
        rule = self.make_rule(self.manager, name="Bare")
        self.make_rule(self.accountant)
        rule.step_ids.active = False
        order = self.make_quotation()
        with self.assertStopped("Rule Bare has no steps", UserError):
            order.action_ask_approval("Why not")
        order.action_confirm()
        self.assertHeld(order, "approval .*Bare")

    def test_a_rule_is_deleted_with_its_steps(self):
        rule = self.make_rule(self.manager)
        step = rule.step_ids
        rule.unlink()
        self.assertFalse(step.exists())

    def test_a_rule_that_was_decided_on_is_not_deleted(self):
        rule = self.make_rule(self.manager, name="Everything")
        self.ask(self.make_quotation())
        for record in (rule, rule.step_ids):
            with self.assertStopped("Step 1 of rule Everything.*archive it"):
                record.unlink()
        rule.active = False

    def test_a_step_without_approvers_is_refused(self):
        for kind in ("users", "group", "team"):
            with self.subTest(kind=kind):
                self.refuse(
                    "Rule Rule, step Step 1 has no approvers", {"approver_kind": kind}
                )

    def test_a_step_does_not_lose_its_approvers(self):
        step = self.make_rule(self.manager).step_ids
        for vals in (
            {"user_ids": [Command.clear()]},
            {"approver_kind": "group"},
            {"approver_kind": "team"},
        ):
            with self.subTest(vals=vals), self.assertStopped("no approv", UserError):
                step.write(vals)
        self.assertEqual(step.user_ids, self.manager)

    def test_an_archived_step_comes_back_with_approvers_only(self):
        rule = self.make_rule(self.manager, {"approver_kind": "users", "active": False})
        step = rule.with_context(active_test=False).step_ids - rule.step_ids
        with self.assertStopped("no approvers", UserError):
            step.active = True

    def test_an_approver_who_left_is_refused(self):
        gone = self.colleague("gone")
        gone.active = False
        portal = self.user("portal")
        for user in (gone, portal):
            with self.subTest(user=user.name):
                self.refuse("does not work here any more", user)
                self.refuse(
                    "does not work here any more",
                    {
                        "approver_kind": "users",
                        "user_ids": self.manager.ids,
                        "hours_escalation": 1,
                        "escalation_user_ids": user.ids,
                    },
                )

    def test_more_people_than_are_named_is_refused(self):
        step = {"approver_kind": "users", "user_ids": self.manager.ids}
        self.refuse("2 people .* only 1 are named", {**step, "count_required": 2})
        for count in (0, -1):
            self.violate("count_positive", {**step, "count_required": count})

    def test_bad_hours_are_refused(self):
        step = {"approver_kind": "users", "user_ids": self.manager.ids}
        self.violate("hours_not_negative", {**step, "hours_escalation": -1})
        self.refuse("to whom it is escalated", {**step, "hours_escalation": 24})

    def test_a_threshold_below_zero_is_refused(self):
        self.violate("not_negative", self.manager, thresholds={"discount": -0.01})

    def test_conditions_that_cannot_be_used_are_refused(self):
        for domain in (
            "[('amount_total', '=', 'a lot')]",
            "[('partner_id', '=', 1)",
            "partner_id = 1",
            "[('partner_id', '=', uid)]",
            "[('partner_id', '=')]",
            "[1]",
            "7",
            "{'partner_id': 1}",
            "'x'",
            "[('no_such_field', '=', 1)]",
            "[('partner_id.no_such_field', '=', 1)]",
            "[('date_order', '>', 'soon')]",
            "[('partner_id', 'no such operator', 1)]",
            "['&', ('id', '=', 1)]",
            "__import__('os').getcwd()",
        ):
            with self.subTest(domain=domain):
                self.refuse(
                    "its conditions cannot be used on Sales Order.*choose the fields",
                    self.manager,
                    domain=domain,
                )

    def test_a_type_of_document_that_cannot_be_approved_is_refused(self):
        for model in ("res.partner", "no.such.model"):
            with self.subTest(model=model):
                self.refuse(
                    f"Rule Rule: {model} is nothing that can be approved",
                    self.manager,
                    res_model=model,
                )


@tagged("post_install", "-at_install")
class TestBadRequests(ApprovalCase):
    """What cannot be asked or decided is refused, and nothing has happened."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.make_rule(cls.manager, thresholds={"amount": 100})
        cls.order = cls.make_quotation()

    def test_asking_takes_a_reason(self):
        for reason in (None, False, "", "  \n", 7, ["why"], {"why": 1}):
            with self.subTest(reason=reason), self.assertStopped("enter a reason"):
                self.order.action_ask_approval(reason)
        self.assertFalse(self.order.sudo().approval_request_ids)
        self.assertEqual(self.order.approval_state, "none")

    def test_rejecting_takes_a_reason(self):
        request = self.ask(self.order)
        for reason in (None, False, "", "  \n", 7, ["why"]):
            with self.subTest(reason=reason), self.assertStopped("enter a reason"):
                request.with_user(self.manager).action_reject(reason)
        self.assertEqual(request.state, "pending")
        self.assertFalse(request.decision_ids)

    def test_approving_takes_any_reason(self):
        for reason in (None, False, "", 7, ["why"]):
            with self.subTest(reason=reason):
                request = self.ask(self.make_quotation())
                request.with_user(self.manager).action_approve(reason)
                self.assertFalse(request.decision_ids.reason)

    def test_asking_when_no_rule_asks_is_refused(self):
        order = self.make_quotation()
        order.order_line.price_unit = 99
        with self.assertStopped(f"No rule asks for an approval of {order.name}"):
            order.action_ask_approval("Just in case")
        self.assertFalse(order.sudo().approval_request_ids)

    def test_of_several_orders_all_are_asked_about_or_none(self):
        small = self.make_quotation()
        small.order_line.price_unit = 99
        with self.assertStopped(f"No rule asks for an approval of {small.name}"):
            (self.order + small).action_ask_approval("Both")
        self.assertFalse(self.order.sudo().approval_request_ids)

    def test_asking_twice_is_refused(self):
        self.ask(self.order)
        with self.assertStopped(f"{self.order.name} waits for approval already"):
            self.order.action_ask_approval("Again")
        self.assertEqual(len(self.order.sudo().approval_request_ids), 1)

    def test_asking_about_what_is_approved_is_refused(self):
        self.decide(self.ask(self.order), self.manager)
        with self.assertStopped(f"{self.order.name} is approved already"):
            self.order.action_ask_approval("Again")

    def test_asking_about_another_ones_order_is_refused(self):
        other = new_test_user(
            self.env, login="test_other", groups="key_account.group_key_account_user"
        )
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.order.with_user(other).action_ask_approval("Mine?")
        self.assertFalse(self.order.sudo().approval_request_ids)

    def test_deciding_twice_is_refused(self):
        request = self.ask(self.order)
        self.decide(request, self.manager)
        for verb in ("action_approve", "action_reject"):
            with self.assertStopped("is closed .Approved.: there is nothing"):
                getattr(request.with_user(self.manager), verb)("Again")
        self.assertEqual(len(request.decision_ids), 1)

    def test_of_several_requests_all_are_decided_or_none(self):
        one = self.ask(self.order)
        self.rule.step_ids.user_ids = self.accountant
        two = self.ask(self.make_quotation())
        one._refresh()
        self.rule.step_ids.user_ids = self.manager
        two.step_ids.rule_step_id = self.make_rule(self.accountant).step_ids
        two._refresh()
        with self.assertStopped("not yours to decide"):
            self.decide(one + two, self.manager)
        self.assertFalse((one + two).decision_ids)

    def test_dialogs_refuse_documents_that_cannot_be_approved(self):
        dialog = self.env["key.account.approval.ask"].with_user(self.salesperson)
        for model in ("res.users", "no.such.model", ""):
            with self.subTest(model=model), self.assertStopped("can be approved"):
                dialog.create(
                    {"res_model": model, "res_ids": "1", "reason": "Why not"}
                ).action_ask()

    def test_the_dialog_asks(self):
        dialog = self.env["key.account.approval.ask"].with_user(self.salesperson)
        action = self.order.action_open_ask_approval()
        dialog = dialog.with_context(**action["context"]).create({"reason": "Why not"})
        self.assertIn(self.manager.name, dialog.preview)
        dialog.action_ask()
        self.assertEqual(self.order.approval_state, "pending")

    def test_the_dialog_shows_nothing_about_another_ones_order(self):
        dialog = self.env["key.account.approval.ask"]
        for role in ("warehouse", "salesperson"):
            user = self.colleague(f"curious_{role}", role)
            made = dialog.with_user(user).create(
                {
                    "res_model": "sale.order",
                    "res_ids": str(self.order.id),
                    "reason": "Show me",
                }
            )
            with self.subTest(role=role), self.assertRaises(AccessError):
                made.read(["preview"])

    def test_the_decision_dialog_needs_a_reason_to_reject(self):
        request = self.ask(self.order)
        dialog = self.env["key.account.approval.decide"].with_user(self.manager)
        dialog = dialog.create(
            {"request_ids": [Command.set(request.ids)], "kind": "reject"}
        )
        with self.assertStopped("enter a reason"):
            dialog.action_decide()
        dialog.reason = "Too cheap"
        dialog.action_decide()
        self.assertEqual(request.reject_reason, "Too cheap")

    def test_states_are_not_entered_by_hand(self):
        request = self.ask(self.order)
        for vals in (
            {"approval_state": "approved"},
            {"approval_request_ids": [Command.link(request.id)]},
        ):
            with self.subTest(vals=vals), self.assertStopped("not entered by hand"):
                self.order.write(vals)
            with self.subTest(vals=vals), self.assertStopped("not entered by hand"):
                self.make_quotation(**vals)
            with self.subTest(vals=vals), self.assertStopped("not entered by hand"):
                self.order.copy(vals)
        with self.assertStopped("fingerprint", UserError):
            self.order.write({"fingerprint": request.fingerprint})

    def test_archiving_the_last_approver_needs_no_permission(self):
        request = self.ask(self.order)
        self.manager.active = False
        self.assertTrue(request.is_stuck)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.rule.step_ids.name = "Renamed"
