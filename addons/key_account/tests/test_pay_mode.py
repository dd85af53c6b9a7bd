from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import DutyError
from .common import GateCase


@tagged("post_install", "-at_install")
class TestPayMode(GateCase):
    def modes(self, order):
        return order.pay_mode, order.prepaid_percent

    def test_quotation_is_paid_as_the_account_pays(self):
        order = self.order()
        self.assertEqual(self.modes(order), ("credit", 0))
        self.account.pay_mode = "prepaid"
        self.assertEqual(self.modes(order), ("prepaid", 100))
        self.account.write({"pay_mode": "mixed", "prepaid_percent": 40})
        self.assertEqual(self.modes(order), ("mixed", 40))

    def test_confirmed_order_keeps_what_was_agreed(self):
        order = self.order()
        order.action_confirm()
        self.account.pay_mode = "mixed"
        self.assertEqual(self.modes(order), ("credit", 0))

    def test_customer_without_account_has_no_pay_mode(self):
        stranger = self.make_company("Stranger")
        order = self.make_order(stranger, {self.product: 1})
        self.assertEqual(self.modes(order), (False, 0))

    def test_nobody_enters_the_pay_mode_of_an_order(self):
        order = self.order(role="salesperson").with_user(self.user("salesperson"))
        for vals in ({"pay_mode": "credit"}, {"prepaid_percent": 0}):
            with self.assertStopped(DutyError, "follows from other values"):
                order.write(vals)
        self.account.pay_mode = "prepaid"
        forged = self.order(role="salesperson", pay_mode="credit", prepaid_percent=0)
        self.assertEqual(self.modes(forged), ("prepaid", 100))

    def test_salesperson_does_not_change_the_share_of_a_reviewed_account(self):
        self.account.user_id = self.user("salesperson")
        account = self.account.with_user(self.user("salesperson"))
        with self.assertStopped(DutyError, "ask a credit controller"):
            account.prepaid_percent = 0

    def test_share_is_a_part_of_an_order(self):
        for share in (-1, 101):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(Exception, "prepaid_percent"),
                self.env.cr.savepoint(),
            ):
                self.account.prepaid_percent = share
                self.env.flush_all()
