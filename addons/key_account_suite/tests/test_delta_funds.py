from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account.tests.common import GateCase
from odoo.addons.key_account_fund.tests.common import FundCase
from odoo.addons.key_account_split.tests.common import SplitCase


@tagged("post_install", "-at_install")
class TestDeltaFunds(FundCase, SplitCase, GateCase):
    """A split order that is changed needs money for what rises, and gives back the rest;
    what its children have frozen is not asked for a second time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product(
            price=10, is_storable=False, type="consu", invoice_policy="order"
        )

    def split(self, *quantities, **vals):
        parent = self.make_parent([self.product], [(number,) for number in quantities])
        parent.write({"user_id": self.user("salesperson").id, **vals})
        parent.order_line.tax_ids = [Command.clear()]
        parent.action_split()
        self.assertEqual(parent.state, "split")
        return parent

    def change(self, parent, added=(), **quantities):
        parent.action_change_recipients()
        for number in added:
            self.add_recipient(parent, "Added", (number,))
        parent.action_order_given_quantities()

    def assertShared(self, parent):
        """Assert that the living children have frozen what the order requires."""
        children = parent.child_order_ids.filtered(lambda c: c.state != "cancel")
        for child in children:
            self.assertEqual(child.amount_frozen, child.amount_prepaid_required)
        self.assertEqual(parent.amount_frozen, 0)
        frozen = self.fund.currency_id.round(sum(children.mapped("amount_frozen")))
        self.assertEqual(frozen, parent.amount_prepaid_required)

    def test_only_the_difference_is_frozen(self):
        self.deposit(100)
        parent = self.split(3, 2)
        self.assertFund(100, 50)
        self.change(parent, added=[5])
        self.assertFund(100, 50)
        parent.action_split()
        self.assertEqual(parent.state, "split")
        self.assertFund(100, 100)
        self.assertShared(parent)

    def test_difference_that_is_not_there_holds_the_order_and_touches_no_child(self):
        self.deposit(99)
        parent = self.split(3, 2)
        children = parent.child_order_ids
        self.change(parent, added=[5])
        parent.action_split()
        self.assertHeld(parent, "fund_short")
        self.assertEqual(self.open_issues(parent).amount_missing, 1)
        self.assertEqual(set(children.mapped("state")), {"sale"})
        self.assertFund(99, 50)
        self.deposit(1)
        self.judge_again()
        self.assertEqual(parent.state, "split")
        self.assertFund(100, 100)
        self.assertShared(parent)

    def test_removed_recipient_gives_the_money_back(self):
        self.deposit(50)
        parent = self.split(3, 2)
        parent.action_change_recipients()
        parent.recipient_ids[0].unlink()
        parent.action_order_given_quantities()
        parent.action_split()
        self.assertFund(50, 20)
        self.assertShared(parent)

    def test_changed_address_needs_no_money_twice(self):
        self.deposit(50)
        parent = self.split(3, 2)
        parent.action_change_recipients()
        parent.recipient_ids[0].partner_id = self.make_address("Elsewhere")
        parent.action_split()
        self.assertEqual(parent.state, "split")
        self.assertFund(50, 50)
        self.assertShared(parent)

    def test_mixed_changes_conserve_every_cent(self):
        self.deposit(10_000)
        for percent, price in ((30, 33.33), (33.33, 0.01), (12.5, 9.99), (50, 0.03)):
            with self.subTest(percent=percent, price=price):
                self.account.write({"pay_mode": "mixed", "prepaid_percent": percent})
                parent = self.make_parent([self.product], [(1,), (1,), (2,)])
                parent.order_line.write({"price_unit": price, "tax_ids": False})
                parent.action_split()
                self.assertShared(parent)
                self.change(parent, added=[1, 3])
                parent.action_split()
                self.assertShared(parent)

    def test_who_is_left_freezes_when_served(self):
        self.deposit(60)
        parent = self.make_parent([self.product], [(3,), (2,), (1,)])
        parent.order_line.tax_ids = False
        cls = self.env.registry["sale.order"]
        original = cls._get_recipients_to_serve
        self.patch(cls, "_get_recipients_to_serve", lambda order: original(order)[:1])
        parent.action_split()
        self.assertFund(60, 30)
        self.assertEqual(parent.child_order_ids.amount_frozen, 30)
        parent.action_split()
        self.assertFund(60, 50)
        parent.action_split()
        self.assertFund(60, 60)
        self.assertShared(parent)
