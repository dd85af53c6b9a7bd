from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..exceptions import FundError, InsufficientFundsError
from .test_request import RequestCase


@tagged("post_install", "-at_install")
class TestTransfer(RequestCase):
    def setUp(self):
        super().setUp()
        self.deposit(100)

    def transfer(self, target, amount=40.0, **vals):
        return self.execute("transfer", amount, target_fund_id=target.id, **vals)

    def test_transfer_between_funds_of_one_account(self):
        rebate = self.make_fund(kind="rebate")
        self.deposit(60, rebate)
        self.transfer(self.fund, 25, fund=rebate)
        self.assertLedger("deposit 60; transfer 25", rebate)
        self.assertLedger("deposit 100; transfer 25")
        self.assertFund(125, 0)
        self.assertFund(35, 0, rebate)

    def test_transfer_within_the_group(self):
        sibling = self.make_sibling()
        request = self.transfer(sibling)
        self.assertFund(60, 0)
        self.assertFund(40, 0, sibling)
        out, into = request.sudo().entry_ids.sorted("id")
        self.assertEqual(
            (out.counterpart_id, into.counterpart_id), (sibling, self.fund)
        )
        self.assertEqual(out.move_id, into.move_id)
        self.assertEqual(
            out.move_id.line_ids.partner_id, self.partner | sibling.partner_id
        )

    def test_transfer_wakes_orders_that_wait_for_money(self):
        sibling = self.make_sibling()
        sibling.key_account_id.pay_mode = "prepaid"
        order = self.confirm(30, sibling.key_account_id)
        self.assertEqual(order.gate_state, "held")
        self.transfer(sibling)
        self.judge_again()
        self.assertEqual(order.state, "sale")
        self.assertFund(40, 30, sibling)

    def test_transfer_is_made_once(self):
        request = self.transfer(self.make_sibling())
        with self.assertStopped(FundError, "has been carried out"):
            request.with_user(self.accountant).action_execute()
        self.assertFund(60, 0)

    def test_the_entry_of_a_transfer_is_not_taken_back(self):
        request = self.transfer(self.make_sibling())
        move = request.entry_ids.move_id.with_user(self.accountant)
        for way in (move.button_draft, move.button_cancel):
            with self.assertStopped(FundError, f"follows from {request.name}"):
                way()

    def test_transfer_to_another_customer_is_refused(self):
        other = self.make_fund(self.make_account(self.make_company("Other")))
        with self.assertStopped(ValidationError, "another customer"):
            self.make_request("transfer", target_fund_id=other.id)

    def test_transfer_to_what_left_the_group_is_refused(self):
        sibling = self.make_sibling()
        request = self.approved("transfer", 40, target_fund_id=sibling.id)
        sibling.partner_id.parent_id = False
        with self.assertStopped(ValidationError, "another customer"):
            request.with_user(self.accountant).action_execute()

    def test_transfer_to_another_currency_is_refused(self):
        euro = self.env.ref("base.EUR")
        dollar = self.env.ref("base.USD")
        other = euro if self.fund.currency_id == dollar else dollar
        other.active = True
        target = self.make_fund(currency_id=other.id)
        with self.assertStopped(ValidationError, "kept in"):
            self.make_request("transfer", target_fund_id=target.id)

    def test_transfer_needs_another_fund(self):
        with self.assertStopped(ValidationError, "needs the fund"):
            self.make_request("transfer")
        with self.assertStopped(ValidationError, "to itself"):
            self.make_request("transfer", target_fund_id=self.fund.id)
        with self.assertStopped(ValidationError, "only a transfer"):
            self.make_request(target_fund_id=self.make_sibling().id)

    def test_transfer_in_a_currency_of_its_own(self):
        currency = self.env["res.currency"].create(
            {
                "name": "XTF",
                "symbol": "X",
                "rounding": 0.01,
                "rate_ids": [(0, 0, {"name": "2020-01-01", "rate": 3})],
            }
        )
        fund = self.make_fund(currency_id=currency.id)
        self.deposit(100, fund)
        rebate = self.make_fund(kind="rebate", currency_id=currency.id)
        request = self.transfer(rebate, 10, fund=fund)
        self.assertFund(90, 0, fund)
        self.assertEqual(request.entry_ids.mapped("amount_company"), [3.33, 3.33])


@tagged("post_install", "-at_install")
class TestGuarantee(RequestCase):
    def setUp(self):
        super().setUp()
        self.guarantee = self.make_guarantee(100)

    def test_guarantee_money_is_frozen_when_it_is_paid_in(self):
        self.assertLedger("deposit 100; freeze 100", self.guarantee)
        self.assertFund(100, 100, self.guarantee)

    def test_bounced_guarantee_money_is_released_and_reversed(self):
        payment = self.deposit(30, self.guarantee)
        payment.action_draft()
        self.assertLedger(
            "deposit 100; freeze 100; deposit 30; freeze 30; release 30; reverse 30",
            self.guarantee,
        )
        payment.action_post()
        self.assertFund(130, 130, self.guarantee)

    def test_bounced_guarantee_money_that_was_used_is_refused(self):
        payment = self.deposit(30, self.make_guarantee_of_other())
        fund = payment.key_account_fund_id
        self.execute("release", 10, fund)
        with self.assertStopped(FundError, "released or applied by decision"):
            payment.action_draft()
        self.assertFund(30, 20, fund)

    def test_bounced_guarantee_money_that_was_released_is_reversed(self):
        payment = self.deposit(30, self.make_guarantee_of_other())
        fund = payment.key_account_fund_id
        self.execute("release", 30, fund)
        payment.action_draft()
        self.assertFund(0, 0, fund)

    def make_guarantee_of_other(self):
        account = self.make_account(self.make_company("Other"))
        account.user_id = self.salesperson
        return self.make_fund(account, kind="deposit")

    def test_guarantee_money_is_neither_refunded_nor_transferred(self):
        for vals in (
            {"kind": "refund"},
            {"kind": "transfer", "target_fund_id": self.fund.id},
        ):
            request = self.make_request(amount=1, fund=self.guarantee, **vals)
            with self.assertStopped(InsufficientFundsError, "release first"):
                request.action_ask()

    def test_release_frees_a_part_for_a_refund(self):
        request = self.execute("release", 30, self.guarantee)
        self.assertLedger(
            "deposit 100; freeze 100; release 100; freeze 70", self.guarantee
        )
        self.assertFund(100, 70, self.guarantee)
        self.assertEqual(len(request.entry_ids), 2)
        self.execute("refund", 30, self.guarantee)
        self.assertFund(70, 70, self.guarantee)

    def test_release_over_several_freezes(self):
        self.deposit(50, self.guarantee)
        self.execute("release", 120, self.guarantee)
        self.assertFund(150, 30, self.guarantee)

    def test_release_is_made_once(self):
        request = self.execute("release", 30, self.guarantee)
        with self.assertStopped(FundError, "has been carried out"):
            request.with_user(self.accountant).action_execute()
        self.assertFund(100, 70, self.guarantee)

    def test_more_than_frozen_is_not_released(self):
        request = self.make_request("release", 100.01, self.guarantee)
        with self.assertStopped(InsufficientFundsError, "100.00 is frozen"):
            request.action_ask()

    def test_only_guarantee_money_is_released(self):
        self.deposit(100)
        self.confirm(80)
        with self.assertStopped(ValidationError, "no guarantee money"):
            self.make_request("release", 10)

    def test_transfer_into_a_guarantee_is_frozen(self):
        self.deposit(50)
        self.execute("transfer", 20, target_fund_id=self.guarantee.id)
        self.assertFund(120, 120, self.guarantee)
        self.assertFund(30, 0)


@tagged("post_install", "-at_install")
class TestApply(RequestCase):
    def apply(self, amount, invoices, fund=None):
        return self.execute("apply", amount, fund, invoice_ids=invoices.ids)

    def test_guarantee_money_pays_an_invoice(self):
        guarantee = self.make_guarantee(100)
        invoice = self.make_invoice(60)
        self.apply(60, invoice, guarantee)
        self.assertEqual((invoice.amount_residual, invoice.payment_state), (0, "paid"))
        self.assertLedger(
            "deposit 100; freeze 100; capture 60; release 40; freeze 40", guarantee
        )
        self.assertFund(40, 40, guarantee)

    def test_free_money_pays_an_invoice(self):
        self.deposit(100)
        invoice = self.make_invoice(60)
        self.apply(60, invoice)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertLedger("deposit 100; freeze 60; capture 60")
        self.assertFund(40, 0)

    def test_what_orders_have_frozen_pays_nothing_else(self):
        self.deposit(100)
        self.confirm(80)
        self.apply(20, self.make_invoice(60))
        self.assertFund(80, 80)

    def test_the_first_due_is_paid_first(self):
        guarantee = self.make_guarantee(30)
        self.deposit(70, guarantee)
        late = self.make_invoice(60, invoice_date_due="2030-02-01")
        soon = self.make_invoice(60, invoice_date_due="2030-01-01")
        request = self.apply(80, late | soon, guarantee)
        self.assertEqual((soon.amount_residual, late.amount_residual), (0, 40))
        self.assertEqual(late.payment_state, "partial")
        self.assertFund(20, 20, guarantee)
        captures = request.entry_ids.filtered(lambda e: e.kind == "capture")
        self.assertEqual(captures.invoice_id, late | soon)

    def test_apply_is_made_once(self):
        self.deposit(100)
        invoice = self.make_invoice(60)
        request = self.apply(30, invoice)
        with self.assertStopped(FundError, "has been carried out"):
            request.with_user(self.accountant).action_execute()
        self.assertEqual(invoice.amount_residual, 30)
        self.assertFund(70, 0)

    def test_invoice_that_is_taken_back_gives_back_what_paid_it(self):
        self.deposit(100)
        guarantee = self.make_guarantee(100)
        free, bound = self.make_invoice(60), self.make_invoice(60)
        self.apply(60, free)
        self.apply(60, bound, guarantee)
        (free | bound).button_draft()
        self.assertFund(100, 0)
        self.assertFund(100, 100, guarantee)
        self.execute("release", 100, guarantee)
        self.assertFund(100, 0, guarantee)

    def test_more_than_is_owed_is_refused(self):
        self.deposit(100)
        request = self.make_request("apply", 61, invoice_ids=self.make_invoice(60).ids)
        with self.assertStopped(InsufficientFundsError, "60.00 is owed"):
            request.action_ask()

    def test_more_than_is_frozen_is_refused(self):
        guarantee = self.make_guarantee(50)
        invoice = self.make_invoice(60)
        request = self.make_request("apply", 51, guarantee, invoice_ids=invoice.ids)
        with self.assertStopped(InsufficientFundsError, "50.00 is frozen"):
            request.action_ask()

    def test_invoice_that_was_paid_since_the_approval_is_refused(self):
        self.deposit(100)
        invoice = self.make_invoice(60)
        request = self.approved("apply", 40, invoice_ids=invoice.ids)
        self.apply(60, invoice)
        with self.assertStopped(ValidationError, "is paid already"):
            request.with_user(self.accountant).action_execute()

    def test_invoices_that_do_not_fit_are_refused(self):
        stranger = self.make_company("Stranger")
        euro = self.env.ref("base.EUR")
        dollar = self.env.ref("base.USD")
        other = euro if self.fund.currency_id == dollar else dollar
        other.active = True
        for invoice, sentence in (
            (self.make_invoice(60, stranger), "another customer"),
            (self.make_invoice(60, post=False), "no posted invoice"),
            (self.make_invoice(60, move_type="out_refund"), "no posted invoice"),
            (self.make_invoice(60, currency_id=other.id), f"is in {other.name}"),
            (self.env["account.move"], "needs the invoices"),
        ):
            with self.assertStopped(ValidationError, sentence):
                self.make_request("apply", 10, invoice_ids=invoice.ids)
        with self.assertStopped(ValidationError, "only a payment of invoices"):
            self.make_request(invoice_ids=self.make_invoice(60).ids)
