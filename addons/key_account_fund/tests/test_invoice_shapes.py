from odoo.fields import Command, Date
from odoo.tests import tagged

from .common import FundCase


@tagged("post_install", "-at_install")
class TestInvoiceShapes(FundCase):
    """What Odoo can do to an invoice between its order and its payment."""

    def make_tax(self, percent, **vals):
        return self.env["account.tax"].create(
            {"name": f"Tax {percent}", "amount": percent, **vals}
        )

    def tax(self, order, taxes, *prices):
        """Put the taxes and prices on the lines of a quotation and confirm it."""
        for line, price in zip(order.order_line, prices, strict=True):
            line.write({"price_unit": price, "tax_ids": [Command.set(taxes.ids)]})
        order.action_confirm()
        return order

    def terms(self, *parts, **vals):
        """Return payment terms: percents and days."""
        return self.env["account.payment.term"].create(
            {
                "name": "Terms",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": percent, "nb_days": days}
                    )
                    for percent, days in parts
                ],
                **vals,
            }
        )

    def assertTaken(self, order, bill):
        """Assert that the invoice is paid by what the order had frozen, nothing left."""
        self.assertEqual(bill.amount_residual, 0)
        self.assertEqual(bill.payment_state, "paid")
        self.assertEqual(order.amount_captured, bill.amount_total)
        self.assertEqual(order.amount_frozen, 0)

    def test_several_taxes_within_and_on_top_of_prices(self):
        self.deposit(1000)
        taxes = self.make_tax(19, price_include_override="tax_included")
        taxes += self.make_tax(7.7, price_include_override="tax_excluded")
        order = self.tax(self.make_sale(lines=3), taxes, 33.33, 0.07, 12.345)
        self.assertEqual(order.amount_frozen, order.amount_total)
        self.assertGreater(order.amount_total, 45)
        self.assertTaken(order, self.invoice(order))
        self.assertFund(1000 - order.amount_total, 0)

    def test_taxed_order_billed_line_by_line(self):
        self.deposit(1000)
        taxes = self.make_tax(8.1) + self.make_tax(2.55)
        order = self.tax(self.make_sale(lines=3), taxes, 33.33, 0.07, 12.35)
        for _number in range(3):
            bill = order._create_invoices()
            bill.invoice_line_ids[1:].unlink()
            bill.action_post()
            self.assertEqual(bill.payment_state, "paid")
        self.assertEqual(order.amount_frozen, 0)

    def test_instalments_are_paid_the_earliest_first(self):
        self.deposit(100)
        terms = self.terms((30, 0), (40, 30), (30, 60))
        order = self.confirm(80, payment_term_id=terms.id)
        bill = order._create_invoices()
        self.assertEqual(len(bill._fund_get_receivable_lines()), 3)
        bill.action_post()
        self.assertTaken(order, bill)
        other = self.make_sale(50, payment_term_id=terms.id)
        self.release_short(other)
        bill = self.invoice(other)
        residuals = bill._fund_get_receivable_lines().mapped("amount_residual")
        self.assertEqual(residuals, [0, 15, 15])
        self.assertFund(0, 0)

    def release_short(self, order):
        """Have an order let through that the fund does not reach for."""
        order.user_id = self.user("salesperson")
        order.with_user(self.user("salesperson")).action_confirm()
        self.release(order, "controller")
        self.assertEqual(order.state, "sale")

    def test_discount_for_early_payment_is_not_taken_by_itself(self):
        self.deposit(100)
        terms = self.terms(
            (100, 30), early_discount=True, discount_percentage=2, discount_days=10
        )
        tax = self.make_tax(10)
        for kind in ("included", "excluded", "mixed"):
            terms.early_pay_discount_computation = kind
            order = self.tax(self.make_sale(payment_term_id=terms.id), tax, 25)
            self.assertTaken(order, self.invoice(order))

    def test_cash_rounding_up_is_owed_and_down_is_released(self):
        self.deposit(200)
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "To five",
                "rounding": 0.05,
                "rounding_method": "HALF-UP",
                "strategy": "add_invoice_line",
                "profit_account_id": self.bank.company_id.transfer_account_id.id,
                "loss_account_id": self.bank.company_id.transfer_account_id.id,
            }
        )
        for price, owed in ((79.98, 0.02), (20.02, 0)):
            order = self.confirm(price)
            bill = self.invoice(order, invoice_cash_rounding_id=rounding.id)
            self.assertEqual(bill.amount_residual, owed)
            self.assertEqual(order.amount_frozen, 0)
        self.assertFund(100.02, 0)

    def test_invoice_of_prepaid_and_credit_orders_takes_from_the_prepaid_alone(self):
        self.deposit(300)
        prepaid = self.confirm(80)
        self.account.write({"pay_mode": "mixed", "prepaid_percent": 25})
        mixed = self.confirm(40)
        self.account.pay_mode = "credit"
        credit = self.confirm(50)
        bill = self.invoice(prepaid + mixed + credit)
        self.assertEqual(len(bill), 1)
        self.assertEqual(bill.amount_residual, 80)
        captured = (prepaid + mixed + credit).mapped("amount_captured")
        self.assertEqual(captured, [80, 10, 0])
        self.assertFund(210, 0)

    def test_somebody_else_gets_the_invoice(self):
        self.deposit(100)
        payer = self.make_company("Payer")
        order = self.confirm(80, partner_invoice_id=payer.id)
        bill = self.invoice(order)
        self.assertEqual(bill.partner_id, payer)
        self.assertTaken(order, bill)
        self.assertFund(20, 0)
        item = self.fund.entry_ids[:1].move_id.line_ids.filtered("credit")
        self.assertEqual(item.partner_id, payer)
        note = bill._reverse_moves()
        note.action_post()
        self.assertEqual(note.amount_residual, 0)
        self.assertFund(100, 0)

    def test_one_payer_for_two_customers_takes_from_the_fund_of_each(self):
        other = self.make_account(self.make_company("Other"), pay_mode="prepaid")
        fund = self.make_fund(other)
        self.deposit(100)
        self.deposit(70, fund)
        payer = self.make_company("Payer")
        orders = self.confirm(80, partner_invoice_id=payer.id)
        orders += self.confirm(60, other, partner_invoice_id=payer.id)
        bill = orders[0]._create_invoices()
        line = orders[1].order_line._prepare_invoice_line()
        bill.invoice_line_ids = [Command.create(line)]
        bill.action_post()
        self.assertEqual(bill.amount_residual, 0)
        self.assertFund(20, 0)
        self.assertFund(10, 0, fund)
        note = bill._reverse_moves()
        note.action_post()
        self.assertFund(100, 0)
        self.assertFund(70, 0, fund)

    def test_invoice_partly_paid_by_other_means(self):
        self.deposit(100)
        order = self.confirm(80)
        bill = order._create_invoices()
        bill.invoice_line_ids.price_unit = 95
        bill.action_post()
        self.assertEqual(bill.amount_residual, 15)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.ids
        ).create({"payment_date": Date.today()}).action_create_payments()
        self.assertEqual(bill.amount_residual, 0)
        self.assertFund(20, 0)
        note = bill._reverse_moves()
        note.action_post()
        # The fund paid 80 of the 95, and takes no more than that.
        self.assertFund(100, 0)
        self.assertEqual(note.amount_residual, 15)


@tagged("post_install", "-at_install")
class TestCompanies(FundCase):
    """Each company has its own account of a customer, and its own funds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create(
            {"name": "Second", "country_id": cls.env.company.country_id.id}
        )
        cls.env.user.company_ids += cls.other
        template = cls.env.company.chart_template
        cls.env["account.chart.template"].try_loading(
            template, company=cls.other, install_demo=False
        )
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": [cls.env.company.id, cls.other.id],
            }
        )
        cls.there = cls.make_account(
            cls.partner, pay_mode="prepaid", company_id=cls.other.id
        )
        cls.fund_there = cls.make_fund(cls.there)
        cls.bank_there = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.other.id)], limit=1
        )

    def test_orders_use_the_funds_of_their_company(self):
        self.deposit(100)
        order = self.make_sale(80, company_id=self.other.id)
        order.action_confirm()
        self.assertHeld(order, "fund_short")
        self.deposit(
            80,
            self.fund_there,
            company_id=self.other.id,
            journal_id=self.bank_there.id,
        )
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        bill = self.invoice(order)
        self.assertEqual(bill.company_id, self.other)
        self.assertEqual(bill.payment_state, "paid")
        self.assertFund(0, 0, self.fund_there)
        self.assertFund(100, 0)
        capture = self.fund_there.entry_ids[:1].move_id
        self.assertEqual(capture.company_id, self.other)
        self.assertNotEqual(self.fund.account_id, self.fund_there.account_id)
        note = bill._reverse_moves()
        note.action_post()
        self.assertFund(80, 0, self.fund_there)
