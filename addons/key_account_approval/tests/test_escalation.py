from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestEscalation(ApprovalCase):
    """What nobody decides, or can decide, does not get lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.colleague("boss")
        cls.administrator = cls.user("administrator")

    def make_escalating(self, *users, hours=24, count=1):
        users = self.env["res.users"].union(*users) or self.manager
        return self.make_rule(
            {
                "approver_kind": "users",
                "user_ids": users.ids,
                "count_required": count,
                "hours_escalation": hours,
                "escalation_user_ids": self.boss.ids,
            }
        )

    def run_job(self, hours=0):
        """Run the job as it runs so many hours from now."""
        with (
            freeze_time(fields.Datetime.now() + timedelta(hours=hours)),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("key_account_approval.ir_cron_refresh").method_direct_trigger()
        self.env.invalidate_all()

    def get_activities(self, request, user):
        return request.activity_ids.filtered(lambda a: a.user_id == user)

    # --------------------------------------------------------------- escalated

    def test_an_overdue_step_may_be_decided_by_those_above_too(self):
        self.make_escalating()
        request = self.ask(self.make_quotation())
        with self.assertStopped("not yours to decide"):
            self.decide(request, self.boss)
        self.run_job(hours=23)
        self.assertEqual(request.approver_ids, self.manager)
        self.run_job(hours=25)
        self.assertEqual(request.approver_ids, self.manager | self.boss)
        self.assertTrue(request.step_ids.is_escalated)
        self.assertTrue(self.get_activities(request, self.boss))
        self.assertRegex(
            "".join(request.message_ids.mapped("body")),
            f"not decided in time and is escalated to {self.boss.name}",
        )
        self.decide(request, self.boss)
        self.assertEqual(request.state, "approved")

    def test_the_hours_begin_with_the_step(self):
        self.make_rule(
            self.accountant,
            {
                "approver_kind": "users",
                "user_ids": self.manager.ids,
                "hours_escalation": 1,
                "escalation_user_ids": self.boss.ids,
            },
        )
        request = self.ask(self.make_quotation())
        self.run_job(hours=5)
        self.assertEqual(request.approver_ids, self.accountant)
        with freeze_time(fields.Datetime.now() + timedelta(hours=6)):
            self.decide(request, self.accountant)
        self.run_job(hours=6)
        self.assertEqual(request.approver_ids, self.manager)
        self.run_job(hours=8)
        self.assertEqual(request.approver_ids, self.manager | self.boss)

    def test_a_step_is_escalated_once(self):
        self.make_escalating()
        request = self.ask(self.make_quotation())
        self.run_job(hours=25)
        messages = request.message_ids
        self.run_job(hours=26)
        self.assertEqual(request.message_ids, messages)
        self.assertEqual(len(self.get_activities(request, self.boss)), 1)

    def test_a_step_without_hours_is_not_escalated(self):
        self.make_rule(self.manager)
        request = self.ask(self.make_quotation())
        self.run_job(hours=24 * 365)
        self.assertEqual(request.approver_ids, self.manager)

    def test_who_the_order_comes_from_does_not_decide_when_it_is_escalated(self):
        rule = self.make_escalating()
        rule.step_ids.escalation_user_ids = self.salesperson
        request = self.ask(self.make_quotation())
        self.run_job(hours=25)
        self.assertEqual(request.approver_ids, self.manager)

    def test_a_decided_request_is_left_alone_by_the_job(self):
        self.make_escalating()
        request = self.ask(self.make_quotation())
        self.decide(request, self.manager)
        self.run_job(hours=25)
        self.assertEqual(request.state, "approved")
        self.assertFalse(request.approver_ids | request.activity_ids.user_id)

    def test_several_requests_are_escalated(self):
        self.make_escalating()
        requests = self.ask(self.make_quotation()) + self.ask(self.make_quotation())
        self.run_job(hours=25)
        for request in requests:
            self.assertEqual(request.approver_ids, self.manager | self.boss)

    # ------------------------------------------------------------------- told

    def test_who_is_asked_is_told_with_a_deadline(self):
        for hours, days in ((1, 1), (24, 1), (25, 2), (72, 3)):
            with self.subTest(hours=hours):
                self.env["key.account.approval.rule"].search([]).active = False
                self.make_escalating(hours=hours)
                order = self.make_quotation()
                request = self.ask(order)
                activity = self.get_activities(request, self.manager)
                deadline = fields.Date.context_today(request) + timedelta(days=days)
                self.assertEqual(activity.date_deadline, deadline)
                self.assertEqual(activity.summary, f"Decide on {order.name}")

    def test_who_is_asked_gets_a_mail_with_the_link(self):
        self.make_rule(self.manager)
        request = self.ask(self.make_quotation())
        message = request.message_ids.search(
            [
                ("model", "=", request._name),
                ("res_id", "=", request.id),
                ("partner_ids", "in", self.manager.partner_id.ids),
            ]
        )
        self.assertIn(f"/approval/{request.id}", message.body)
        self.assertIn("A good customer", message.body)

    def test_what_is_decided_is_nobody_s_work_any_more(self):
        self.make_rule(self.manager | self.accountant)
        request = self.ask(self.make_quotation())
        self.assertEqual(len(request.activity_ids), 2)
        self.decide(request, self.manager)
        self.assertFalse(request.activity_ids)

    # ------------------------------------------------------------------ stuck

    def assertStuck(self, request, is_stuck=True):
        self.assertEqual(request.is_stuck, is_stuck)
        seen = self.env["key.account.approval.request"].with_user(self.administrator)
        found = seen.search([("is_stuck", "=", True), ("id", "=", request.id)])
        self.assertEqual(found, request if is_stuck else request.browse())

    def test_a_request_without_approvers_goes_to_the_administrators(self):
        rule = self.make_rule(self.manager)
        request = self.ask(self.make_quotation())
        self.assertStuck(request, is_stuck=False)
        self.manager.active = False
        self.assertStuck(request)
        activity = self.get_activities(request, self.administrator)
        self.assertRegex(activity.summary, "Nobody can decide on .*: change the rule")
        self.assertFalse(request.approver_ids)
        rule.step_ids.user_ids = self.boss
        self.assertStuck(request, is_stuck=False)
        self.assertEqual(request.approver_ids, self.boss)
        self.decide(request, self.boss)
        self.assertEqual(request.state, "approved")
        self.assertFalse(request.activity_ids)

    def test_administrators_are_told_once(self):
        self.make_rule(self.manager)
        request = self.ask(self.make_quotation())
        self.manager.active = False
        self.run_job()
        self.assertEqual(len(self.get_activities(request, self.administrator)), 1)

    def test_administrators_have_nothing_to_do_once_somebody_can_decide(self):
        rule = self.make_rule(self.manager)
        request = self.ask(self.make_quotation())
        self.manager.active = False
        rule.step_ids.user_ids = self.boss
        self.assertFalse(self.get_activities(request, self.administrator))

    def test_an_administrator_who_is_told_does_not_decide(self):
        self.make_rule(self.manager)
        request = self.ask(self.make_quotation())
        self.manager.active = False
        with self.assertStopped("not yours to decide"):
            self.decide(request, self.administrator)

    def test_one_of_two_who_leaves_makes_a_request_stuck(self):
        self.make_escalating(self.manager, self.accountant, count=2)
        request = self.ask(self.make_quotation())
        self.accountant.active = False
        self.assertStuck(request)
        # Those above help out.
        self.run_job(hours=25)
        self.assertStuck(request, is_stuck=False)

    def test_who_loses_the_group_is_not_asked_any_more(self):
        group = self.env["res.groups"].create({"name": "Board"})
        self.manager.group_ids += group
        self.make_rule({"approver_kind": "group", "group_id": group.id})
        request = self.ask(self.make_quotation())
        self.assertEqual(request.approver_ids, self.manager)
        self.manager.group_ids -= group
        self.assertStuck(request)
        with self.assertStopped("not yours to decide"):
            self.decide(request, self.manager)

    def test_a_team_that_changes_is_noticed_by_the_job(self):
        member = self.env["key.account.team.member"].create(
            {
                "account_id": self.account.id,
                "user_id": self.manager.id,
                "role": "finance",
            }
        )
        self.make_rule({"approver_kind": "team", "team_role": "finance"})
        request = self.ask(self.make_quotation())
        member.user_id = self.boss
        with self.assertStopped("not yours to decide", UserError):
            self.decide(request, self.manager)
        self.run_job()
        self.assertEqual(request.approver_ids, self.boss)
        member.unlink()
        self.run_job()
        self.assertStuck(request)
