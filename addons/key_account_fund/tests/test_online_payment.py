from odoo.fields import Command
from odoo.tests import tagged

from .common import FundCase


class OnlineCase(FundCase):
    """A provider that says of each payment what the test wants."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.email = "acme@example.com"
        cls.method = cls.env.ref("payment.payment_method_unknown")
        cls.provider = cls.env["payment.provider"].create(
            {
                "name": "Provider",
                "code": "none",
                "state": "test",
                "payment_method_ids": [Command.set(cls.method.ids)],
            }
        )
        cls.env["account.payment.method.line"].create(
            {
                "name": "Provider",
                "payment_method_id": cls.env.ref(
                    "account.account_payment_method_manual_in"
                ).id,
                "journal_id": cls.bank.id,
                "payment_provider_id": cls.provider.id,
            }
        )

    def make_transaction(self, amount, order=None, **vals):
        """Return a transaction about the order that the provider has completed."""
        order = order or self.env["sale.order"]
        number = self.env["payment.transaction"].search_count([])
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "reference": f"T-{order.name}-{number}",
                "amount": amount,
                "currency_id": (order or self.fund).currency_id.id,
                "partner_id": (order or self.fund).partner_id.id,
                "operation": "online_direct",
                "state": "done",
                "sale_order_ids": [Command.set(order.ids)],
                **vals,
            }
        )

    def pay(self, amount, order=None, **vals):
        """Return such a transaction after what follows from it was done."""
        transaction = self.make_transaction(amount, order, **vals)
        transaction._post_process()
        return transaction


@tagged("post_install", "-at_install")
class TestOnlinePayment(OnlineCase):
    def test_paid_order_is_deposited_and_confirmed_at_once(self):
        order = self.make_sale(80)
        transaction = self.pay(80, order)
        self.assertLedger("deposit 80; freeze 80 S1")
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.gate_issue_ids)
        payment = transaction.payment_id
        self.assertEqual(payment.key_account_fund_id, self.fund)
        self.assertEqual(self.fund.entry_ids.move_id, payment.move_id)

    def test_held_order_that_is_paid_online_confirms_itself(self):
        order = self.confirm(80)
        self.assertHeld(order, "fund_short")
        self.pay(80, order)
        self.assertEqual(order.state, "sale")
        self.assertFund(80, 80)

    def test_part_of_the_money_is_deposited_and_the_order_stays_held(self):
        order = self.make_sale(80)
        self.pay(50, order)
        self.assertHeld(order, "fund_short")
        self.assertFund(50, 0)
        self.assertEqual(order.amount_prepaid_missing, 30)
        self.pay(30, order)
        self.assertEqual(order.state, "sale")
        self.assertFund(80, 80)

    def test_order_held_for_something_else_keeps_its_money(self):
        order = self.make_sale(80)
        self.account.action_suspend()
        self.pay(80, order)
        self.assertHeld(order, "suspended")
        self.account.action_activate()
        self.judge_again()
        self.assertEqual(order.state, "sale")
        self.assertFund(80, 80)

    def test_payment_processed_again_is_one_deposit(self):
        order = self.make_sale(80)
        transaction = self.pay(80, order)
        transaction._post_process()
        self.assertLedger("deposit 80; freeze 80 S1")

    def test_authorized_payment_is_no_money_yet(self):
        self.provider.support_manual_capture = "full_only"
        order = self.make_sale(80)
        transaction = self.pay(80, order, state="authorized")
        self.assertHeld(order, "fund_short")
        self.assertFund(0, 0)
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(order.state, "sale")
        self.assertFund(80, 80)

    def test_payment_captured_in_parts_is_deposited_in_parts(self):
        self.provider.support_manual_capture = "partial"
        order = self.make_sale(80)
        source = self.pay(80, order, state="authorized")
        for amount in (50, 30):
            child = source._create_child_transaction(amount)
            child._set_done()
            child._post_process()
        source._post_process()
        self.assertFund(80, 80)
        self.assertEqual(order.state, "sale")

    def test_fund_is_opened_with_the_first_payment(self):
        account = self.make_account(self.make_company("New"), pay_mode="prepaid")
        order = self.make_sale(80, account)
        self.pay(80, order)
        fund = account.fund_ids
        self.assertEqual(
            (fund.kind, fund.currency_id), ("prepayment", order.currency_id)
        )
        self.assertLedger("deposit 80; freeze 80 S1", fund)

    def test_whoever_pays_it_is_the_accounts_money(self):
        order = self.make_sale(80)
        self.pay(80, order, partner_id=self.make_company("Friend").id)
        self.assertFund(80, 80)

    def test_the_customer_who_pays_needs_no_right(self):
        account = self.make_account(self.make_company("New"), pay_mode="prepaid")
        order = self.make_sale(80, account)
        transaction = self.make_transaction(80, order)
        transaction.with_user(self.user("portal")).sudo()._post_process()
        self.assertEqual(order.state, "sale")
        self.assertFund(80, 80, account.fund_ids)

    def test_mixed_order_pays_into_the_fund_and_freezes_its_share(self):
        self.account.write({"pay_mode": "mixed", "prepaid_percent": 30})
        order = self.make_sale(100)
        self.pay(30, order)
        self.assertEqual(order.state, "sale")
        self.assertFund(30, 30)

    def test_order_on_credit_is_paid_as_ever(self):
        self.account.pay_mode = "credit"
        transaction = self.pay(80, self.make_sale(80))
        self.assertFalse(transaction.payment_id.key_account_fund_id)
        self.assertFund(0, 0)

    def test_invoice_paid_online_is_paid_as_ever(self):
        self.account.pay_mode = "credit"
        order = self.confirm(80)
        self.account.pay_mode = "prepaid"
        invoice = self.invoice(order)
        transaction = self.pay(80, invoice_ids=[Command.set(invoice.ids)])
        self.assertFalse(transaction.payment_id.key_account_fund_id)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertFund(0, 0)

    def test_invoice_made_with_the_payment_is_paid_from_the_fund(self):
        self.env["ir.config_parameter"].set_param("sale.automatic_invoice", "True")
        order = self.make_sale(80)
        transaction = self.make_transaction(80, order)
        transaction.with_context(skip_sale_auto_invoice_send=True)._post_process()
        self.assertEqual(order.invoice_ids.payment_state, "paid")
        self.assertLedger("deposit 80; freeze 80 S1; capture 80 S1")

    def test_payment_for_an_invoiced_order_does_not_wait_in_the_fund(self):
        self.deposit(80)
        order = self.confirm(80)
        self.invoice(order)
        self.assertFalse(self.pay(10, order).payment_id.key_account_fund_id)

    def test_customer_is_told_of_the_confirmation(self):
        order = self.confirm(80)
        self.pay(50, order)
        self.env["ir.cron.trigger"].search([]).unlink()
        self.deposit(30)
        cron = self.env.ref("key_account.ir_cron_gate")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        known = order.message_ids
        self.judge_again()
        self.assertEqual(order.state, "sale")
        mails = (order.message_ids - known).filtered("partner_ids")
        self.assertEqual(mails.partner_ids, self.partner)

    def test_nobody_is_mailed_when_nobody_asked_for_it(self):
        order = self.confirm(80)
        self.deposit(80)
        known = order.message_ids
        self.judge_again()
        self.assertEqual(order.state, "sale")
        self.assertFalse((order.message_ids - known).filtered("partner_ids"))
