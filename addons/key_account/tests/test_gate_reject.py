from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..exceptions import DutyError
from .common import GateCase


@tagged("post_install", "-at_install")
class TestGateReject(GateCase):
    """Held orders go back to their salesperson, on record, until asked for again."""

    def reject(self, order, role="manager", reason="Too much at once."):
        issues = self.open_issues(order)
        issues.with_user(self.user(role)).action_reject(reason)

    def test_order_goes_back_with_the_reason(self):
        order = self.held()
        issue = order.gate_issue_ids
        self.reject(order, reason="  Ask for money. ")
        self.assertEqual((order.state, order.gate_state), ("draft", "clear"))
        self.assertFalse(order.gate_requested_by_id)
        self.assertRecordValues(
            issue,
            [
                {
                    "state": "rejected",
                    "reason": "Ask for money.",
                    "decided_by_id": self.user("manager").id,
                }
            ],
        )
        self.assertRecordValues(
            order.activity_ids,
            [
                {
                    "user_id": self.user("salesperson").id,
                    "summary": "Ask for money.",
                }
            ],
        )
        message = order.message_ids.filtered(lambda m: "Rejected: " in m.body)
        self.assertIn("Ask for money.", message.body)
        self.assertEqual(message.author_id, self.user("manager").partner_id)

    def test_it_does_not_confirm_itself_any_more(self):
        order = self.held()
        self.reject(order)
        self.account.action_activate()
        self.judge_again()
        self.assertEqual(order.state, "draft")

    def test_asked_again_it_is_judged_again_and_the_activity_goes(self):
        order = self.held()
        self.reject(order)
        order.with_user(self.user("salesperson")).action_confirm()
        self.assertHeld(order, "suspended")
        self.assertEqual(order.gate_requested_by_id, self.user("salesperson"))
        self.reject(order)
        self.account.action_activate()
        order.with_user(self.user("salesperson")).action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.activity_ids)

    def test_what_was_released_before_does_not_count_any_more(self):
        self.expire()
        order = self.held()
        first, second = self.open_issues(order)
        first.with_user(self.user("manager")).action_release("Known.")
        second.with_user(self.user("manager")).action_reject("Not this way.")
        order.with_user(self.user("salesperson")).action_confirm()
        self.assertHeld(order, first.code, second.code)

    def test_only_whose_business_it_is_rejects_and_never_the_own_order(self):
        order = self.held()
        for role in ("salesperson", "accountant"):
            with self.subTest(role=role), self.assertStopped(DutyError, order.name):
                self.reject(order, role)
        for role in ("warehouse", "portal"):
            with self.subTest(role=role), self.assertStopped(AccessError, ""):
                self.reject(order, role)
        own = self.held(role="manager")
        with self.assertStopped(DutyError, "your own order"):
            self.reject(own)
        self.reject(own, "controller")

    def test_reason_is_required_and_a_decision_is_made_once(self):
        order = self.held()
        for reason in (None, "", "  ", 5):
            with self.assertStopped(UserError, "enter a reason"):
                self.reject(order, reason=reason)
        issue = self.open_issues(order).with_user(self.user("manager"))
        issue.action_reject("No.")
        for verb in (issue.action_reject, issue.action_release):
            with self.assertStopped(UserError, "decided already"):
                verb("Yes.")

    def test_dialog_rejects_many_orders_with_one_reason(self):
        orders = self.held() | self.held()
        manager = self.user("manager")
        action = orders.with_user(manager).action_open_gate_reject()
        dialog = (
            self.env[action["res_model"]]
            .with_user(manager)
            .with_context(**action["context"])
            .create({"reason": "Later."})
        )
        dialog.action_reject()
        self.assertEqual(set(orders.gate_issue_ids.mapped("reason")), {"Later."})
        for opening in ("action_open_gate_reject", "action_open_gate_release"):
            with self.assertStopped(UserError, "nothing to decide"):
                getattr(orders.with_user(manager), opening)()

    def test_opening_the_dialogs_says_why_nothing_is_the_users(self):
        own = self.held(role="manager").with_user(self.user("manager"))
        for opening in (own.action_open_gate_reject, own.action_open_gate_release):
            with self.assertStopped(DutyError, "your own order"):
                opening()
