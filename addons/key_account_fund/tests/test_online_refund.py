import math

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.key_account.exceptions import DutyError

from ..exceptions import FundError, InsufficientFundsError
from .test_online_payment import OnlineCase
from .test_request import RequestCase


@tagged("post_install", "-at_install")
class TestOnlineRefund(OnlineCase, RequestCase):
    """What was paid online goes back online, on an approved request like any refund."""

    def setUp(self):
        super().setUp()
        self.order = self.make_sale(80)
        self.payment = self.pay(100, self.order)
        self.assertFund(100, 80)
        self.own = self.payment.with_user(self.accountant)

    def start(self, amount):
        """Refund as the accountant does; return the transaction, which the provider has
        not answered yet."""
        known = self.payment.child_transaction_ids
        self.own.action_refund(amount_to_refund=amount)
        return self.payment.child_transaction_ids - known

    def finish(self, transaction):
        """The provider says that it has given the money back."""
        transaction._set_done()
        transaction._post_process()
        return transaction

    def refund(self, amount):
        """Have it approved and done."""
        self.approved(amount=amount)
        return self.finish(self.start(amount))

    def test_nothing_is_refunded_without_approval(self):
        for amount in (20, 20.0, None, -20, 0.01):
            with self.assertStopped(FundError, "ask for a refund of exactly this"):
                self.own.action_refund(amount_to_refund=amount)
        request = self.make_request(amount=20)
        with self.assertStopped(FundError, "ask for a refund of exactly this"):
            self.own.action_refund(amount_to_refund=20)
        request.action_ask()
        with self.assertStopped(FundError, "ask for a refund of exactly this"):
            self.own.action_refund(amount_to_refund=20)
        self.assertFalse(self.payment.child_transaction_ids)

    def test_nothing_but_what_was_approved_is_refunded(self):
        self.approved(amount=20)
        for amount in (19.99, 20.01, -20, math.nan, math.inf):
            with self.assertStopped(FundError, "ask for a refund of exactly this"):
                self.own.action_refund(amount_to_refund=amount)

    def test_refund_uses_its_request_up(self):
        request = self.approved(amount=20)
        refund = self.finish(self.start(20))
        self.assertLedger("deposit 100; freeze 80 S1; refund 20")
        payment = refund.payment_id
        self.assertEqual(payment.payment_type, "outbound")
        self.assertEqual((request.state, request.sudo().payment_ids), ("done", payment))
        self.assertEqual(self.fund.entry_ids[:1].request_id, request)
        refund._post_process()
        self.assertFund(80, 80)
        item = payment.move_id.line_ids.filtered("account_id.fund_kind")
        self.assertTrue(item.reconciled)
        with self.assertStopped(FundError, "ask for a refund of exactly this"):
            self.own.action_refund(amount_to_refund=20)

    def test_request_under_way_is_paid_by_nothing_else(self):
        request = self.approved(amount=20)
        refund = self.start(20)
        with self.assertStopped(FundError, "ask for a refund of exactly this"):
            self.own.action_refund(amount_to_refund=20)
        accountant = request.with_user(self.accountant)
        for action in ("execute", "cancel", "return_to_draft"):
            with self.assertStopped(FundError, f"online by {refund.reference}"):
                getattr(accountant, f"action_{action}")()
        refund._set_canceled()
        accountant.action_execute()
        self.assertFund(80, 80)

    def test_who_asked_does_not_refund(self):
        request = self.make_request(amount=20, user=self.accountant)
        request.action_ask()
        request.with_user(self.colleague).action_approve()
        with self.assertStopped(DutyError, "comes from you"):
            self.own.action_refund(amount_to_refund=20)

    def test_all_is_refunded_after_the_order_is_cancelled(self):
        self.order._action_cancel()
        self.refund(100)
        self.assertFund(0, 0)

    def test_refund_taken_back_is_in_the_fund_again(self):
        refund = self.refund(20)
        refund.payment_id.action_cancel()
        self.assertLedger("deposit 100; freeze 80 S1; refund 20; reverse 20")
        self.assertFund(100, 80)

    def test_what_orders_need_is_not_refunded(self):
        self.approved(amount=20)
        self.confirm(10)
        with self.assertStopped(InsufficientFundsError, "10.00.*is available"):
            self.own.action_refund(amount_to_refund=20)
        self.assertFund(100, 90)

    def test_what_the_provider_gave_back_waits_for_its_approval(self):
        refund = self.payment._create_child_transaction(20, is_refund=True)
        with self.assertStopped(FundError, "ask for a refund"):
            self.finish(refund)
        self.assertFund(100, 80)
        request = self.approved(amount=20)
        self.finish(refund)
        self.assertEqual(request.state, "done")
        self.assertFund(80, 80)

    def test_cancelled_payment_is_reversed_as_far_as_it_is_there(self):
        self.payment.state = "cancel"
        with self.assertStopped(InsufficientFundsError, self.order.name):
            self.payment._post_process()
        self.assertFund(100, 80)
        self.order._action_cancel()
        self.payment._post_process()
        self.assertFund(0, 0)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_transaction_is_no_way_around_the_approval(self):
        refund = self.refund(20)
        again = self.make_payment(20, payment_type="outbound")
        again.payment_transaction_id = refund
        with self.assertStopped(FundError, "ask for a refund"):
            again.with_user(self.accountant).action_post()
        self.assertFund(80, 80)

    def test_no_transaction_claims_a_request(self):
        request = self.approved(amount=20)
        with self.assertStopped(DutyError, "not entered by hand"):
            self.own.key_account_fund_request_id = request
