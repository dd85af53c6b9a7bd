from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestDelegation(ApprovalCase):
    """Somebody decides for somebody else, between two dates."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deputy = cls.colleague("deputy")
        cls.third = cls.colleague("third")
        cls.make_rule(cls.manager)

    def refuse(self, sentence, *args, **kwargs):
        delegations = self.env["key.account.approval.delegation"]
        before = delegations.search([])
        with self.assertStopped(sentence, ValidationError):
            self.delegate(*args, **kwargs)
        self.assertEqual(delegations.search([]), before)

    # --------------------------------------------------------------- decides

    def test_a_delegate_decides_and_the_decision_says_for_whom(self):
        self.delegate(self.manager, self.deputy)
        order = self.make_quotation()
        request = self.ask(order)
        self.assertEqual(request.approver_ids, self.manager | self.deputy)
        self.decide(request, self.deputy)
        self.assertEqual(request.state, "approved")
        decision = request.decision_ids
        self.assertEqual(decision.user_id, self.deputy)
        self.assertEqual(decision.delegator_id, self.manager)
        self.assertIn(
            f"{self.deputy.name} for {self.manager.name}",
            request.step_ids.decided_by,
        )

    def test_who_is_away_may_decide_too(self):
        self.delegate(self.manager, self.deputy)
        request = self.ask(self.make_quotation())
        self.decide(request, self.manager)
        self.assertFalse(request.decision_ids.delegator_id)

    def test_a_delegate_decides_on_the_days_of_the_delegation(self):
        today = fields.Date.today()
        self.delegate(self.manager, self.deputy, start=2, end=3)
        for day, is_able in ((1, False), (2, True), (3, True), (4, False)):
            with self.subTest(day=day), freeze_time(today + timedelta(days=day)):
                request = self.ask(self.make_quotation())
                if is_able:
                    self.decide(request, self.deputy)
                    self.assertEqual(request.state, "approved")
                else:
                    with self.assertStopped("not yours to decide"):
                        self.decide(request, self.deputy)

    def test_the_companys_day_counts_wherever_the_delegate_is(self):
        self.delegate(
            self.manager, self.deputy, date_start="2026-04-01", date_end="2026-04-01"
        )
        company = self.env.company.partner_id
        for zone, approvers in (
            ("Asia/Shanghai", self.manager | self.deputy),
            ("America/New_York", self.manager),
        ):
            company.tz = zone
            with self.subTest(zone=zone), freeze_time("2026-03-31 17:00:00"):
                order = self.make_quotation().with_context(tz="UTC")
                self.assertEqual(self.ask(order).approver_ids, approvers)

    def test_a_delegation_that_is_over_counts_no_more_for_open_requests(self):
        self.delegate(self.manager, self.deputy)
        request = self.ask(self.make_quotation())
        with (
            freeze_time(fields.Date.today() + timedelta(days=5)),
            self.assertStopped("not yours to decide"),
        ):
            self.decide(request, self.deputy)

    def test_a_new_delegation_counts_for_open_requests(self):
        request = self.ask(self.make_quotation())
        self.assertEqual(request.approver_ids, self.manager)
        delegation = self.delegate(self.manager, self.deputy)
        self.assertEqual(request.approver_ids, self.manager | self.deputy)
        self.assertEqual(request.activity_ids.user_id, self.manager | self.deputy)
        delegation.active = False
        self.assertEqual(request.approver_ids, self.manager)
        self.assertEqual(request.activity_ids.user_id, self.manager)
        delegation.active = True
        delegation.unlink()
        self.assertEqual(request.approver_ids, self.manager)

    def test_an_archived_delegation_counts_in_no_context(self):
        self.delegate(self.manager, self.deputy, active=False)
        request = self.ask(self.make_quotation())
        with self.assertStopped("not yours to decide"):
            self.decide(request.with_context(active_test=False), self.deputy)

    def test_delegations_are_followed(self):
        self.delegate(self.manager, self.deputy)
        self.delegate(self.deputy, self.third)
        request = self.ask(self.make_quotation())
        self.assertEqual(request.approver_ids, self.manager | self.deputy | self.third)
        self.decide(request, self.third)
        self.assertEqual(request.decision_ids.delegator_id, self.manager)

    def test_a_delegate_who_leaves_does_not_decide(self):
        self.delegate(self.manager, self.deputy)
        request = self.ask(self.make_quotation())
        self.deputy.active = False
        self.assertEqual(request.approver_ids, self.manager)

    def test_nobody_decides_for_one_who_left(self):
        self.make_rule(self.accountant)
        self.delegate(self.manager, self.deputy)
        request = self.ask(self.make_quotation())
        self.manager.active = False
        with self.assertStopped("not yours to decide"):
            self.decide(request, self.deputy)

    # --------------------------------------------------------------- refused

    def test_oneself_is_no_delegate(self):
        self.refuse("cannot decide for themselves", self.manager, self.manager)

    def test_a_circle_is_refused(self):
        self.delegate(self.manager, self.deputy)
        self.refuse(
            f"lead back to {self.deputy.name}: {self.manager.name} delegates to them",
            self.deputy,
            self.manager,
        )

    def test_a_long_circle_is_refused(self):
        self.delegate(self.manager, self.deputy, start=0, end=5)
        self.delegate(self.deputy, self.third, start=3, end=8)
        self.refuse("lead back", self.third, self.manager, start=5, end=9)
        self.refuse("lead back", self.third, self.manager, start=0, end=3)

    def test_a_circle_of_different_dates_is_none(self):
        self.delegate(self.manager, self.deputy, start=0, end=5)
        self.delegate(self.deputy, self.manager, start=6, end=9)
        self.delegate(self.deputy, self.third, start=3, end=8)
        self.delegate(self.third, self.manager, start=0, end=2)
        self.delegate(self.third, self.manager, start=9, end=9)
        kept = self.env["key.account.approval.delegation"].search_count([])
        self.assertEqual(kept, 5)

    def test_a_circle_is_refused_when_dates_are_moved(self):
        self.delegate(self.manager, self.deputy, start=0, end=5)
        other = self.delegate(self.deputy, self.manager, start=6, end=9)
        with self.assertStopped("lead back", ValidationError):
            other.date_start = other.date_start - timedelta(days=1)
        other.active = False
        other.date_start = other.date_start - timedelta(days=1)
        with self.assertStopped("lead back", ValidationError):
            other.active = True

    def test_somebody_who_left_is_no_delegate(self):
        self.third.active = False
        for user in (self.third, self.user("portal")):
            self.refuse("does not work here any more", self.manager, user)

    def test_an_end_before_the_start_is_refused(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, "dates_ordered"),
            self.env.cr.savepoint(),
        ):
            self.delegate(self.manager, self.deputy, start=1, end=0)
