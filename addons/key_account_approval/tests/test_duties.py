from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestDuties(ApprovalCase):
    """Nobody decides on what comes from them, and everybody decides once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.author = cls.colleague("author")
        cls.seller = cls.colleague("seller")
        cls.asker = cls.colleague("asker")
        cls.deputy = cls.colleague("deputy")

    def people(self, users, count=1):
        return {
            "approver_kind": "users",
            "user_ids": users.ids,
            "count_required": count,
        }

    def ask_as(self, asker, author=None, seller=None):
        """Return the request about an order that comes from these people."""
        order = self.env["sale.order"].with_user(author or self.author)
        order = order.create(
            {
                "partner_id": self.account.partner_id.id,
                "user_id": (seller or self.seller).id,
            }
        )
        order.with_user(asker).action_ask_approval("Why not")
        return order.sudo()._get_latest_request()

    # ------------------------------------------------- whom it comes from

    def test_nobody_approves_what_comes_from_them(self):
        self.make_rule(self.author | self.seller | self.asker | self.manager)
        request = self.ask_as(self.asker)
        self.assertEqual(request.approver_ids, self.manager)
        for user in (self.author, self.seller, self.asker):
            with self.subTest(user=user.name), self.assertStopped("comes from you"):
                self.decide(request, user)
            with self.subTest(user=user.name), self.assertStopped("comes from you"):
                request.with_user(user).action_reject("No")
        self.assertFalse(request.decision_ids)
        self.decide(request, self.manager)
        self.assertEqual(request.state, "approved")

    def test_nobody_approves_what_comes_from_them_for_somebody_else(self):
        self.make_rule(self.manager)
        for user in (self.author, self.seller, self.asker):
            with self.subTest(user=user.name):
                self.delegate(self.manager, user)
                request = self.ask_as(self.asker)
                self.assertEqual(request.approver_ids, self.manager)
                with self.assertStopped("comes from you"):
                    self.decide(request, user)

    def test_nobody_approves_for_the_one_whom_it_comes_from(self):
        for user in (self.author, self.seller, self.asker):
            with self.subTest(user=user.name):
                self.make_rule(user | self.manager)
                self.delegate(user, self.deputy)
                request = self.ask_as(self.asker)
                self.assertEqual(request.approver_ids, self.manager)
                with self.assertStopped("not yours to decide"):
                    self.decide(request, self.deputy)
                self.env["key.account.approval.rule"].search([]).active = False

    def test_who_stands_in_for_an_owner_and_for_another_decides_for_the_other(self):
        self.make_rule(self.author | self.manager)
        self.delegate(self.author, self.deputy)
        self.delegate(self.manager, self.deputy)
        request = self.ask_as(self.asker)
        self.assertEqual(request.approver_ids, self.manager | self.deputy)
        self.decide(request, self.deputy)
        self.assertEqual(request.decision_ids.delegator_id, self.manager)

    def test_handing_the_order_over_makes_nobody_an_approver(self):
        self.make_rule(self.seller | self.manager)
        request = self.ask_as(self.asker)
        order = self.env["sale.order"].browse(request.res_id)
        order.user_id = self.asker
        with self.assertStopped("comes from you"):
            self.decide(request, self.seller)
        self.assertEqual(request.state, "pending")

    def test_who_takes_the_order_over_does_not_approve_it(self):
        self.make_rule(self.manager | self.deputy)
        request = self.ask_as(self.asker)
        self.env["sale.order"].browse(request.res_id).user_id = self.deputy
        with self.assertStopped("comes from you"):
            self.decide(request, self.deputy)

    def test_nobody_is_left_when_all_approvers_are_owners(self):
        self.make_rule(self.author)
        request = self.ask_as(self.asker)
        self.assertTrue(request.is_stuck)
        self.assertFalse(request.approver_ids)

    # ---------------------------------------------------------------- once

    def test_one_person_decides_once_in_two_steps(self):
        both = self.manager | self.deputy
        self.make_rule(both, both | self.accountant)
        request = self.ask_as(self.asker)
        self.decide(request, self.manager)
        with self.assertStopped("have decided on .* already"):
            self.decide(request, self.manager)
        self.assertNotIn(self.manager, request.approver_ids)
        self.decide(request, self.deputy)
        self.assertEqual(request.state, "approved")

    def test_one_person_decides_once_in_parallel_steps(self):
        self.make_rule(
            self.manager, self.manager | self.accountant, step_order="parallel"
        )
        request = self.ask_as(self.asker)
        self.decide(request, self.manager)
        with self.assertStopped("have decided on .* already"):
            self.decide(request, self.manager)
        self.assertEqual(request.state, "pending")

    def test_one_person_decides_once_for_a_step_that_needs_two(self):
        self.make_rule(self.people(self.manager | self.accountant, count=2))
        request = self.ask_as(self.asker)
        self.decide(request, self.manager)
        with self.assertStopped("have decided on .* already"):
            self.decide(request, self.manager)
        self.assertEqual(len(request.decision_ids), 1)

    def test_one_person_decides_once_as_approver_and_as_delegate(self):
        self.make_rule(self.manager, self.accountant)
        self.delegate(self.accountant, self.manager)
        request = self.ask_as(self.asker)
        self.decide(request, self.manager)
        with self.assertStopped("have decided on .* already"):
            self.decide(request, self.manager)
        self.assertEqual(request.approver_ids, self.accountant)

    def test_delegator_and_delegate_are_one_voice(self):
        self.make_rule(
            self.people(self.manager | self.accountant | self.seller, count=2)
        )
        self.delegate(self.manager, self.deputy)
        for first, second in (
            (self.manager, self.deputy),
            (self.deputy, self.manager),
        ):
            with self.subTest(first=first.name):
                request = self.ask_as(self.asker)
                self.decide(request, first)
                self.assertNotIn(second, request.approver_ids)
                with self.assertStopped("not yours|have decided"):
                    self.decide(request, second)
                self.decide(request, self.accountant)
                self.assertEqual(request.state, "approved")

    def test_delegator_and_delegate_are_one_voice_in_two_steps(self):
        self.make_rule(self.manager, self.manager | self.accountant)
        self.delegate(self.manager, self.deputy)
        request = self.ask_as(self.asker)
        self.decide(request, self.deputy)
        for user in (self.manager, self.deputy):
            with self.assertStopped("not yours|have decided"):
                self.decide(request, user)

    def test_a_delegate_does_not_make_up_for_a_missing_voice(self):
        self.make_rule(self.people(self.manager | self.seller, count=2))
        self.delegate(self.manager, self.deputy)
        request = self.ask_as(self.asker)
        # The seller is out, manager and deputy are one.
        self.assertTrue(request.is_stuck)

    def test_somebody_not_asked_is_told_who_is(self):
        self.make_rule(self.manager)
        request = self.ask_as(self.asker)
        with self.assertStopped(f"not yours to decide.*: {self.manager.name}"):
            self.decide(request, self.accountant)

    def test_the_own_right_goes_before_a_delegated_one(self):
        self.make_rule(self.manager, self.deputy, step_order="parallel")
        self.delegate(self.manager, self.deputy)
        request = self.ask_as(self.asker)
        self.decide(request, self.deputy)
        self.assertFalse(request.decision_ids.delegator_id)
        self.decide(request, self.manager)
        self.assertEqual(request.state, "approved")
