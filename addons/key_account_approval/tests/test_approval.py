from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account.exceptions import DutyError

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApproval(ApprovalCase):
    """How a request goes through its steps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.colleague("second")

    def states(self, request):
        return request.step_ids.sorted("stage").mapped("state")

    def test_an_approved_order_is_confirmed(self):
        self.make_rule(self.manager, self.accountant)
        order = self.make_quotation()
        request = self.ask(order)
        request.with_user(self.manager).action_approve()
        self.assertEqual(order.approval_state, "pending")
        request.with_user(self.accountant).action_approve()
        self.assertEqual(order.approval_state, "approved")
        order.with_user(self.salesperson).action_confirm()
        self.assertEqual(order.state, "sale")

    def test_a_request_says_what_was_asked_by_whom_and_why(self):
        rule = self.make_rule(self.manager, name="Everything", description="By law")
        order = self.make_quotation(quantity=2)
        request = self.ask(order, " A good customer ")
        self.assertEqual(request.document_name, order.name)
        self.assertEqual(request.requester_id, self.salesperson)
        self.assertEqual(request.reason, "A good customer")
        self.assertEqual(request.rule_ids, rule)
        self.assertEqual(request.cause, "Everything: By law")
        self.assertEqual((request.amount, request.account_id), (200, self.account))
        self.assertEqual(request.fingerprint, order.fingerprint)
        self.assertIn("100.00", request.content)

    def test_steps_in_sequence_open_one_after_the_other(self):
        self.make_rule(self.manager, self.accountant)
        request = self.ask(self.make_quotation())
        self.assertEqual(self.states(request), ["open", "waiting"])
        self.assertEqual(request.approver_ids, self.manager)
        with self.assertStopped(f"not yours to decide.*{self.manager.name}"):
            self.decide(request, self.accountant)
        self.decide(request, self.manager)
        self.assertEqual(self.states(request), ["approved", "open"])
        self.assertEqual(request.approver_ids, self.accountant)
        self.decide(request, self.accountant)
        self.assertEqual(self.states(request), ["approved", "approved"])
        self.assertEqual(request.state, "approved")
        self.assertTrue(request.date_closed)

    def test_parallel_steps_are_decided_in_any_order(self):
        self.make_rule(self.manager, self.accountant, step_order="parallel")
        request = self.ask(self.make_quotation())
        self.assertEqual(self.states(request), ["open", "open"])
        self.assertEqual(request.approver_ids, self.manager | self.accountant)
        self.decide(request, self.accountant)
        self.assertEqual(request.state, "pending")
        self.decide(request, self.manager)
        self.assertEqual(request.state, "approved")

    def test_a_step_that_needs_two_people_takes_two(self):
        people = self.manager | self.second | self.accountant
        step = {"approver_kind": "users", "user_ids": people.ids, "count_required": 2}
        self.make_rule(step)
        request = self.ask(self.make_quotation())
        self.decide(request, self.second)
        self.assertEqual(request.state, "pending")
        self.decide(request, self.accountant)
        self.assertEqual(request.state, "approved")
        self.assertEqual(request.decision_ids.user_id, self.second | self.accountant)

    def test_two_rules_ask_the_same_people_once(self):
        one = self.make_rule(self.manager, name="One")
        two = self.make_rule(self.accountant, self.manager, name="Two")
        request = self.ask(self.make_quotation())
        self.assertEqual(request.rule_ids, one | two)
        self.assertEqual(
            request.step_ids.sorted("stage").mapped("approver_ids"), self.accountant
        )
        self.assertEqual(len(request.step_ids), 2)
        self.decide(request, self.accountant, self.manager)
        self.assertEqual(request.state, "approved")

    def test_of_two_rules_the_one_that_wants_more_people_counts(self):
        people = (self.manager | self.second).ids
        for count in (1, 2):
            self.make_rule(
                {"approver_kind": "users", "user_ids": people, "count_required": count}
            )
        request = self.ask(self.make_quotation())
        self.assertEqual(request.step_ids.mapped("count_required"), [2])
        self.decide(request, self.manager)
        self.assertEqual(request.state, "pending")

    def test_two_steps_of_one_rule_with_the_same_people_take_two_of_them(self):
        people = self.manager | self.second
        self.make_rule(people, people)
        request = self.ask(self.make_quotation())
        self.decide(request, self.manager)
        self.assertEqual(request.state, "pending")
        self.decide(request, self.second)
        self.assertEqual(request.state, "approved")

    def test_a_decision_is_noted_on_request_and_order(self):
        self.make_rule(self.manager)
        order = self.make_quotation()
        request = self.ask(order)
        request.with_user(self.manager).action_approve("Fine")
        for record in (request, order):
            self.assertRegex(
                record.message_ids[0].body, f"Approved: {self.manager.name}.*Fine"
            )
        decision = request.decision_ids
        self.assertEqual((decision.kind, decision.reason), ("approve", "Fine"))
        self.assertEqual(decision.fingerprint, order.fingerprint)

    # ------------------------------------------------------------- refused

    def test_a_rejected_order_is_not_confirmed_and_says_why(self):
        self.make_rule(self.manager, self.accountant)
        order = self.make_quotation()
        request = self.ask(order)
        request.with_user(self.manager).action_reject("Too cheap")
        self.assertEqual((request.state, order.approval_state), ("rejected",) * 2)
        self.assertEqual(self.states(request), ["rejected", "closed"])
        self.assertFalse(request.approver_ids)
        order.action_confirm()
        self.assertHeld(order, "rejected .Too cheap.")
        with self.assertStopped("is closed .Rejected."):
            self.decide(request, self.accountant)

    def test_a_rejected_order_is_asked_about_again_as_it_is(self):
        self.make_rule(self.manager)
        order = self.make_quotation()
        first = self.ask(order)
        first.with_user(self.manager).action_reject("Why?")
        second = self.ask(order, "Because it opens a market")
        self.assertNotEqual(first, second)
        self.decide(second, self.manager)
        self.assertEqual(order.approval_state, "approved")
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_a_rejected_order_is_asked_about_again_after_a_change(self):
        self.make_rule(self.manager)
        order = self.make_quotation()
        self.ask(order).with_user(self.manager).action_reject("Too cheap")
        order.order_line.price_unit = 120
        self.decide(self.ask(order), self.manager)
        self.assertEqual(order.approval_state, "approved")

    # ------------------------------------------------------------ withdrawn

    def test_only_the_requester_withdraws(self):
        self.make_rule(self.manager)
        order = self.make_quotation()
        request = self.ask(order)
        for user in (self.manager, self.user("administrator")):
            with self.assertStopped(f"asked by {self.salesperson.name}"):
                request.with_user(user).action_withdraw()
        request.with_user(self.salesperson).action_withdraw()
        self.assertEqual((request.state, order.approval_state), ("withdrawn", "none"))
        with self.assertStopped("is closed .Withdrawn."):
            self.decide(request, self.manager)
        self.assertEqual(self.ask(order).state, "pending")

    def test_what_is_decided_is_not_withdrawn(self):
        order, request = self.approved()
        with self.assertStopped("is closed .Approved."):
            request.with_user(self.salesperson).action_withdraw()
        self.assertEqual(order.approval_state, "approved")

    # ------------------------------------------------------------- the gate

    def test_an_order_that_waits_for_approval_is_held(self):
        self.make_rule(self.manager, name="Everything")
        order = self.make_quotation()
        order.action_confirm()
        self.assertHeld(order, "needs an approval .Everything.")
        self.ask(order)
        order.action_confirm()
        self.assertHeld(order, "approval .Everything.")
        self.assertIn("waits for approval", order._get_approval_missing()[order])

    def test_a_held_order_says_that_it_waits_once_it_is_asked_for(self):
        self.make_rule(self.manager)
        order = self.make_quotation()
        order.action_confirm()
        self.assertHeld(order, "ask for approval")
        self.ask(order)
        self.assertHeld(order, "It waits for approval")

    def test_a_held_order_confirms_itself_with_the_last_step(self):
        self.make_rule(self.manager, self.accountant)
        order = self.make_quotation()
        order.action_confirm()
        request = self.ask(order)
        self.decide(request, self.manager)
        self.assertHeld(order, "approval")
        self.decide(request, self.accountant)
        self.assertEqual((order.state, order.gate_state), ("sale", "clear"))

    def test_nobody_asked_to_confirm_an_approved_quotation(self):
        order, _request = self.approved()
        self.assertEqual((order.state, order.gate_state), ("draft", "clear"))

    def test_nobody_releases_a_missing_approval(self):
        self.make_rule(self.manager)
        order = self.make_quotation()
        order.action_confirm()
        issue = self.open_issues(order)
        with self.assertStopped("nobody releases this", DutyError):
            issue.with_user(self.manager).action_release("Please")
        self.assertHeld(order, "approval")

    def release(self, order):
        issues = self.open_issues(order).filtered(lambda i: i.kind == "account")
        issues.with_user(self.manager).action_release("They have paid")

    def test_of_two_issues_both_have_to_go(self):
        self.make_rule(self.accountant)
        self.account.action_suspend()
        for released_first in (True, False):
            with self.subTest(released_first=released_first):
                order = self.make_quotation()
                order.action_confirm()
                self.assertHeld(order, "suspended", "approval")
                request = self.ask(order)
                if released_first:
                    self.release(order)
                    self.assertHeld(order, "approval")
                    self.decide(request, self.accountant)
                else:
                    self.decide(request, self.accountant)
                    self.assertHeld(order, "suspended")
                    self.release(order)
                self.assertEqual(order.state, "sale")

    # ------------------------------------------------- copies and afterlives

    def test_a_copy_needs_an_approval_of_its_own(self):
        order, _request = self.approved()
        copy = order.copy()
        self.assertEqual(copy.approval_state, "none")
        self.assertFalse(copy.approval_request_ids)
        copy.action_confirm()
        self.assertHeld(copy, "needs an approval")
        self.assertEqual(order.approval_state, "approved")

    def test_decisions_outlive_a_cancellation(self):
        order, request = self.approved()
        order.action_confirm()
        order.action_cancel()
        order.action_draft()
        self.assertEqual(request.decision_ids.user_id, self.manager)
        self.assertEqual(order.approval_state, "approved")
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_an_order_with_a_decision_is_not_deleted(self):
        order, request = self.approved()
        with self.assertStopped("cannot be deleted"):
            order.sudo().unlink()
        self.assertTrue(request.decision_ids)

    # ------------------------------------------------- a rule is met later

    def test_an_approval_does_not_cover_a_rule_that_is_met_later(self):
        order, request = self.approved()
        self.make_rule(self.accountant, name="Margins", thresholds={"margin": 20})
        self.assertFalse(order._get_approval_missing())
        self.product.standard_price = 90
        self.assertIn("Margins", order._get_approval_missing()[order])
        order.action_confirm()
        self.assertHeld(order, "needs an approval.*Margins")
        self.assertEqual(request.state, "approved")
        self.decide(self.ask(order), self.manager, self.accountant)
        self.assertEqual(order.state, "sale")

    def test_an_approval_does_not_cover_a_rule_that_is_added_later(self):
        order, _request = self.approved()
        self.make_rule(self.accountant, name="New")
        order.action_confirm()
        self.assertHeld(order, "needs an approval.*New")

    def test_an_approval_counts_when_a_rule_goes_away(self):
        self.make_rule(self.manager)
        other = self.make_rule(self.accountant)
        order = self.make_quotation()
        self.decide(self.ask(order), self.manager, self.accountant)
        other.active = False
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_several_orders_are_asked_about_and_decided_together(self):
        self.make_rule(self.manager)
        orders = self.make_quotation() + self.make_quotation()
        orders.action_ask_approval("Both")
        requests = orders.sudo().approval_request_ids
        self.assertEqual(len(requests), 2)
        wizard = self.env["key.account.approval.decide"].with_user(self.manager)
        wizard.create({"request_ids": [Command.set(requests.ids)]}).action_decide()
        self.assertEqual(orders.mapped("approval_state"), ["approved"] * 2)
