from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account.tests.common import GateCase
from odoo.addons.key_account_fund.tests.common import FundCase
from odoo.addons.key_account_split.tests.common import SplitCase


@tagged("post_install", "-at_install")
class TestDeltaCredit(FundCase, SplitCase, GateCase):
    """A split order that is changed takes credit for what rises alone: its children are
    owed already."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.write({"pay_mode": "credit", "prepaid_percent": 0})
        cls.product = cls.make_stock(cls.make_product(price=100), 1000)
        cls.limit = cls.env["key.account.credit.limit"].create(
            {"key_account_id": cls.account.id, "amount": 1000.0}
        )

    def split(self, *shares):
        parent = self.make_parent([self.product], [(share,) for share in shares])
        parent.user_id = self.user("salesperson")
        parent.order_line.tax_ids = [Command.clear()]
        parent.action_split()
        self.assertEqual(parent.state, "split")
        return parent

    def add(self, parent, quantity):
        parent.action_change_recipients()
        self.add_recipient(parent, "Added", (quantity,))
        parent.action_order_given_quantities()

    def test_children_do_not_count_twice(self):
        parent = self.split(4, 2)
        self.add(parent, 4)
        self.assertEqual(self.account.credit_exposure, 600)
        parent.action_split()
        self.assertEqual(parent.state, "split")
        self.env.invalidate_all()
        self.assertEqual(self.account.credit_exposure, 1000)

    def test_what_rises_past_the_limit_is_held(self):
        parent = self.split(4, 2)
        self.add(parent, 5)
        parent.action_split()
        self.assertHeld(parent, "credit_limit")
        self.assertEqual(self.open_issues(parent).amount_missing, 100)
        self.assertEqual(self.account.credit_exposure, 600)
        self.release(parent, "controller")
        self.assertEqual(parent.state, "split")
        self.assertEqual(self.account.credit_exposure, 1100)

    def test_what_was_delivered_and_invoiced_is_not_added_again(self):
        parent = self.split(4, 2)
        self.deliver(parent.child_order_ids)
        parent.action_create_child_invoice()
        parent.invoice_ids.action_post()
        self.add(parent, 4)
        parent.action_split()
        self.assertEqual(parent.state, "split")
        self.assertEqual(self.account.credit_exposure, 1000)

    def test_lowered_order_passes_although_the_limit_is_exceeded(self):
        parent = self.split(4, 2)
        self.limit.amount = 100
        parent.action_change_recipients()
        parent.recipient_ids[0].line_ids.quantity = 1
        parent.action_order_given_quantities()
        parent.action_split()
        self.assertEqual(parent.state, "split")
        self.assertEqual(self.account.credit_exposure, 300)

    def test_credit_and_fund_together(self):
        self.account.write({"pay_mode": "mixed", "prepaid_percent": 50})
        self.deposit(450)
        parent = self.split(4, 2)
        self.assertFund(450, 300)
        self.add(parent, 4)
        parent.action_split()
        self.assertHeld(parent, "fund_short")
        self.deposit(50)
        self.judge_again()
        self.assertEqual(parent.state, "split")
        self.assertFund(500, 500)
