from odoo.tests import tagged

from odoo.addons.key_account.exceptions import DutyError

from ..exceptions import FundError
from .test_request import RequestCase


@tagged("post_install", "-at_install")
class TestRefund(RequestCase):
    def setUp(self):
        super().setUp()
        self.deposit(100)

    def test_refund_pays_the_customer_out_of_the_fund(self):
        request = self.execute(amount=40)
        self.assertLedger("deposit 100; refund 40")
        payment = request.sudo().payment_ids
        self.assertEqual((payment.payment_type, payment.amount), ("outbound", 40))
        self.assertEqual(payment.partner_id, self.partner)
        self.assertEqual(payment.destination_account_id, self.fund.account_id)
        self.assertEqual(payment.move_id.state, "posted")
        entry = self.fund.entry_ids[:1]
        self.assertEqual((entry.request_id, entry.move_id), (request, payment.move_id))

    def test_refund_is_paid_from_the_chosen_bank(self):
        other = self.bank.copy({"name": "Other Bank"})
        request = self.approved()
        request.with_user(self.accountant).journal_id = other
        request.with_user(self.accountant).action_execute()
        self.assertEqual(request.sudo().payment_ids.journal_id, other)

    def test_refund_is_not_paid_twice(self):
        request = self.execute(amount=40)
        with self.assertStopped(FundError, "has been carried out"):
            request.with_user(self.accountant).action_execute()
        payment = request.sudo().payment_ids.with_user(self.accountant)
        payment.action_post()
        with self.assertStopped(FundError, "ask for a refund"):
            payment.copy({"key_account_fund_id": self.fund.id}).action_post()
        self.assertLedger("deposit 100; refund 40")

    def test_refund_that_is_taken_back_returns_to_the_fund(self):
        request = self.execute(amount=40)
        payment = request.sudo().payment_ids.with_user(self.accountant)
        payment.action_draft()
        self.assertLedger("deposit 100; refund 40; reverse 40")
        self.assertFund(100, 0)
        self.assertEqual(
            (request.state, bool(request.executed_by_id)), ("approved", False)
        )
        request.with_user(self.accountant).action_execute()
        self.assertEqual(request.state, "done")
        self.assertFund(60, 0)
        payment.action_cancel()
        self.assertFund(100, 0)
        request.with_user(self.accountant).action_execute()
        self.assertFund(60, 0)
        self.assertEqual(len(request.sudo().payment_ids), 1)

    def test_refund_that_is_taken_back_is_given_up(self):
        request = self.execute(amount=40)
        payment = request.sudo().payment_ids.with_user(self.accountant)
        payment.action_draft()
        with self.assertStopped(FundError, "has a payment"):
            request.action_return_to_draft()
        request.action_cancel()
        self.assertEqual((request.state, payment.state), ("cancelled", "canceled"))
        payment.action_draft()
        with self.assertStopped(FundError, "once that is approved"):
            payment.action_post()
        self.assertFund(100, 0)

    def test_the_payment_pays_what_was_approved_and_nothing_else(self):
        request = self.execute(amount=40)
        payment = request.sudo().payment_ids.with_user(self.accountant)
        payment.action_draft()
        receivable = self.partner.property_account_receivable_id
        rebate = self.make_fund(kind="rebate")
        self.deposit(90, rebate)
        for vals in (
            {"amount": 50},
            {"amount": 30},
            {"destination_account_id": receivable.id},
            {"key_account_fund_id": rebate.id},
            {"key_account_fund_id": False},
        ):
            with (
                self.subTest(vals=vals),
                self.assertStopped(FundError, "pays .*40.00 from"),
            ):
                payment.write(vals)
                payment.action_post()
        self.assertFund(100, 0)

    def test_who_asked_does_not_post_the_payment_either(self):
        request = self.make_request(user=self.accountant)
        request.action_ask()
        request.with_user(self.colleague).action_approve()
        request.with_user(self.colleague).action_execute()
        payment = request.sudo().payment_ids
        payment.with_user(self.accountant).action_draft()
        with self.assertStopped(DutyError, "comes from you"):
            payment.with_user(self.accountant).action_post()

    def test_no_payment_claims_a_request(self):
        request = self.approved(amount=40)
        vals = {"payment_type": "outbound", "amount": 40}
        Payment = self.env["account.payment"].with_user(self.accountant)
        payment = self.make_payment(**vals).with_user(self.accountant)
        with self.assertStopped(DutyError, "not entered by hand"):
            payment.key_account_fund_request_id = request
        claim = {"default_key_account_fund_request_id": request.id}
        with self.assertStopped(DutyError, "not entered by hand"):
            Payment.with_context(**claim).create(
                {
                    **vals,
                    "partner_id": self.partner.id,
                    "key_account_fund_id": self.fund.id,
                }
            )
        with self.assertStopped(FundError, "ask for a refund"):
            payment.action_post()

    def test_refund_takes_what_is_left_of_what_was_paid_in(self):
        self.execute(amount=40)
        items = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.fund.account_id.id),
                ("partner_id", "=", self.partner.id),
                ("amount_residual", "!=", 0),
            ]
        )
        self.assertEqual(items.mapped("amount_residual"), [-60])
