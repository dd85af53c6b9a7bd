from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.key_account.tools.exposure import ExposureComponent, ExposureSource

# Of prepayments: guarantee money and rebates are not paid ahead for orders. In another
# currency than the company's, what the entries were worth at their dates.
PREPAYMENTS = """
SELECT fund.key_account_id, part.code, -SUM(part.amount)
  FROM key_account_fund fund
  JOIN res_company company ON company.id = fund.company_id
 CROSS JOIN LATERAL (
       SELECT CASE WHEN fund.currency_id = company.currency_id
                   THEN fund.amount_posted
                   ELSE (SELECT SUM(entry.amount_company * SIGN(entry.posted_change))
                           FROM key_account_fund_entry entry
                          WHERE entry.fund_id = fund.id)
              END AS posted) own
 CROSS JOIN LATERAL (
       SELECT ROUND(own.posted * fund.amount_frozen
                    / NULLIF(fund.amount_posted, 0), 2) AS frozen) share
 CROSS JOIN LATERAL (
       VALUES ('prepaid_frozen', share.frozen),
              ('prepaid_available', own.posted - share.frozen)) part (code, amount)
 WHERE fund.key_account_id = ANY(%s)
   AND fund.kind = 'prepayment'
   AND fund.amount_posted <> 0
GROUP BY fund.key_account_id, part.code
HAVING SUM(part.amount) <> 0
"""


class KeyAccount(models.Model):
    """What was paid ahead lowers what a customer owes."""

    _inherit = "key.account"

    def _get_exposure_components(self):
        # EXTENDS 'key_account'
        source = ExposureSource("prepayments", SQL(PREPAYMENTS, self.ids))
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
                funds,
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
