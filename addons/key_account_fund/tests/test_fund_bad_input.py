import math

from odoo.tests import tagged

from ..exceptions import FundError
from .common_access import FUND, AccessCase


@tagged("post_install", "-at_install")
class TestBadInput(AccessCase):
    """One sentence, and nothing is written."""

    def book(self, **vals):
        vals = {
            "fund": self.fund,
            "kind": "freeze",
            "amount": 10,
            "key": "bad",
            "order_id": self.sale.id,
            **vals,
        }
        with self.assertRaises(FundError) as caught, self.env.cr.savepoint():
            self.env[FUND]._book([vals])
        self.assertEqual(len(str(caught.exception).splitlines()), 1)
        self.assertNothingMoved()

    def test_amounts(self):
        for amount in (0, -1, 0.001, 40.01):
            self.book(amount=amount)

    def test_amounts_that_are_no_numbers(self):
        """As RPC and imports hand them over."""
        accountant = self.user("accountant")
        request = {"fund_id": self.fund.id, "kind": "refund", "amount": 1.0}
        asking = {"fund_id": self.fund.id, "amount": 1.0}
        payment = {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": self.partner.id,
            "amount": 1.0,
            "journal_id": self.bank.id,
            "key_account_fund_id": self.fund.id,
        }
        for model, vals in (
            ("key.account.fund.request", request),
            ("key.account.prepayment.request", asking),
            ("account.payment", payment),
        ):
            Model = self.env[model].with_user(accountant)
            record = Model.create(vals)
            for amount in (math.nan, math.inf, -math.inf, "nan", "Infinity"):
                with self.subTest(model=model, amount=amount):
                    with self.assertStopped(FundError, "^Amount .* is not a number.*$"):
                        Model.create({**vals, "amount": amount})
                    with self.assertStopped(FundError, "^Amount .* is not a number.*$"):
                        record.write({"amount": amount})
            self.assertEqual(record.amount, 1)

    def test_order_of_another_customer(self):
        other = self.make_sale(10, self.make_account(self.make_company("Other")))
        self.book(order_id=other.id)

    def test_order_in_another_currency(self):
        euro = self.env.ref("base.EUR")
        foreign = euro if self.fund.currency_id != euro else self.env.ref("base.USD")
        foreign.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": foreign.id}
        )
        self.book(order_id=self.make_sale(10, pricelist_id=pricelist.id).id)

    def test_fund_of_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        sale = self.make_sale(10).with_company(company)
        self.env.user.company_ids += company
        self.env.cr.execute(
            "UPDATE sale_order SET company_id = %s WHERE id = %s", [company.id, sale.id]
        )
        self.env.invalidate_all()
        self.book(order_id=sale.id)

    def test_closed_fund(self):
        empty = self.make_fund(kind="deposit")
        empty.action_close()
        self.book(fund=empty)
