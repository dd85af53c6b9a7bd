from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account.tests.common import GateCase
from odoo.addons.key_account_fund.tests.common import FundCase
from odoo.addons.key_account_split.exceptions import SplitLockedError
from odoo.addons.key_account_split.tests.common import SplitCase


@tagged("post_install", "-at_install")
class TestFundSplit(FundCase, SplitCase, GateCase):
    """What a parent order has frozen is its children's, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create({"name": "Odd", "amount": 7.7})

    def make_split(self, price, quantities, taxes=None, **vals):
        """Return a parent order, a quotation, over one product at this price."""
        product = self.make_product(
            price=price, is_storable=False, type="consu", invoice_policy="order"
        )
        parent = self.make_parent([product], [(number,) for number in quantities])
        parent.write({"user_id": self.user("salesperson").id, **vals})
        parent.order_line.write(
            {"price_unit": price, "tax_ids": [Command.set((taxes or self.tax).ids)]}
        )
        return parent

    def split(self, *args, **vals):
        """Return a parent order that has been split."""
        parent = self.make_split(*args, **vals)
        parent.action_split()
        self.assertEqual(parent.state, "split")
        return parent

    def assertShared(self, parent, total):
        """Assert that the living children have frozen ``total`` together, each what it
        is to have."""
        children = parent.child_order_ids.filtered(lambda c: c.state != "cancel")
        self.assertEqual(parent.amount_frozen, 0)
        frozen = sum(children.mapped("amount_frozen"))
        self.assertEqual(self.fund.currency_id.round(frozen), total)
        for child in children:
            self.assertEqual(child.amount_frozen, child.amount_prepaid_required)

    def test_prepaid_parent_freezes_for_its_children(self):
        self.deposit(100)
        parent = self.split(10, (2, 3, 1))
        self.assertEqual(parent.amount_total, 64.62)
        self.assertShared(parent, 64.62)
        self.assertFund(100, 64.62)

    def test_the_fund_need_only_reach_once(self):
        self.deposit(64.62)
        parent = self.split(10, (2, 3, 1))
        self.assertFund(64.62, 64.62)
        self.assertEqual(set(parent.child_order_ids.mapped("state")), {"sale"})

    def test_parent_that_lacks_a_cent_is_held(self):
        self.deposit(64.61)
        parent = self.make_split(10, (2, 3, 1))
        parent.action_split()
        self.assertHeld(parent, "fund_short")
        self.assertEqual(self.open_issues(parent).amount_missing, 0.01)
        self.assertFalse(parent.child_order_ids)
        self.deposit(0.01)
        self.judge_again()
        self.assertEqual(parent.state, "split")
        self.assertShared(parent, 64.62)

    def test_mixed_parents_conserve_every_cent(self):
        self.deposit(10000)
        posted = 0.0
        for percent, price, quantities in (
            (30, 33.33, (1, 1, 1)),
            (33.33, 0.01, (1, 1, 1)),
            (12.5, 9.99, (7, 1, 2, 3)),
            (50, 0.03, (1, 1, 1, 1, 1)),
            (99.99, 101.01, (1, 2, 4)),
        ):
            self.account.write({"pay_mode": "mixed", "prepaid_percent": percent})
            parent = self.make_split(price, quantities)
            wanted = parent.amount_prepaid_required
            parent.action_split()
            self.assertShared(parent, wanted)
            posted = self.fund.currency_id.round(posted + wanted)
            self.assertFund(10000, posted)
            # Nothing moves when they are looked at again.
            count = len(self.fund.entry_ids)
            parent.child_order_ids._fund_settle()
            self.assertEqual(len(self.fund.entry_ids), count)

    def test_cancelled_child_releases_its_part(self):
        self.deposit(100)
        self.account.write({"pay_mode": "mixed", "prepaid_percent": 30})
        parent = self.split(33.33, (1, 1, 1))
        whole = parent.amount_prepaid_required
        child = parent.child_order_ids[1]
        part = child.amount_frozen
        child._action_cancel()
        rest = self.fund.currency_id.round(whole - part)
        self.assertEqual(child.amount_frozen, 0)
        self.assertShared(parent, rest)
        child.action_draft()
        child.action_confirm()
        self.assertEqual(child.amount_frozen, part)
        self.assertShared(parent, whole)

    def test_cancelled_parent_releases_all_and_splits_again(self):
        self.deposit(100)
        parent = self.split(10, (2, 3, 1))
        parent._action_cancel()
        self.assertFund(100, 0)
        parent.action_draft()
        parent.action_unlock()
        parent.order_line.price_unit = 15
        self.assertFund(100, 0)
        parent.action_split()
        self.assertEqual(parent.amount_total, 96.93)
        self.assertShared(parent, 96.93)
        self.assertEqual(len(parent.child_order_ids), 6)

    def test_common_invoice_captures_from_all_children(self):
        self.deposit(100)
        parent = self.split(10, (2, 3, 1))
        bill = self.invoice(parent)
        self.assertEqual(len(bill), 1)
        self.assertEqual((bill.amount_total, bill.amount_residual), (64.62, 0))
        self.assertFund(35.38, 0)
        for child in parent.child_order_ids:
            self.assertEqual(child.amount_captured, child.amount_total)
        note = bill._reverse_moves()
        note.action_post()
        self.assertFund(100, 0)

    def test_children_are_invoiced_one_by_one(self):
        self.deposit(100)
        parent = self.split(10, (2, 3, 1))
        left = 64.62
        for child in parent.child_order_ids:
            bill = self.invoice(child)
            self.assertEqual(bill.payment_state, "paid")
            left = self.fund.currency_id.round(left - child.amount_total)
            self.assertFund(self.fund.currency_id.round(35.38 + left), left)

    def test_mixed_children_capture_their_share(self):
        self.deposit(100)
        self.account.write({"pay_mode": "mixed", "prepaid_percent": 30})
        parent = self.split(33.33, (1, 1, 1))
        wanted = parent.amount_prepaid_required
        bill = self.invoice(parent)
        owed = self.fund.currency_id.round(bill.amount_total - wanted)
        self.assertEqual(bill.amount_residual, owed)
        self.assertFund(self.fund.currency_id.round(100 - wanted), 0)

    def test_shortage_that_was_released_is_shared_in_proportion(self):
        self.deposit(50)
        parent = self.make_split(10, (5, 3, 2), self.env["account.tax"])
        parent.order_line.tax_ids = False
        parent.with_user(self.user("salesperson")).action_split()
        self.assertHeld(parent, "fund_short")
        self.release(parent, "controller")
        self.assertEqual(parent.state, "split")
        self.assertEqual(parent.child_order_ids.mapped("amount_frozen"), [25, 15, 10])
        self.assertFund(50, 50)

    def test_child_of_a_released_parent_comes_back(self):
        self.deposit(50)
        parent = self.make_split(10, (5, 3, 2), self.env["account.tax"])
        parent.order_line.tax_ids = False
        parent.with_user(self.user("salesperson")).action_split()
        self.release(parent, "controller")
        child = parent.child_order_ids[0]
        child._action_cancel()
        self.assertFund(50, 25)
        child.action_draft()
        child.action_confirm()
        self.assertEqual(child.state, "sale")
        self.assertFund(50, 50)

    def test_child_is_neither_raised_nor_lowered(self):
        self.deposit(100)
        parent = self.split(10, (2, 3, 1))
        line = parent.child_order_ids[0].order_line
        for price in (5, 20):
            with self.assertStopped(SplitLockedError, "cannot be changed"):
                line.price_unit = price
        self.assertShared(parent, 64.62)

    def test_split_twice_changes_nothing(self):
        self.deposit(100)
        parent = self.split(10, (2, 3, 1))
        count = len(self.fund.entry_ids)
        parent.action_split()
        self.assertEqual(len(self.fund.entry_ids), count)

    def test_two_parents_at_once_share_one_fund(self):
        self.deposit(100)
        parents = self.make_split(10, (2, 3, 1)) + self.make_split(10, (1, 1))
        parents += self.make_split(10, (1, 1, 1))
        parents.action_split()
        self.assertEqual(parents.mapped("state"), ["split", "split", "draft"])
        self.assertHeld(parents[2], "fund_short")
        self.assertFund(100, 86.16)

    def test_quotation_shows_what_is_missing(self):
        self.deposit(50)
        parent = self.make_split(10, (2, 3, 1))
        self.assertEqual(parent.amount_prepaid_required, 64.62)
        self.assertEqual(parent.amount_prepaid_missing, 14.62)
