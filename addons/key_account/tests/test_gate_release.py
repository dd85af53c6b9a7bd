from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..exceptions import DutyError
from .common import GateCase


@tagged("post_install", "-at_install")
class TestGateRelease(GateCase):
    """A release is somebody's decision, of the right role, on one content of an order."""

    def test_manager_releases_and_the_order_confirms_itself(self):
        order = self.held()
        issue = order.gate_issue_ids
        self.release(order, reason="  Paid by cheque. ")
        self.assertEqual((order.state, order.gate_state), ("sale", "released"))
        self.assertTrue(order.picking_ids)
        self.assertFalse(order.activity_ids)
        self.assertTrue(issue.date_decided)
        message = order.message_ids.filtered(lambda m: "Released: " in m.body)
        self.assertIn("Released: Paid by cheque.", message.body)
        self.assertIn(issue.text, message.body)
        self.assertEqual(message.author_id, self.user("manager").partner_id)
        self.assertRecordValues(
            issue,
            [
                {
                    "state": "released",
                    "decided_by_id": self.user("manager").id,
                    "reason": "Paid by cheque.",
                }
            ],
        )

    def test_dialog_releases_the_issues_that_it_was_opened_for(self):
        order = self.held()
        issue = order.gate_issue_ids.with_user(self.user("manager"))
        action = issue.action_open_release()
        dialog = (
            self.env[action["res_model"]]
            .with_user(self.user("manager"))
            .with_context(**action["context"])
            .create({"reason": "Paid."})
        )
        dialog.action_release()
        self.assertEqual((issue.state, issue.reason), ("released", "Paid."))
        self.assertEqual(order.state, "sale")

    def test_order_shows_what_stops_it_and_offers_the_dialog_to_who_may_release(self):
        self.expire()
        order = self.held()
        for role in ("manager", "controller", "salesperson", "accountant"):
            mine = order.with_user(self.user(role))
            with self.subTest(role=role):
                for issue in order.gate_issue_ids:
                    self.assertIn(issue.text, mine.gate_summary)
                allowed = role in ("manager", "controller")
                self.assertEqual(mine.can_release_gate, allowed)
        action = order.with_user(self.user("manager")).action_open_gate_release()
        self.assertEqual(
            set(action["context"]["default_issue_ids"]), set(order.gate_issue_ids.ids)
        )
        self.release(order)
        self.assertFalse(order.with_user(self.user("manager")).can_release_gate)

    def test_order_waits_until_the_last_issue_is_released(self):
        self.expire()
        order = self.held()
        first, second = self.open_issues(order)
        manager = self.user("manager")
        first.with_user(manager).action_release("Known.")
        self.assertHeld(order, second.code)
        self.assertTrue(order.activity_ids)
        second.with_user(manager).action_release("Known, too.")
        self.assertEqual((order.state, order.gate_state), ("sale", "released"))

    def test_several_issues_are_released_at_once(self):
        self.expire()
        orders = self.held() | self.held()
        self.release(orders, "controller")
        self.assertEqual(set(orders.mapped("state")), {"sale"})

    def test_release_does_not_confirm_what_nobody_asked_to_confirm(self):
        order = self.held()
        order._gate_withdraw_request()
        self.release(order)
        self.assertEqual((order.state, order.gate_state), ("draft", "released"))
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_what_comes_up_at_the_last_moment_is_still_the_requesters(self):
        order = self.held()
        self.expire()
        self.release(order)
        self.assertHeld(order, "document_expired")
        issue = self.open_issues(order)
        self.assertEqual(issue.requested_by_id, self.user("salesperson"))
        self.assertEqual(order.gate_requested_by_id, self.user("salesperson"))
        self.release(order)
        self.assertEqual(order.state, "sale")

    # ------------------------------------------------------------ who may not

    def test_nobody_releases_an_order_of_their_own(self):
        manager, administrator = self.user("manager"), self.user("administrator")
        self.account.action_suspend()
        ties = {
            "author": self.order(role="manager", user_id=administrator.id),
            "salesperson": self.order(role="administrator", user_id=manager.id),
            "requester": self.order(user_id=administrator.id),
        }
        for tie, order in ties.items():
            role = "manager" if tie == "requester" else "controller"
            order.with_user(self.user(role)).sudo().action_confirm()
            sentence = (
                f"^{order.name} is your own order: somebody else has to release it.$"
            )
            with self.subTest(tie=tie):
                issue = order.gate_issue_ids.with_user(manager)
                self.assertFalse(issue.can_release)
                with self.assertStopped(DutyError, sentence):
                    issue.action_release("Mine.")
                self.assertHeld(order, "suspended")

    def test_former_salesperson_does_not_release_either(self):
        order = self.order(user_id=self.user("manager").id)
        self.account.action_suspend()
        order.action_confirm()
        order.user_id = self.user("salesperson")
        with self.assertStopped(DutyError, "is your own order"):
            self.release(order)

    def test_who_may_release_is_said_to_those_who_may_not(self):
        self.expire()
        order = self.held("administrator", user_id=self.user("administrator").id)
        names = "one of: .*Manager: all accounts.*Credit controller"
        for role in ("salesperson", "accountant"):
            order.user_id = self.user(role if role == "salesperson" else "manager")
            for issue in order.gate_issue_ids.with_user(self.user(role)):
                with self.subTest(role=role, kind=issue.kind):
                    self.assertFalse(issue.can_release)
                    with self.assertStopped(
                        DutyError,
                        f"^{order.name}: this is not yours to release, ask {names}",
                    ):
                        issue.action_release("Please.")
        for role in ("warehouse", "portal"):
            with self.subTest(role=role), self.assertStopped(AccessError, ".*"):
                self.release(order, role)
        self.assertHeld(order, "suspended", "document_expired")

    def test_manager_and_controller_own_accounts_and_documents(self):
        for role in ("manager", "controller"):
            self.expire()
            order = self.held()
            issues = order.gate_issue_ids.with_user(self.user(role))
            self.assertEqual(set(issues.mapped("kind")), {"account", "document"})
            with self.subTest(role=role):
                self.assertEqual(issues.mapped("can_release"), [True, True])
                issues.action_release("Known.")
                self.assertEqual(order.state, "sale")
                self.assertEqual(issues.mapped("can_release"), [False, False])

    def test_each_kind_has_its_owners(self):
        owners = {
            "account": {"manager", "controller", "administrator"},
            "document": {"manager", "controller", "administrator"},
            "price": {"manager", "administrator"},
            "fund": {"controller"},
            "credit": {"controller"},
            "stock": {"manager", "administrator"},
        }
        order = self.held()
        values = {**order._gate_prepare_issue_vals({}), "code": "test", "text": "x"}
        for kind, roles in owners.items():
            issue = self.env["key.account.gate.issue"]._append(
                [{**values, "kind": kind}]
            )
            for role in ("manager", "controller", "administrator", "salesperson"):
                with self.subTest(kind=kind, role=role):
                    allowed = issue.with_user(self.user(role)).can_release
                    self.assertEqual(allowed, role in roles)

    # ---------------------------------------------------------- what is asked

    def test_release_needs_a_reason(self):
        order = self.held()
        for reason in (None, False, "", "  ", "\n", 7, ["Paid."], {"reason": "Paid."}):
            with (
                self.subTest(reason=reason),
                self.assertStopped(
                    UserError, "^Say why the order may go through: enter a reason.$"
                ),
            ):
                self.release(order, reason=reason)
        self.assertHeld(order, "suspended")

    def test_issue_is_decided_once(self):
        order = self.held()
        self.release(order)
        with self.assertStopped(
            UserError, f"^{order.name}: this issue has been decided already.$"
        ):
            order.gate_issue_ids.with_user(self.user("controller")).action_release(
                "Me."
            )
        self.assertEqual(order.gate_issue_ids.decided_by_id, self.user("manager"))

    def test_order_that_has_changed_is_not_released_as_it_was(self):
        order = self.held()
        order.order_line.price_unit = 9.99
        issue = order.gate_issue_ids.with_user(self.user("manager"))
        self.assertFalse(issue.can_release)
        with self.assertStopped(
            UserError,
            f"^{order.name} has been changed since it was stopped: have it confirmed "
            "again, then decide on what it is now.$",
        ):
            issue.action_release("Paid.")
        order.with_user(self.user("salesperson")).action_confirm()
        self.release(order)
        self.assertEqual((order.state, order.amount_untaxed), ("sale", 9.99))

    # -------------------------------------------------------- what it is worth

    def released_draft(self):
        """Return an order that was released, and is not confirmed yet."""
        order = self.held()
        order._gate_withdraw_request()
        self.release(order)
        self.assertEqual((order.state, order.gate_state), ("draft", "released"))
        return order

    def test_release_is_worth_nothing_after_a_change_of_one_cent(self):
        order = self.released_draft()
        order.order_line.price_unit = 10.01
        order.with_user(self.user("salesperson")).action_confirm()
        self.assertHeld(order, "suspended")
        self.assertEqual(len(order.gate_issue_ids), 2)

    def test_release_outlives_what_is_not_covered(self):
        order = self.released_draft()
        order.write({"client_order_ref": "PO-7", "note": "Ring twice."})
        order.action_confirm()
        self.assertEqual((order.state, order.gate_state), ("sale", "released"))

    def test_release_holds_for_one_cause_only(self):
        order = self.released_draft()
        self.expire()
        order.action_confirm()
        self.assertHeld(order, "document_expired")

    def test_release_ends_when_the_order_is_cancelled(self):
        order = self.released_draft()
        order.action_cancel()
        order.action_draft()
        self.assertEqual(order.gate_state, "clear")
        for _click in range(2):
            order.with_user(self.user("salesperson")).action_confirm()
            self.assertHeld(order, "suspended")
        self.judge_again()
        self.assertHeld(order, "suspended")

    def test_old_release_does_not_come_back_with_the_old_price(self):
        order = self.released_draft()
        order.action_cancel()
        order.action_draft()
        order.order_line.price_unit = 11
        order.action_confirm()
        order.order_line.price_unit = 10
        order.action_confirm()
        self.assertHeld(order, "suspended")

    def test_released_order_that_was_confirmed_and_cancelled_starts_over(self):
        order = self.held()
        self.release(order)
        order.with_context(disable_cancel_warning=True).action_cancel()
        order.action_draft()
        self.assertFalse(order.gate_requested_by_id)
        order.action_confirm()
        self.assertHeld(order, "suspended")

    def test_copy_of_a_released_order_starts_clear(self):
        order = self.held()
        self.release(order)
        copy = order.copy()
        self.assertEqual((copy.state, copy.gate_state), ("draft", "clear"))
        copy.action_confirm()
        self.assertHeld(copy, "suspended")
