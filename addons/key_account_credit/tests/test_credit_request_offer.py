from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.key_account_approval.exceptions import ApprovalError

from ..exceptions import CreditError
from .common_request import REQUEST, RequestCase


@tagged("post_install", "-at_install")
class TestCreditRequestOffer(RequestCase):
    """Where requests come from, whom they go to, and what approval rules say."""

    # ----------------------------------------------------------------- rules

    def make_rule(self, approver, **vals):
        step = {"name": "Step", "approver_kind": "users", "user_ids": approver.ids}
        return self.env["key.account.approval.rule"].create(
            {
                "name": "Large limits",
                "res_model": REQUEST,
                "step_ids": [Command.create(step)],
                **vals,
            }
        )

    def test_a_rule_says_who_decides(self):
        self.make_rule(self.colleague)
        request = self.asked()
        self.assertEqual((request.state, request.approval_state), ("asked", "pending"))
        self.assertFalse(request.activity_ids)
        for act in ("action_approve", "action_reject"):
            args = ["No."] if act == "action_reject" else []
            with self.assertStopped(ApprovalError, "waits for approval"):
                getattr(request.with_user(self.controller), act)(*args)
        question = request.sudo()._get_latest_request()
        self.assertEqual(
            (question.amount, question.approver_ids), (1000, self.colleague)
        )
        # Who decides by a rule reads no figures from the question.
        self.assertFalse([key for key in question.snapshot if "figure" in key])
        question.with_user(self.colleague).action_approve()
        self.assertEqual(
            (request.state, request.decided_by_id), ("approved", self.colleague)
        )
        self.assertEqual(self.get_limit(), 1000.0)

    def test_whoever_a_rule_names_decides_without_any_other_right(self):
        outsider = new_test_user(
            self.env, login="test_outsider", groups="base.group_user"
        )
        self.make_rule(outsider)
        request = self.asked()
        question = request.sudo()._get_latest_request().with_user(outsider)
        question.action_approve()
        self.assertEqual(self.get_limit(), 1000.0)

    def test_what_a_rule_refuses_is_rejected(self):
        self.make_rule(self.colleague)
        request = self.asked()
        question = request.sudo()._get_latest_request()
        question.with_user(self.colleague).action_reject("Less.")
        self.assertEqual((request.state, request.reject_reason), ("rejected", "Less."))
        self.assertEqual(request.decided_by_id, self.colleague)
        self.assertFalse(self.limits())

    def test_a_rule_asks_from_its_amount_on(self):
        threshold = Command.create({"measure": "amount", "value": 5000})
        self.make_rule(self.colleague, threshold_ids=[threshold])
        self.approved(4999.0)
        self.assertEqual(self.asked(5000.0).approval_state, "pending")

    def test_a_rule_asks_about_the_account_and_not_its_owner(self):
        self.account.user_id = self.colleague
        self.make_rule(self.colleague | self.manager)
        request = self.asked(user=self.controller)
        question = request.sudo()._get_latest_request()
        self.assertEqual(question.approver_ids, self.manager)

    def test_a_cancelled_request_asks_nobody_any_more(self):
        self.make_rule(self.colleague)
        request = self.asked()
        question = request.sudo()._get_latest_request()
        request.action_cancel()
        self.assertEqual(question.state, "withdrawn")

    # -------------------------------------------------------------- who is told

    def test_those_who_may_decide_are_told_and_then_no_more(self):
        request = self.asked()
        users = request.sudo().activity_ids.user_id
        self.assertLessEqual(self.controller | self.manager | self.colleague, users)
        self.assertNotIn(self.salesperson, users)
        self.assertNotIn(self.user("warehouse"), users)
        request.with_user(self.controller).action_approve()
        self.assertFalse(request.sudo().activity_ids)

    def test_the_team_is_told_before_others(self):
        self.env["key.account.team.member"].create(
            {
                "account_id": self.account.id,
                "user_id": self.manager.id,
                "role": "finance",
            }
        )
        request = self.asked()
        self.assertEqual(request.sudo().activity_ids.user_id, self.manager)
        request.action_cancel()
        self.assertFalse(request.sudo().activity_ids)

    # ------------------------------------------------------------- from where

    def held_order(self, amount=150.0, limit=100.0):
        if limit is not None:
            self.make_limit(limit)
        order = self.make_sale(amount, user_id=self.salesperson.id)
        order.with_user(self.salesperson).action_confirm()
        return order

    def prefilled(self, order, user):
        own = order.with_user(user)
        self.assertTrue(own.can_request_limit)
        context = own.action_request_limit()["context"]
        return tuple(
            context.get(f"default_{name}")
            for name in ("key_account_id", "kind", "scope", "amount", "order_id")
        )

    def test_a_held_order_offers_what_it_lacks(self):
        order = self.held_order()
        for user, kind, amount in (
            (self.salesperson, "temporary", 50.0),
            (self.controller, "permanent", 150.0),
            (self.manager, "permanent", 150.0),
        ):
            expected = (self.account.id, kind, "account", amount, order.id)
            self.assertEqual(self.prefilled(order, user), expected)
        request = self.asked(
            50.0, kind="temporary", date_end=self.day(9), order_id=order.id
        )
        action = order.with_user(self.controller).action_request_limit()
        self.assertEqual(action["res_id"], request.id)
        request.with_user(self.controller).action_approve()
        self.judge_again()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.can_request_limit)
        with self.assertStopped(CreditError, "does not wait"):
            order.action_request_limit()

    def test_what_is_offered_lets_the_order_through_in_another_currency(self):
        euro = self.env.ref("base.EUR")
        self.assertNotEqual(euro, self.company.currency_id)
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "rate": 0.93, "name": self.day(-9)}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        self.make_limit(100.0)
        order = self.make_sale(
            111.11, user_id=self.salesperson.id, pricelist_id=pricelist.id
        )
        self.assertEqual(order.currency_id, euro)
        order.with_user(self.salesperson).action_confirm()
        self.assertHeld(order, "credit_limit")
        amount = self.prefilled(order, self.salesperson)[3]
        self.assertAlmostEqual(amount, 111.11 / 0.93 - 100.0, delta=0.02)
        self.approved(amount, kind="temporary", date_end=self.day(9))
        self.judge_again()
        self.assertEqual(order.state, "sale")

    def test_the_limit_of_the_group_is_asked_for_the_head(self):
        head = self.make_account(self.make_company("Head"), user_id=self.manager.id)
        self.partner.parent_id = head.partner_id
        self.make_limit(100.0, account=head, scope="group")
        order = self.held_order(limit=None)
        self.assertHeld(order, "credit_group_limit")
        expected = (head.id, "permanent", "group", 150.0, order.id)
        self.assertEqual(self.prefilled(order, self.controller), expected)
        with self.assertStopped(CreditError, "not yours to ask for"):
            order.with_user(self.salesperson).action_request_limit()
        request = self.asked(
            150.0,
            user=self.controller,
            key_account_id=head.id,
            scope="group",
            order_id=order.id,
        )
        request.with_user(self.colleague).action_approve()
        self.judge_again()
        self.assertEqual(order.state, "sale")

    def test_orders_that_wait_for_something_else_offer_none(self):
        order = self.held(user_id=self.salesperson.id)
        self.assertHeld(order, "suspended")
        self.assertFalse(order.with_user(self.salesperson).can_request_limit)

    def test_account_and_limit_offer_requests(self):
        limit = self.make_limit(1000.0).with_user(self.controller)
        context = limit.action_request_end()["context"]
        self.assertEqual(context["default_kind"], "end")
        self.assertEqual(context["default_limit_id"], limit.id)
        own = self.account.with_user(self.salesperson)
        context = own.action_request_limit()["context"]
        self.assertEqual(context["default_key_account_id"], self.account.id)
        self.make_request()
        self.assertEqual(own.credit_request_count, 1)
        self.assertEqual(
            self.env[REQUEST].search(own.action_open_credit_requests()["domain"]),
            self.account.credit_request_ids,
        )
        with self.assertStopped(AccessError, ""):
            limit.with_user(self.salesperson).action_request_change()
