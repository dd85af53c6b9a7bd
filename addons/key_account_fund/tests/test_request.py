from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.key_account.exceptions import DutyError, TransitionError
from odoo.addons.key_account.tests.common import GROUPS
from odoo.addons.key_account_approval.exceptions import ApprovalError

from ..exceptions import FundError, InsufficientFundsError
from .common import FundCase


class RequestCase(FundCase):
    """Requests about funds, asked by the salesperson and carried out by the accountant
    unless told otherwise."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Rules of the demo data would ask, too.
        cls.env["key.account.approval.rule"].search([]).active = False
        cls.salesperson = cls.user("salesperson")
        cls.accountant = cls.user("accountant")
        cls.manager = cls.user("manager")
        cls.account.user_id = cls.salesperson
        cls.colleague = new_test_user(
            cls.env, login="test_colleague", groups=GROUPS["accountant"]
        )

    @classmethod
    def make_request(cls, kind="refund", amount=40.0, fund=None, user=None, **vals):
        """Return a draft."""
        return (
            cls.env["key.account.fund.request"]
            .with_user(user or cls.salesperson)
            .create(
                {
                    "fund_id": (cls.fund if fund is None else fund).id,
                    "kind": kind,
                    "amount": amount,
                    "reason": "The customer wants it.",
                    **vals,
                }
            )
        )

    @classmethod
    def approved(cls, *args, **kwargs):
        """Return a request that somebody else has approved, as its asker."""
        request = cls.make_request(*args, **kwargs)
        request.action_ask()
        request.with_user(cls.accountant).action_approve()
        return request

    @classmethod
    def execute(cls, *args, **kwargs):
        """Return a request that has been carried out."""
        request = cls.approved(*args, **kwargs)
        request.with_user(cls.accountant).action_execute()
        return request

    @classmethod
    def make_guarantee(cls, amount=100.0):
        """Return a fund for deposits with guarantee money in it."""
        fund = cls.make_fund(kind="deposit")
        cls.deposit(amount, fund)
        return fund

    @classmethod
    def make_invoice(cls, amount, partner=None, post=True, **vals):
        """Return an invoice without an order, of the salesperson."""
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or cls.partner).id,
                "invoice_user_id": cls.salesperson.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Advice",
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **vals,
            }
        )
        if post:
            invoice.action_post()
        return invoice

    @classmethod
    def make_sibling(cls, **vals):
        """Return a fund of another account of the same group."""
        group = cls.make_company("Group")
        cls.partner.parent_id = group
        sister = cls.make_company("Sister", parent_id=group.id)
        return cls.make_fund(cls.make_account(sister), **vals)


@tagged("post_install", "-at_install")
class TestRequest(RequestCase):
    def setUp(self):
        super().setUp()
        self.deposit(100)

    # ------------------------------------------------------------- four eyes

    def test_somebody_else_approves_and_carries_out(self):
        request = self.make_request()
        self.assertEqual(request.state, "draft")
        request.action_ask()
        self.assertEqual(
            (request.state, request.asked_by_id.id), ("asked", request.env.uid)
        )
        request.with_user(self.manager).action_approve()
        self.assertEqual(request.decided_by_id, self.manager)
        request.with_user(self.accountant).action_execute()
        self.assertEqual(request.state, "done")
        self.assertEqual(request.executed_by_id, self.accountant)
        self.assertFund(60, 0)

    def test_nobody_approves_or_carries_out_what_he_asked_for(self):
        request = self.make_request(user=self.accountant)
        request.action_ask()
        with self.assertStopped(DutyError, "comes from you"):
            request.action_approve()
        request.with_user(self.colleague).action_approve()
        with self.assertStopped(DutyError, "comes from you"):
            request.action_execute()
        request.with_user(self.colleague).action_execute()
        self.assertFund(60, 0)

    def test_who_handed_in_anothers_draft_does_not_approve_it_either(self):
        request = self.make_request()
        own = request.with_user(self.accountant)
        own.action_ask()
        with self.assertStopped(DutyError, "comes from you"):
            own.action_approve()

    def test_salespeople_approve_nothing_and_carry_nothing_out(self):
        request = self.make_request(user=self.accountant)
        request.action_ask()
        other = request.with_user(self.salesperson)
        with self.assertStopped(DutyError, "ask one of"):
            other.action_approve()
        request.with_user(self.colleague).action_approve()
        for user in (self.salesperson, self.manager):
            with self.assertStopped(DutyError, "ask one of"):
                request.with_user(user).action_execute()
        self.assertFund(100, 0)

    def test_nothing_is_carried_out_without_approval(self):
        request = self.make_request()
        with self.assertStopped(TransitionError, "Draft"):
            request.with_user(self.accountant).action_execute()
        with self.assertStopped(FundError, "does not wait for approval"):
            request.with_user(self.accountant).action_approve()
        request.action_ask()
        with self.assertStopped(TransitionError, "To Approve"):
            request.with_user(self.accountant).action_execute()

    def test_a_reason_is_given(self):
        request = self.make_request(reason=" ")
        with self.assertStopped(FundError, "enter a reason"):
            request.action_ask()

    def test_what_was_handed_in_is_not_changed(self):
        request = self.approved()
        for vals in ({"amount": 90.0}, {"kind": "transfer"}, {"reason": "other"}):
            with self.assertStopped(FundError, "not a draft any more"):
                request.write(vals)
        request.action_return_to_draft()
        request.amount = 50
        request.action_ask()
        self.assertFalse(request.decided_by_id)
        self.assertEqual(request.state, "asked")

    def test_states_and_decisions_are_not_entered_by_hand(self):
        request = self.make_request()
        for vals in (
            {"state": "approved"},
            {"decided_by_id": self.manager.id},
            {"asked_by_id": self.manager.id},
            {"executed_by_id": self.manager.id},
        ):
            with self.assertStopped(DutyError, "not entered by hand"):
                request.write(vals)
            with self.assertStopped(DutyError, "not entered by hand"):
                self.make_request(user=self.accountant, **vals)
        other = self.make_account(self.make_company("Other"))
        with self.assertStopped(DutyError, "follows from other values"):
            request.key_account_id = other

    def test_cancelled_requests_are_kept_and_final(self):
        request = self.approved()
        request.action_cancel()
        with self.assertStopped(FundError, "kept as a record"):
            request.unlink()
        with self.assertStopped(TransitionError, "final"):
            request.with_user(self.accountant).action_execute()
        self.make_request().unlink()

    # ----------------------------------------------------------------- rules

    def make_rule(self, approver, **vals):
        step = {"name": "Step", "approver_kind": "users", "user_ids": approver.ids}
        return self.env["key.account.approval.rule"].create(
            {
                "name": "Large refunds",
                "res_model": "key.account.fund.request",
                "step_ids": [Command.create(step)],
                **vals,
            }
        )

    def test_a_rule_says_who_approves(self):
        self.make_rule(self.colleague)
        request = self.make_request()
        request.action_ask()
        self.assertEqual((request.state, request.approval_state), ("asked", "pending"))
        with self.assertStopped(ApprovalError, "waits for approval"):
            request.with_user(self.accountant).action_approve()
        question = request.sudo()._get_latest_request()
        self.assertEqual((question.amount, question.approver_ids), (40, self.colleague))
        question.with_user(self.colleague).action_approve()
        self.assertEqual(request.state, "approved")
        self.assertEqual(request.decided_by_id, self.colleague)
        request.with_user(self.accountant).action_execute()
        self.assertFund(60, 0)

    def test_a_rule_does_not_ask_below_its_threshold(self):
        threshold = Command.create({"measure": "amount", "value": 50})
        self.make_rule(self.colleague, threshold_ids=[threshold])
        self.assertEqual(self.approved().state, "approved")
        request = self.make_request(amount=50)
        request.action_ask()
        self.assertEqual(request.approval_state, "pending")

    def test_what_a_rule_refused_is_changed_and_asked_anew(self):
        self.make_rule(self.colleague)
        request = self.make_request()
        request.action_ask()
        question = request.sudo()._get_latest_request()
        question.with_user(self.colleague).action_reject("Less.")
        with self.assertStopped(ApprovalError, "rejected"):
            request.with_user(self.accountant).action_approve()
        request.action_return_to_draft()
        request.amount = 20
        request.action_ask()
        question = request.sudo()._get_latest_request()
        question.with_user(self.colleague).action_approve()
        self.assertEqual(request.state, "approved")

    def test_an_approval_does_not_count_for_who_asks_next(self):
        self.make_rule(self.colleague | self.accountant)
        request = self.make_request()
        request.action_ask()
        request.sudo()._get_latest_request().with_user(self.colleague).action_approve()
        request.with_user(self.colleague).action_return_to_draft()
        request.with_user(self.colleague).action_ask()
        self.assertEqual((request.state, request.approval_state), ("asked", "pending"))
        approvers = request.sudo()._get_latest_request().approver_ids
        self.assertEqual(approvers, self.accountant)

    def test_a_rule_made_later_stops_what_is_approved(self):
        request = self.approved()
        self.make_rule(self.colleague)
        with self.assertStopped(ApprovalError, "needs an approval"):
            request.with_user(self.accountant).action_execute()

    def test_a_cancelled_request_asks_nobody_any_more(self):
        self.make_rule(self.colleague)
        request = self.make_request()
        request.action_ask()
        question = request.sudo()._get_latest_request()
        request.action_cancel()
        self.assertEqual(question.state, "withdrawn")

    # -------------------------------------------------------------- bad input

    def test_amounts_that_are_not_positive_are_refused(self):
        for amount in (0.0, -5.0, 0.004):
            with self.assertStopped(ValidationError, "greater than zero"):
                self.make_request(amount=amount)

    def test_more_than_available_is_refused(self):
        self.confirm(80)
        for kind, vals in (
            ("refund", {}),
            ("transfer", {"target_fund_id": self.make_sibling().id}),
            ("apply", {"invoice_ids": self.make_invoice(90).ids}),
        ):
            request = self.make_request(kind, 20.01, **vals)
            with self.assertStopped(InsufficientFundsError, "20.00.*is available"):
                request.action_ask()

    def test_money_that_was_used_since_the_approval_is_not_there(self):
        request = self.approved(amount=40)
        self.confirm(80)
        with self.assertStopped(InsufficientFundsError, "20.00.*is available"):
            request.with_user(self.accountant).action_execute()
        self.assertEqual(request.state, "approved")
        self.assertFund(100, 80)

    def test_closed_funds_are_refused(self):
        closed = self.make_fund(kind="rebate")
        closed.action_close()
        with self.assertStopped(ValidationError, "is closed"):
            self.make_request(fund=closed)
        with self.assertStopped(ValidationError, "is closed"):
            self.make_request("transfer", target_fund_id=closed.id)

    def test_fund_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= company
        account = self.make_account(self.partner, company_id=company.id)
        other = self.env["account.account"].create(
            {
                "name": "Funds",
                "code": "219900",
                "account_type": "liability_current",
                "company_ids": [Command.set(company.ids)],
            }
        )
        fund = self.make_fund(account, account_id=other.id)
        with self.assertStopped(ValidationError, "another company"):
            self.make_request("transfer", target_fund_id=fund.id)
        with (
            mute_logger("odoo.addons.base.models.ir_rule"),
            self.assertStopped(AccessError, ""),
        ):
            self.make_request(fund=fund, user=self.accountant)

    def test_requests_are_for_those_who_may_see_the_fund(self):
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
        controller = request.with_user(self.user("controller"))
        self.assertEqual(controller.amount, 40)
        with self.assertStopped(DutyError, "ask one of"):
            controller.action_ask()

    def test_a_request_is_not_turned_to_a_fund_of_others(self):
        other = self.make_account(
            self.make_company("Other"), user_id=self.accountant.id
        )
        fund = self.make_fund(other)
        request = self.make_request()
        with (
            mute_logger("odoo.addons.base.models.ir_rule"),
            self.assertStopped(AccessError, ""),
        ):
            request.fund_id = fund

    def test_the_fund_offers_what_fits_it(self):
        guarantee = self.make_guarantee(70)
        for fund, button, kind, amount in (
            (self.fund, "action_request_refund", "refund", 100),
            (self.fund, "action_request_transfer", "transfer", 100),
            (self.fund, "action_request_apply", "apply", 100),
            (guarantee, "action_request_release", "release", 70),
            (guarantee, "action_request_apply", "apply", 70),
        ):
            context = getattr(fund.with_user(self.salesperson), button)()["context"]
            found = (context["default_kind"], context["default_amount"])
            self.assertEqual(found, (kind, amount))
        self.make_request()
        self.assertEqual((self.fund.request_count, guarantee.request_count), (1, 0))
