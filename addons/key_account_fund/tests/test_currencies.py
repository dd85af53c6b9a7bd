from odoo import fields
from odoo.tests import tagged

from .common import FundCase


@tagged("post_install", "-at_install")
class TestCurrencies(FundCase):
    """A fund in another currency than the company's, at rates that change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        own = cls.env.company.currency_id
        cls.foreign = cls.env.ref("base.EUR")
        if cls.foreign == own:
            cls.foreign = cls.env.ref("base.USD")
        cls.foreign.active = True
        cls.foreign.rate_ids.unlink()
        cls.today = fields.Date.today()
        # One unit of the fund's currency is worth 2, 4 and then 5 of the company's.
        for days, worth in ((30, 2.0), (20, 4.0), (10, 5.0)):
            cls.env["res.currency.rate"].create(
                {
                    "currency_id": cls.foreign.id,
                    "name": cls.day(days),
                    "rate": 1 / worth,
                }
            )
        cls.foreign_fund = cls.make_fund(currency_id=cls.foreign.id)
        cls.pricelist = cls.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": cls.foreign.id}
        )

    @classmethod
    def day(cls, days):
        return fields.Date.subtract(cls.today, days=days)

    def bill(self, order, days):
        bill = order._create_invoices()
        bill.invoice_date = self.day(days)
        bill.action_post()
        return bill

    def balance_of(self, account):
        """Return what the general ledger says, in the company's currency."""
        items = self.env["account.move.line"].search(
            [
                ("account_id", "=", account.id),
                ("partner_id", "=", self.partner.id),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(items.mapped("balance"))

    def test_exchange_differences_are_odoos(self):
        fund = self.foreign_fund
        self.deposit(100, fund, date=self.day(30))
        order = self.confirm(80, pricelist_id=self.pricelist.id)
        self.assertEqual(order.currency_id, self.foreign)
        self.assertFund(100, 80, fund)
        bill = self.bill(order, 20)
        self.assertEqual(bill.amount_residual, 0)
        self.assertFund(20, 0, fund)
        # Paid in at 2, consumed at 4: the difference is no liability any more.
        self.assertEqual(self.balance_of(fund.account_id), -40)
        capture = fund.entry_ids.filtered(lambda e: e.kind == "capture")
        self.assertEqual((capture.amount, capture.amount_company), (80, 320))
        self.assertEqual(capture.date, capture.move_id.date)
        deposit = fund.entry_ids.filtered(lambda e: e.kind == "deposit")
        self.assertEqual(deposit.amount_company, 200)
        partials = capture.move_id.line_ids.matched_credit_ids
        self.assertTrue(partials.exchange_move_id)

    def test_nothing_remains_in_the_company_currency_when_all_is_consumed(self):
        fund = self.foreign_fund
        self.deposit(50, fund, date=self.day(30))
        self.deposit(30, fund, date=self.day(20))
        order = self.confirm(80, pricelist_id=self.pricelist.id)
        self.bill(order, 10)
        self.assertFund(0, 0, fund)
        self.assertEqual(self.balance_of(fund.account_id), 0)

    def test_taken_back_at_the_rate_at_which_it_was_taken(self):
        fund = self.foreign_fund
        self.deposit(100, fund, date=self.day(30))
        order = self.confirm(80, pricelist_id=self.pricelist.id)
        bill = self.bill(order, 20)
        bill.button_draft()
        self.assertFund(100, 80, fund)
        reverse = fund.entry_ids.filtered(lambda e: e.kind == "reverse")
        self.assertEqual(reverse.amount_company, 320)
        self.assertEqual(
            self.balance_of(self.partner.property_account_receivable_id), 0
        )
        self.assertEqual(self.balance_of(fund.account_id), -200)
        bill.action_post()
        self.assertFund(20, 0, fund)

    def test_credit_note_gives_back_at_its_own_rate(self):
        fund = self.foreign_fund
        self.deposit(100, fund, date=self.day(30))
        bill = self.bill(self.confirm(80, pricelist_id=self.pricelist.id), 20)
        note = bill._reverse_moves([{"invoice_date": self.day(10)}])
        note.action_post()
        self.assertFund(100, 0, fund)
        entry = fund.entry_ids[:1]
        self.assertEqual((entry.kind, entry.amount_company), ("deposit", 400))
        self.assertEqual(note.amount_residual, 0)
        self.assertEqual(
            self.balance_of(self.partner.property_account_receivable_id), 0
        )
        note.button_cancel()
        self.assertFund(20, 0, fund)

    def test_invoice_with_a_rate_of_its_own(self):
        fund = self.foreign_fund
        self.deposit(100, fund, date=self.day(30))
        bill = self.confirm(80, pricelist_id=self.pricelist.id)._create_invoices()
        bill.invoice_date = self.day(20)
        bill.invoice_currency_rate = 1 / 3.0
        bill.action_post()
        self.assertEqual(bill.amount_residual, 0)
        self.assertFund(20, 0, fund)
        self.assertEqual(
            self.balance_of(self.partner.property_account_receivable_id), 0
        )

    def test_funds_of_two_currencies_do_not_help_each_other_out(self):
        self.deposit(1000)
        order = self.confirm(80, pricelist_id=self.pricelist.id)
        self.assertHeld(order, "fund_short")
        self.deposit(80, self.foreign_fund)
        self.judge_again()
        self.assertEqual(order.state, "sale")
        self.assertFund(1000, 0)
        self.assertFund(80, 80, self.foreign_fund)

    def test_company_amounts_add_up_to_the_journal_entry(self):
        self.foreign.rate_ids.filtered(lambda r: r.name == self.day(10)).rate = (
            1 / 0.333
        )
        fund = self.foreign_fund
        self.deposit(100, fund, date=self.day(30))
        orders = self.env["sale.order"]
        for amount in (0.05, 0.05, 33.33):
            orders += self.confirm(amount, pricelist_id=self.pricelist.id)
        self.bill(orders, 10)
        captures = fund.entry_ids.filtered(lambda e: e.kind == "capture")
        self.assertEqual(len(captures), 3)
        item = captures.move_id.line_ids.filtered("account_id.fund_kind")
        self.assertEqual(len(item), 1)
        total = self.env.company.currency_id.round(
            sum(captures.mapped("amount_company"))
        )
        self.assertEqual(total, item.balance)
