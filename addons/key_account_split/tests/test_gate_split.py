from odoo.fields import Domain
from odoo.tests import tagged

from odoo.addons.key_account.tests.common import GateCase

from ..exceptions import SplitError, SplitLockedError
from .common import SplitCase


@tagged("post_install", "-at_install")
class TestGateSplit(SplitCase, GateCase):
    """The gate judges a parent order; what is decided about it holds for its children."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_stock(cls.make_product("Tea", 12.5), 100)

    def parent(self):
        return self.make_parent([self.tea], [(3,), (2,)])

    def held_parent(self):
        parent = self.parent()
        parent.user_id = self.user("salesperson")
        self.account.action_suspend()
        action = parent.with_user(self.user("salesperson")).action_split()
        self.assertIs(action, True)
        return parent

    def assertSplit(self, parent):
        self.assertEqual(parent.state, "split")
        children = parent.child_order_ids
        self.assertEqual(children.mapped("state"), ["sale", "sale"])
        self.assertEqual(set(children.mapped("gate_state")), {"clear"})
        self.assertFalse(children.gate_issue_ids)
        self.assertEqual(len(children.picking_ids), 2)
        self.assertEqual(sum(children.mapped("amount_total")), parent.amount_total)

    def test_parent_of_a_suspended_account_is_held_without_children(self):
        parent = self.held_parent()
        self.assertHeld(parent, "suspended")
        self.assertFalse(parent.child_order_ids)
        self.assertEqual(len(parent.recipient_ids), 2)
        parent.recipient_ids[0].line_ids.quantity = 4
        parent.recipient_ids[1].line_ids.quantity = 1

    def test_parent_with_an_expired_document_is_held(self):
        self.expire()
        parent = self.parent()
        parent.action_confirm()
        self.assertHeld(parent, "document_expired")
        self.assertFalse(parent.child_order_ids)

    def test_released_parent_is_split_although_the_account_is_suspended(self):
        parent = self.held_parent()
        self.release(parent)
        self.assertEqual(self.account.state, "suspended")
        self.assertEqual(parent.gate_state, "released")
        self.assertSplit(parent)

    def test_parent_splits_itself_when_the_cause_has_gone(self):
        parent = self.held_parent()
        self.account.action_activate()
        self.judge_again()
        self.assertEqual(parent.gate_state, "clear")
        self.assertSplit(parent)

    def test_released_parent_that_cannot_be_split_says_so_and_waits(self):
        parent = self.held_parent()
        parent.recipient_ids[0].line_ids.quantity = 1
        self.release(parent)
        self.assertEqual((parent.state, parent.gate_state), ("draft", "released"))
        self.assertFalse(parent.child_order_ids)
        self.assertIn("5 ordered but the recipients get 3", parent.message_ids[0].body)

    def test_mistakes_are_told_before_the_gate_is_asked(self):
        parent = self.parent()
        parent.recipient_ids[0].line_ids.quantity = 1
        self.account.action_suspend()
        with self.assertStopped(SplitError, "5 ordered but the recipients get 3"):
            parent.action_split()
        self.assertEqual(parent.gate_state, "clear")

    def test_batch_splits_what_passes_and_holds_the_rest(self):
        passing = self.parent()
        other = self.make_account(self.make_company("Other"))
        stopped = self.parent()
        ordinary = self.order(other)
        stopped.partner_id = other.partner_id
        other.action_suspend()
        (stopped | ordinary | passing).action_confirm()
        self.assertSplit(passing)
        self.assertHeld(stopped, "suspended")
        self.assertFalse(stopped.child_order_ids)
        self.assertHeld(ordinary, "suspended")

    def test_the_domain_of_subjects_finds_them(self):
        parent = self.parent()
        parent.action_split()
        orders = parent | parent.child_order_ids | self.parent()
        domain = Domain("id", "in", orders.ids) & orders._gate_get_subject_domain()
        subjects = orders._gate_get_subjects()
        own = orders.filtered(lambda order: subjects[order] == order)
        self.assertEqual(len(own), 2)
        self.assertEqual(orders.search(domain, order="id"), own.sorted("id"))

    def test_reopened_child_of_a_parent_that_had_passed_is_held(self):
        parent = self.parent()
        parent.action_split()
        child = parent.child_order_ids[0]
        child.action_cancel()
        self.account.action_suspend()
        child.action_draft()
        child.action_confirm()
        self.assertHeld(child, "suspended")
        self.release(child)
        self.assertEqual(child.state, "sale")

    def test_reopened_child_of_a_released_parent_goes_on(self):
        parent = self.held_parent()
        self.release(parent)
        child = parent.child_order_ids[0]
        child.action_cancel()
        child.action_draft()
        child.action_confirm()
        self.assertEqual((child.state, child.gate_state), ("sale", "clear"))

    def test_release_ends_when_the_parent_is_cancelled(self):
        parent = self.held_parent()
        self.release(parent)
        parent.action_cancel()
        parent.action_draft()
        for _click in range(2):
            parent.action_split()
            self.assertHeld(parent, "suspended")
        self.assertEqual(set(parent.child_order_ids.mapped("state")), {"cancel"})

    def test_copy_of_a_held_parent_starts_clear(self):
        copy = self.held_parent().copy()
        self.assertEqual(copy.gate_state, "clear")
        self.assertEqual(len(copy.recipient_ids), 2)

    def test_child_keeps_the_customer_and_terms_of_its_parent(self):
        parent = self.parent()
        parent.user_id = self.user("salesperson")
        parent.action_split()
        child, other = parent.child_order_ids
        other.action_cancel()
        other.action_draft()
        company = self.make_company("Somebody else")
        term = self.env["account.payment.term"].create({"name": "One day"})
        for order in (child, other):
            for vals in (
                {"partner_id": company.id},
                {"partner_invoice_id": company.id},
                {"payment_term_id": term.id},
            ):
                with self.assertStopped(
                    SplitLockedError, "keeps its customer and terms"
                ):
                    order.with_user(self.user("salesperson")).write(vals)
