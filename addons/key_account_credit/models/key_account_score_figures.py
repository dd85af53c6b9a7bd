from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

# What was paid in the period, late or early, weighted by its amount.
DAYS_LATE = """
SELECT account.id,
       SUM((partial.max_date - COALESCE(owed.date_maturity, owed.date)) * partial.amount)
           / SUM(partial.amount)
  FROM key_account account
  JOIN res_partner partner ON partner.commercial_partner_id = account.partner_id
  JOIN account_move_line owed
    ON owed.partner_id = partner.id AND owed.company_id = account.company_id
  JOIN account_account ledger
    ON ledger.id = owed.account_id AND ledger.account_type = 'asset_receivable'
  JOIN account_partial_reconcile partial ON partial.debit_move_id = owed.id
  JOIN account_move_line paid ON paid.id = partial.credit_move_id
  JOIN account_move paying ON paying.id = paid.move_id
 WHERE account.id = ANY(%(accounts)s)
   AND owed.parent_state = 'posted'
   AND paying.move_type = 'entry'
   AND partial.max_date >= %(start)s
   AND partial.amount > 0
GROUP BY account.id
"""

RETURNED = """
SELECT account.id, COUNT(DISTINCT payment.id)
  FROM key_account account
  JOIN res_partner partner ON partner.commercial_partner_id = account.partner_id
  JOIN account_payment payment
    ON payment.partner_id = partner.id AND payment.company_id = account.company_id
  LEFT JOIN account_move reversal
    ON reversal.reversed_entry_id = payment.move_id AND reversal.state = 'posted'
 WHERE account.id = ANY(%(accounts)s)
   AND payment.payment_type = 'inbound'
   AND payment.date >= %(start)s
   AND (payment.state = 'rejected' OR reversal.id IS NOT NULL)
GROUP BY account.id
"""

TURNOVER = """
SELECT account.id,
       SUM(move.amount_untaxed_signed) FILTER (WHERE move.invoice_date >= %(start)s),
       EXTRACT(EPOCH FROM AGE(%(today)s::date, MIN(move.invoice_date))) / 31557600
  FROM key_account account
  JOIN res_partner partner ON partner.commercial_partner_id = account.partner_id
  JOIN account_move move
    ON move.partner_id = partner.id AND move.company_id = account.company_id
 WHERE account.id = ANY(%(accounts)s)
   AND move.state = 'posted'
   AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
GROUP BY account.id
"""


class KeyAccount(models.Model):
    """What a customer is rated by, measured from Odoo's own receivables."""

    _inherit = "key.account"

    external_rating = fields.Float(
        groups="key_account.group_key_account_manager,"
        "key_account.group_key_account_credit",
        tracking=True,
        help="What an agency says, 0 to 100.",
    )

    _external_rating_range = models.Constraint(
        "CHECK(external_rating IS NULL OR external_rating BETWEEN 0 AND 100)",
        "The external rating goes from 0 to 100: correct it.",
    )

    def _get_score_figures(self):
        """Return ``{account: {measure: value}}`` of all measures of
        `key.account.score.criterion`, over the last 12 months, money in the company's
        currency; a constant number of queries.

        Where there is nothing to measure, days late, overdue share and returned payments
        are absent: a customer that never owed has not shown that it pays.
        """
        self.env.flush_all()
        figures = {account: {} for account in self}
        today = fields.Date.today()
        scope = {
            "accounts": self.ids,
            "start": today - timedelta(days=365),
            "today": today,
        }
        for account_id, days in self.env.execute_query(SQL(DAYS_LATE, **scope)):
            figures[self.browse(account_id)]["days_late"] = float(days)
        for account_id, turnover, years in self.env.execute_query(
            SQL(TURNOVER, **scope)
        ):
            own = figures[self.browse(account_id)]
            own["turnover"] = float(turnover or 0.0)
            own["relation_years"] = float(years or 0.0)
            own["returned_payments"] = 0.0
        for account_id, count in self.env.execute_query(SQL(RETURNED, **scope)):
            figures[self.browse(account_id)]["returned_payments"] = float(count)
        for account, parts in self._get_exposure().items():
            owed = parts.get("receivable", 0.0) + parts.get("overdue", 0.0)
            if owed:
                share = 100 * parts.get("overdue", 0.0) / owed
                figures[account]["overdue_share"] = share
        # sudo: who runs a rating may not read each of these.
        for account in self.sudo():
            own = figures[self.browse(account.id)]
            own.setdefault("turnover", 0.0)
            own.setdefault("relation_years", 0.0)
            own["external_rating"] = account.external_rating
            own["capital"] = account.capital_registered
        return figures
