from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestTours(ApprovalCase, HttpCase):
    """The story of one approval, each part in the login of whose part it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.name = "Tour Boss"
        cls.accountant.name = "Tour Treasurer"
        cls.deputy = cls.user("controller")
        cls.deputy.name = "Tour Deputy"
        Group = cls.env["res.groups"]
        cls.business, cls.finance = Group.create(
            [
                {"name": "Tour Managers", "user_ids": [Command.link(cls.manager.id)]},
                {"name": "Tour Finance", "user_ids": [Command.link(cls.accountant.id)]},
            ]
        )

    def test_administrator_builds_a_rule_and_tries_it(self):
        self.make_quotation()
        administrator = self.user("administrator")
        self.start_tour("/odoo", "approval_administrator", login=administrator.login)
        rule = self.env["key.account.approval.rule"].search([])
        self.assertEqual(rule.step_ids.mapped("name"), ["Business", "Finance"])
        self.assertEqual(rule.step_ids.group_id, self.business | self.finance)

    def test_an_approval_from_the_question_to_the_signature(self):
        self.make_rule(
            {"name": "Business", "group_id": self.business.id},
            {"name": "Finance", "group_id": self.finance.id},
        )
        today = fields.Date.today()
        self.env["key.account.approval.delegation"].create(
            {
                "user_id": self.accountant.id,
                "delegate_id": self.deputy.id,
                "date_start": today,
                "date_end": today + timedelta(days=1),
            }
        )
        order = self.make_quotation(require_signature=True, require_payment=False)
        url = f"/odoo/sale.order/{order.id}"
        self.start_tour(url, "approval_salesperson", login=self.salesperson.login)
        self.start_tour("/odoo", "approval_manager", login=self.manager.login)
        self.start_tour("/odoo", "approval_delegate", login=self.deputy.login)
        self.assertEqual(order.approval_state, "approved")
        decisions = order.approval_request_ids.decision_ids.sorted("id")
        self.assertEqual(decisions.user_id, self.manager | self.deputy)
        self.assertEqual(decisions[1].delegator_id, self.accountant)
        order.action_quotation_sent()
        self.start_tour(order.get_portal_url(), "approval_customer", login=None)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.gate_state, "clear")
