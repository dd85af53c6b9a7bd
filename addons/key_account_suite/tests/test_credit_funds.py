from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account_credit.tests.common import CreditCase
from odoo.addons.key_account_fund.tests.common import FundCase


@tagged("post_install", "-at_install")
class TestCreditWithFunds(FundCase, CreditCase):
    """What a customer has paid ahead lowers what it owes, frozen or not."""

    def setUp(self):
        super().setUp()
        self.account.pay_mode = "credit"

    def test_prepayment_lowers_the_exposure(self):
        self.deposit(300.0)
        self.assertExposure(prepaid_available=-300.0)

    def test_prepaid_order_owes_nothing_from_confirmation_to_invoice(self):
        self.account.pay_mode = "prepaid"
        self.make_limit(0.0)
        self.deposit(100.0)
        order = self.confirm(80.0)
        self.assertExposure(
            undelivered=80.0, prepaid_frozen=-80.0, prepaid_available=-20.0
        )
        self.invoice(order)
        self.assertExposure(prepaid_available=-20.0)

    def test_mixed_order_goes_on_credit_with_what_is_not_prepaid(self):
        self.account.write({"pay_mode": "mixed", "prepaid_percent": 40})
        self.make_limit(60.0)
        self.deposit(40.0)
        order = self.confirm(100.0)
        self.assertEqual(order.state, "sale")
        self.assertExposure(undelivered=100.0, prepaid_frozen=-40.0)
        self.deposit(40.0)
        self.assertHeld(self.confirm(100.01), "credit_limit")

    def test_fund_in_another_currency_counts_at_the_rates_of_its_entries(self):
        currency = self.env.ref("base.EUR")
        if currency == self.company.currency_id:
            currency = self.env.ref("base.USD")
        currency.active = True
        currency.rate_ids.unlink()
        rate = {"name": self.company._get_today(), "rate": 4.0}
        currency.rate_ids = [Command.create(rate)]
        fund = self.make_fund(currency_id=currency.id)
        self.deposit(100.0, fund)
        self.assertExposure(prepaid_available=-25.0)

    def test_what_is_paid_ahead_follows_the_fund_within_one_transaction(self):
        self.deposit(100.0)
        self.assertExposure(prepaid_available=-100.0)
        self.assertEqual(self.fund.amount_available_company, 100.0)
        self.deposit(20.0)
        self.assertEqual(self.fund.amount_available_company, 120.0)
        self.assertExposure(prepaid_available=-120.0)
