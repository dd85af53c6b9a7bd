from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.key_account.tools.exposure import ExposureComponent, ExposureSource

# In another currency than the company's, the balance is what the entries were worth at
# their dates, and what is frozen its share of that.
COMPANY_AMOUNTS = """
SELECT fund.id, fund.key_account_id, share.frozen, own.posted - share.frozen AS available
  FROM key_account_fund fund
  JOIN res_company company ON company.id = fund.company_id
  JOIN res_currency currency ON currency.id = company.currency_id
 CROSS JOIN LATERAL (
       SELECT CASE WHEN fund.currency_id = company.currency_id
                   THEN fund.amount_posted
                   ELSE (SELECT SUM(entry.amount_company * SIGN(entry.posted_change))
                           FROM key_account_fund_entry entry
                          WHERE entry.fund_id = fund.id)
              END AS posted) own
 CROSS JOIN LATERAL (
       SELECT ROUND(own.posted * fund.amount_frozen / fund.amount_posted
                    / currency.rounding) * currency.rounding AS frozen) share
 WHERE fund.amount_posted <> 0
"""

# Guarantee money and rebates are not paid ahead for orders.
PREPAYMENTS = """
SELECT fund.key_account_id, part.code, -SUM(part.amount)
  FROM (%s AND fund.key_account_id = ANY(%s) AND fund.kind = 'prepayment') fund
 CROSS JOIN LATERAL (
       VALUES ('prepaid_frozen', fund.frozen),
              ('prepaid_available', fund.available)) part (code, amount)
 WHERE part.amount <> 0
GROUP BY fund.key_account_id, part.code
"""


class KeyAccount(models.Model):
    """What was paid ahead lowers what a customer owes."""

    _inherit = "key.account"

    def _get_exposure_components(self):
        # EXTENDS 'key_account'
        query = SQL(PREPAYMENTS, SQL(COMPANY_AMOUNTS), self.ids)
        source = ExposureSource("prepayments", query)
        funds = Domain("key_account_id", "in", self.ids) & Domain(
            "kind", "=", "prepayment"
        )
        return [
            *super()._get_exposure_components(),
            ExposureComponent(
                "prepaid_frozen",
                self.env._("Paid Ahead, Frozen for Orders"),
                source,
                "key.account.fund",
                funds & Domain("amount_frozen", "!=", 0),
                "amount_frozen_company",
                sign=-1,
            ),
            ExposureComponent(
                "prepaid_available",
                self.env._("Paid Ahead, Available"),
                source,
                "key.account.fund",
                funds,
                "amount_available_company",
                sign=-1,
            ),
        ]


class KeyAccountFund(models.Model):
    _inherit = "key.account.fund"

    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount_frozen_company = fields.Monetary(
        string="Frozen in Company Currency",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
    )
    amount_available_company = fields.Monetary(
        string="Available in Company Currency",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        help="At the rates of the days on which the money came and went.",
    )

    @api.depends("amount_posted", "amount_frozen")
    def _compute_amount_company(self):
        self.flush_model(["amount_posted", "amount_frozen"])
        query = SQL("%s AND fund.id = ANY(%s)", SQL(COMPANY_AMOUNTS), self.ids)
        rows = self.env.execute_query(query)
        amounts = {row[0]: (float(row[2]), float(row[3])) for row in rows}
        for fund in self:
            found = amounts.get(fund.id, (0.0, 0.0))
            fund.amount_frozen_company, fund.amount_available_company = found
