from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.key_account.exceptions import DutyError, TransitionError
from odoo.addons.key_account.tests.common import GROUPS

from ..exceptions import CreditError
from .common_request import REQUEST, RequestCase


@tagged("post_install", "-at_install")
class TestCreditRequestDuties(RequestCase):
    """Who may ask, decide and read."""

    # ------------------------------------------------------------- four eyes

    def test_nobody_decides_on_what_he_asked_for(self):
        request = self.asked(user=self.controller)
        for act in (request.action_approve, lambda: request.action_reject("No.")):
            with self.assertStopped(DutyError, "comes from you"):
                act()
        request.with_user(self.colleague).action_approve()
        self.assertEqual(self.get_limit(), 1000.0)

    def test_who_handed_in_or_wrote_the_draft_does_not_decide_either(self):
        draft = self.make_request(user=self.controller)
        draft.with_user(self.salesperson).action_ask()
        with self.assertStopped(DutyError, "comes from you"):
            draft.action_approve()
        draft = self.make_request()
        draft.with_user(self.controller).action_ask()
        with self.assertStopped(DutyError, "comes from you"):
            draft.with_user(self.controller).action_approve()

    def test_the_salesperson_of_the_account_does_not_decide_though_a_manager(self):
        self.account.user_id = self.manager
        request = self.asked(user=self.controller)
        with self.assertStopped(DutyError, "your own account"):
            request.with_user(self.manager).action_approve()
        # Handing it over before the decision changes nothing.
        self.account.user_id = self.salesperson
        with self.assertStopped(DutyError, "your own account"):
            request.with_user(self.manager).action_approve()

    def test_whose_order_waits_for_it_does_not_decide(self):
        self.make_limit(100.0)
        order = self.make_sale(150.0, user_id=self.manager.id)
        order.action_confirm()
        request = self.asked(user=self.controller, order_id=order.id)
        with self.assertStopped(DutyError, "own account or order"):
            request.with_user(self.manager).action_approve()

    def test_salespeople_and_accountants_decide_nothing(self):
        request = self.asked(user=self.controller)
        with self.assertStopped(DutyError, "ask one of"):
            request.with_user(self.salesperson).action_approve()
        with self.assertStopped(DutyError, "ask one of"):
            request.with_user(self.salesperson).action_reject("No.")
        with self.assertStopped(AccessError, ""):
            request.with_user(self.user("accountant")).action_approve()
        self.assertFalse(self.limits())

    def test_a_manager_decides_too(self):
        self.asked().with_user(self.manager).action_approve()
        self.assertEqual(self.get_limit(), 1000.0)

    def test_a_rejection_says_why_and_is_final(self):
        request = self.asked()
        decider = request.with_user(self.controller)
        with self.assertStopped(CreditError, "enter a reason"):
            decider.action_reject("  ")
        wizard = decider.env["key.account.credit.reject"].create(
            {"request_ids": [Command.set(request.ids)], "reason": "Too late a payer."}
        )
        wizard.action_reject()
        self.assertEqual(request.state, "rejected")
        self.assertEqual(request.reject_reason, "Too late a payer.")
        self.assertEqual(request.decided_by_id, self.controller)
        self.assertIn("Too late a payer.", request.message_ids[0].body)
        self.assertIn(self.salesperson.partner_id, request.message_ids[0].partner_ids)
        with self.assertStopped(CreditError, "does not wait"):
            decider.action_approve()
        self.assertFalse(self.limits())

    def test_what_was_handed_in_is_not_changed(self):
        request = self.asked()
        for vals in (
            {"amount": 9.0},
            {"kind": "temporary"},
            {"reason": "other"},
            {"date_end": self.day(5)},
            {"scope": "group"},
        ):
            with self.assertStopped(CreditError, "not a draft any more"):
                request.write(vals)
        with self.assertStopped(CreditError, "kept as a record"):
            request.unlink()
        request.action_cancel()
        with self.assertStopped(TransitionError, "final"):
            request.action_ask()
        copy = request.copy()
        self.assertEqual((copy.state, copy.amount), ("draft", 1000.0))
        self.assertFalse(copy.asked_by_id)
        self.make_request().unlink()

    def test_states_decisions_and_figures_are_not_entered_by_hand(self):
        request = self.make_request(user=self.controller)
        for vals in (
            {"state": "approved"},
            {"decided_by_id": self.manager.id},
            {"asked_by_id": self.manager.id},
            {"salesperson_id": self.manager.id},
            {"reject_reason": "x"},
            {"figure_limit": 5.0},
            {"figure_exposure": 5.0},
            {"figure_parts": [["undelivered", "x", 5.0]]},
            {"figure_overdue_days": 5},
        ):
            with self.assertStopped(DutyError, "not entered by hand"):
                request.write(vals)
            with self.assertStopped(DutyError, "not entered by hand"):
                self.make_request(user=self.controller, **vals)
            context = {f"default_{name}": value for name, value in vals.items()}
            with self.assertStopped(DutyError, "not entered by hand"):
                request.with_context(**context).create(
                    {"key_account_id": self.account.id}
                )
        with self.assertStopped(DutyError, "follows from other values"):
            request.company_id = self.env["res.company"].create({"name": "Elsewhere"})

    def test_a_request_is_decided_once(self):
        request = self.approved()
        with self.assertStopped(CreditError, "does not wait"):
            request.with_user(self.colleague).action_approve()
        self.assertEqual(len(self.limits()), 1)

    # ----------------------------------------------------------------- access

    def test_requests_are_for_those_who_may_see_the_account(self):
        request = self.make_request()
        stranger = new_test_user(
            self.env, login="test_stranger", groups=GROUPS["salesperson"]
        )
        with mute_logger("odoo.addons.base.models.ir_rule"):
            for user in (self.user("portal"), self.user("warehouse"), stranger):
                with self.assertStopped(AccessError, ""):
                    request.with_user(user).read(["amount"])
                with self.assertStopped(AccessError, ""):
                    self.make_request(user=user)
        accountant = request.with_user(self.user("accountant"))
        self.assertEqual(accountant.amount, 1000.0)
        with self.assertStopped(AccessError, ""):
            accountant.write({"amount": 5.0})
        with self.assertStopped(DutyError, "ask one of"):
            accountant.action_ask()

    def test_a_request_is_not_turned_to_an_account_of_others(self):
        other = self.make_account(self.make_company("Other"), user_id=self.manager.id)
        request = self.make_request()
        with (
            mute_logger("odoo.addons.base.models.ir_rule"),
            self.assertStopped(AccessError, ""),
        ):
            request.key_account_id = other

    def test_account_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= company
        account = self.make_account(self.make_company(), company_id=company.id)
        with (
            mute_logger("odoo.addons.base.models.ir_rule"),
            self.assertStopped(AccessError, ""),
        ):
            self.make_request(user=self.controller, key_account_id=account.id)
        self.assertFalse(
            self.env[REQUEST].search([("key_account_id", "=", account.id)])
        )

    def test_limits_are_written_by_nobody(self):
        limit = self.make_limit(1000.0)
        for role in ("manager", "controller", "accountant", "administrator"):
            user = self.user(role)
            own = limit.with_user(user)
            for act in (
                lambda o=own: o.write({"amount": 5.0}),
                lambda o=own: o.create(
                    {"key_account_id": self.account.id, "amount": 5.0}
                ),
                lambda o=own: o.copy(),
                lambda o=own: o.unlink(),
            ):
                with self.assertStopped(UserError, ""):
                    act()
            account = self.account.with_user(user)
            for command in (
                Command.create({"amount": 5.0}),
                Command.update(limit.id, {"amount": 5.0}),
                Command.delete(limit.id),
            ):
                with self.assertStopped(UserError, ""):
                    account.write({"credit_limit_ids": [command]})
        self.assertEqual((self.get_limit(), len(self.limits())), (1000.0, 1))
