from odoo.fields import Command
from odoo.tests import tagged

from .test_request import RequestCase


@tagged("post_install", "-at_install")
class TestRequestTold(RequestCase):
    """A request that waits is on the list of those who may take its next step."""

    def setUp(self):
        super().setUp()
        self.deposit(100)

    def assertTold(self, request, users, text):
        activities = request.sudo().activity_ids
        self.assertTrue(users <= activities.user_id)
        self.assertEqual(set(activities.mapped("summary")), {text})
        self.assertNotIn(self.salesperson, activities.user_id)
        self.assertEqual(len(activities), len(activities.user_id))

    def test_without_a_rule_those_with_the_right_are_told(self):
        request = self.make_request()
        self.assertFalse(request.sudo().activity_ids)
        request.action_ask()
        those = self.accountant | self.colleague | self.manager
        self.assertTold(request, those, f"Decide on {request.display_name}")
        request.with_user(self.manager).action_approve()
        those = self.accountant | self.colleague
        self.assertTold(request, those, f"Carry out {request.display_name}")
        self.assertNotIn(self.manager, request.sudo().activity_ids.user_id)
        request.with_user(self.accountant).action_execute()
        self.assertFalse(request.sudo().activity_ids)

    def test_who_asked_is_not_told(self):
        request = self.make_request(user=self.accountant)
        request.action_ask()
        told = request.sudo().activity_ids.user_id
        self.assertIn(self.colleague, told)
        self.assertNotIn(self.accountant, told)

    def test_the_team_comes_first(self):
        member = {"user_id": self.manager.id}
        self.account.member_ids = [Command.create(member)]
        request = self.make_request()
        request.action_ask()
        self.assertEqual(request.sudo().activity_ids.user_id, self.manager)

    def test_what_is_given_up_waits_for_nobody(self):
        for way in ("action_cancel", "action_return_to_draft"):
            request = self.make_request()
            request.action_ask()
            self.assertTrue(request.sudo().activity_ids)
            getattr(request, way)()
            self.assertFalse(request.sudo().activity_ids)

    def test_refund_that_is_taken_back_waits_again(self):
        request = self.execute(amount=40)
        request.sudo().payment_ids.with_user(self.accountant).action_draft()
        those = self.accountant | self.colleague
        self.assertTold(request, those, f"Carry out {request.display_name}")

    def test_whom_a_rule_asks_is_told_by_it(self):
        self.env["key.account.approval.rule"].create(
            {
                "name": "All refunds",
                "res_model": "key.account.fund.request",
                "step_ids": [
                    Command.create(
                        {
                            "name": "Step",
                            "approver_kind": "users",
                            "user_ids": self.colleague.ids,
                        }
                    )
                ],
            }
        )
        request = self.make_request()
        request.action_ask()
        self.assertFalse(request.sudo().activity_ids)
        question = request.sudo()._get_latest_request()
        self.assertEqual(question.activity_ids.user_id, self.colleague)
        question.with_user(self.colleague).action_approve()
        those = self.accountant | self.colleague
        self.assertTold(request, those, f"Carry out {request.display_name}")

    def test_when_nobody_else_can_decide_the_administrators_are_told(self):
        company = self.env["res.company"].create({"name": "Alone"})
        self.env.user.company_ids |= company
        administrator = self.user("administrator")
        self.salesperson.company_ids |= company
        administrator.company_ids |= company
        able = self.env["res.users"].search([("company_ids", "in", company.ids)])
        (able - self.salesperson - administrator).company_ids -= company
        account = self.make_account(
            self.partner, company_id=company.id, user_id=self.salesperson.id
        )
        own = self.env["account.account"].create(
            {
                "name": "Funds",
                "code": "219900",
                "account_type": "liability_current",
                "company_ids": [Command.set(company.ids)],
            }
        )
        fund = self.make_fund(account, account_id=own.id)
        # Administrators decide like managers; this one asks for it.
        request = self.make_request(fund=fund, user=administrator).sudo()
        request.state = "asked"
        request._tell_next()
        self.assertEqual(request.activity_ids.user_id, administrator)
        self.assertIn("Nobody else can decide", request.activity_ids.summary)
