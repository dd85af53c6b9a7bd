from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestExposureDays(CreditCase):
    """Since when what is open has been overdue."""

    def setUp(self):
        super().setUp()
        self.today = self.company._get_today()

    def owe(self, amount, days, account_type="asset_receivable", due=None):
        """Return a posted entry: the customer owes an amount since ``days`` ago."""
        ledger, counter = (
            self.env["account.account"].search(
                [("account_type", "=", kind), ("company_ids", "in", self.company.id)],
                limit=1,
            )
            for kind in (account_type, "income")
        )
        owed = {
            "account_id": ledger.id,
            "partner_id": self.partner.id,
            "balance": amount,
            "date_maturity": due,
        }
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": self.today - timedelta(days=days),
                "line_ids": [
                    Command.create(owed),
                    Command.create({"account_id": counter.id, "balance": -amount}),
                ],
            }
        )
        entry.action_post()
        return entry

    def get_overdue(self):
        standing = self.account._get_standings(with_overdue=True)[self.account]
        self.assertEqual(standing.own.exposure, self.account.credit_exposure)
        return dict(standing.overdue)

    def test_item_without_a_due_day_is_due_on_its_own(self):
        entry = self.owe(70.0, days=12)
        self.assertFalse(entry.line_ids[0].date_maturity)
        self.owe(30.0, days=0)
        self.assertExposure(overdue=70.0, receivable=30.0)
        self.assertEqual(self.get_overdue(), {12: 70.0})

    def test_each_day_is_told_apart_and_credit_belongs_to_none(self):
        for amount, days in ((10.0, 5), (20.0, 5), (40.0, 31)):
            due = self.today - timedelta(days=days)
            self.owe(amount, days=40, due=due)
        self.owe(80.0, days=40, due=self.today)
        self.owe(-7.0, days=40, due=self.today - timedelta(days=20))
        self.assertExposure(overdue=70.0, receivable=80.0, unallocated=-7.0)
        self.assertEqual(self.get_overdue(), {5: 30.0, 31: 40.0})

    def test_what_is_owed_to_the_customer_as_a_supplier_does_not_count(self):
        self.owe(50.0, days=3, account_type="liability_payable")
        self.assertExposure()

    def test_each_company_has_its_own_horizon(self):
        other = self.env["res.company"].create(
            {"name": "Other", "currency_id": self.company.currency_id.id}
        )
        self.company.credit_horizon_days = 30
        there = self.env["key.account"].create(
            {"partner_id": self.partner.id, "company_id": other.id, "state": "active"}
        )
        later = fields.Datetime.now() + timedelta(days=60)
        self.confirm(100.0, commitment_date=later)
        accounts = self.account | there
        self.assertEqual(accounts._get_exposure(), {self.account: {}, there: {}})
        self.company.credit_horizon_days, other.credit_horizon_days = 0, 30
        self.assertEqual(
            accounts._get_exposure(),
            {self.account: {"undelivered": 100.0}, there: {}},
        )
