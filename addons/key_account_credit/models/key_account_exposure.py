from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.key_account.models.res_company import DAY
from odoo.addons.key_account.tools.exposure import ExposureComponent, ExposureSource

# The accounts asked about, the company's day and the last moment of its horizon.
SCOPE = """
SELECT account.id, account.partner_id, account.company_id, day.today,
       CASE WHEN company.credit_horizon_days > 0
            THEN timezone('UTC', timezone(COALESCE(owner.tz, 'UTC'),
                 (day.today + company.credit_horizon_days + 1)::timestamp))
        END AS horizon
  FROM key_account account
  JOIN res_company company ON company.id = account.company_id
  JOIN res_partner owner ON owner.id = company.partner_id
 CROSS JOIN LATERAL (SELECT {day} AS today) day
 WHERE account.id = ANY(%(accounts)s)
""".replace("{day}", DAY.format(zone="owner.tz", moment="%(now)s::timestamp"))

ORDERS = """
SELECT total.id, part.code, part.amount
  FROM (
    SELECT scope.id,
           SUM(orders.amount_undelivered) FILTER (
               WHERE scope.horizon IS NULL OR orders.commitment_date IS NULL
                  OR orders.commitment_date < scope.horizon) AS undelivered,
           SUM(orders.amount_unbilled) AS unbilled
      FROM (%(scope)s) scope
      JOIN sale_order orders ON orders.debtor_account_id = scope.id
     WHERE orders.amount_undelivered <> 0 OR orders.amount_unbilled <> 0
  GROUP BY scope.id
  ) total
 CROSS JOIN LATERAL (VALUES ('undelivered', total.undelivered),
                            ('unbilled', total.unbilled)) part (code, amount)
 WHERE part.amount <> 0
"""

# A draft credit note counts where it takes back the invoice of an order: meanwhile that
# is to be invoiced again.
DRAFTS = """
SELECT scope.id, 'draft_invoice', SUM(move.amount_total_signed)
  FROM (%(scope)s) scope
  JOIN res_partner partner ON partner.commercial_partner_id = scope.partner_id
  JOIN account_move move
    ON move.partner_id = partner.id AND move.company_id = scope.company_id
 WHERE move.state = 'draft'
   AND (move.move_type IN ('out_invoice', 'out_receipt')
        OR move.move_type = 'out_refund' AND EXISTS (
           SELECT FROM account_move_line line
             JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = line.id
            WHERE line.move_id = move.id))
GROUP BY scope.id
HAVING SUM(move.amount_total_signed) <> 0
"""

RECEIVABLES = """
SELECT total.id, part.code, part.amount
  FROM (
    SELECT scope.id,
           SUM(line.amount_residual) FILTER (
               WHERE line.amount_residual > 0
                 AND COALESCE(line.date_maturity, line.date) >= scope.today) AS not_due,
           SUM(line.amount_residual) FILTER (
               WHERE line.amount_residual > 0
                 AND COALESCE(line.date_maturity, line.date) < scope.today) AS overdue,
           SUM(line.amount_residual) FILTER (
               WHERE line.amount_residual < 0) AS unallocated
      FROM (%(scope)s) scope
      JOIN res_partner partner ON partner.commercial_partner_id = scope.partner_id
      JOIN account_move_line line
        ON line.partner_id = partner.id AND line.company_id = scope.company_id
     WHERE line.parent_state = 'posted'
       AND line.amount_residual <> 0
       AND line.account_id = ANY(ARRAY(
           SELECT id FROM account_account WHERE account_type = 'asset_receivable'))
  GROUP BY scope.id
  ) total
 CROSS JOIN LATERAL (VALUES ('receivable', total.not_due), ('overdue', total.overdue),
                            ('unallocated', total.unallocated)) part (code, amount)
 WHERE part.amount <> 0
"""


class KeyAccount(models.Model):
    """What accounts owe or are committed to. Nothing of it is stored with the customer:
    it is summed from the documents each time, one query for each source."""

    _inherit = "key.account"

    def _get_exposure(self):
        """Return ``{account: {component code: amount}}`` in the companies' currencies,
        taxes included; components without an amount are absent.

        One statement for any number of accounts and components.
        """
        found = {account: {} for account in self}
        if not self.ids:
            return found
        self.env.flush_all()
        sources = {
            part.source.code: part.source for part in self._get_exposure_components()
        }
        query = SQL(" UNION ALL ").join(
            SQL("(%s)", source.query) for source in sources.values()
        )
        for account_id, code, amount in self.env.execute_query(query):
            own = found[self.browse(account_id)]
            own[code] = own.get(code, 0.0) + float(amount)
        return found

    def _get_exposure_total(self):
        """Return ``{account: exposure}``, the sum of its components."""
        return {
            account: account.currency_id.round(sum(parts.values()))
            for account, parts in self._get_exposure().items()
        }

    def _get_exposure_scope(self):
        """Return the subquery that the sources go by: ``id``, ``partner_id``,
        ``company_id``, ``today`` and ``horizon`` of each account."""
        return SQL(SCOPE, accounts=self.ids, now=fields.Datetime.now())

    def _get_exposure_components(self):
        # EXTENDS 'key_account'
        return [
            *super()._get_exposure_components(),
            *self._get_order_components(),
            *self._get_receivable_components(),
        ]

    def _get_order_components(self):
        scope = self._get_exposure_scope()
        source = ExposureSource("orders", SQL(ORDERS, scope=scope))
        owed = Domain("debtor_account_id", "in", self.ids)
        return [
            ExposureComponent(
                "undelivered",
                self.env._("Confirmed, Not Delivered"),
                source,
                "sale.order",
                owed
                & Domain("amount_undelivered", "!=", 0)
                & self._get_horizon_domain(),
                "amount_undelivered",
            ),
            ExposureComponent(
                "unbilled",
                self.env._("Delivered, Not Invoiced"),
                source,
                "sale.order",
                owed & Domain("amount_unbilled", "!=", 0),
                "amount_unbilled",
            ),
        ]

    def _get_horizon_domain(self):
        """Return the domain of the orders that are to be delivered soon enough."""
        domain = Domain.FALSE
        for company in self.company_id:
            own = Domain("company_id", "=", company.id)
            # sudo: a policy of the company counts for everybody.
            if days := company.sudo().credit_horizon_days:
                last = company._get_today() + timedelta(days=days + 1)
                end = company._get_day_start(last)
                own &= Domain("commitment_date", "=", False) | Domain(
                    "commitment_date", "<", end
                )
            domain |= own
        return domain

    def _get_receivable_components(self):
        scope = self._get_exposure_scope()
        drafts = ExposureSource("drafts", SQL(DRAFTS, scope=scope))
        source = ExposureSource("receivables", SQL(RECEIVABLES, scope=scope))
        partners = Domain(
            "partner_id.commercial_partner_id", "in", self.partner_id.ids
        ) & Domain("company_id", "in", self.company_id.ids)
        items = (
            partners
            & Domain("parent_state", "=", "posted")
            & Domain("account_id.account_type", "=", "asset_receivable")
        )
        owed, overdue = Domain("amount_residual", ">", 0), self._get_overdue_domain()
        return [
            ExposureComponent(
                "draft_invoice",
                self.env._("Draft Invoices"),
                drafts,
                "account.move",
                partners & self._get_draft_domain(),
                "amount_total_signed",
            ),
            ExposureComponent(
                "receivable",
                self.env._("Invoiced, Not Due"),
                source,
                "account.move.line",
                items & owed & ~overdue,
                "amount_residual",
            ),
            ExposureComponent(
                "overdue",
                self.env._("Overdue"),
                source,
                "account.move.line",
                items & owed & overdue,
                "amount_residual",
            ),
            ExposureComponent(
                "unallocated",
                self.env._("Received, Not Allocated"),
                source,
                "account.move.line",
                items & Domain("amount_residual", "<", 0),
                "amount_residual",
            ),
        ]

    def _get_draft_domain(self):
        kinds = Domain("move_type", "in", ("out_invoice", "out_receipt"))
        taken_back = Domain("move_type", "=", "out_refund") & Domain(
            "line_ids.sale_line_ids", "!=", False
        )
        return Domain("state", "=", "draft") & (kinds | taken_back)

    def _get_overdue_domain(self):
        domain = Domain.FALSE
        for company in self.company_id:
            today = company._get_today()
            due = Domain("date_maturity", "<", today) | (
                Domain("date_maturity", "=", False) & Domain("date", "<", today)
            )
            domain |= Domain("company_id", "=", company.id) & due
        return domain

    def _get_overdue_items(self):
        """Return ``{account: [(days overdue, amount)]}`` in the company's currency, by
        the day when open items were due; one query."""
        found = {account: [] for account in self}
        query = SQL(
            """
            SELECT scope.id, scope.today - COALESCE(line.date_maturity, line.date),
                   SUM(line.amount_residual)
              FROM (%s) scope
              JOIN res_partner partner
                ON partner.commercial_partner_id = scope.partner_id
              JOIN account_move_line line
                ON line.partner_id = partner.id AND line.company_id = scope.company_id
             WHERE line.parent_state = 'posted'
               AND line.amount_residual <> 0
               AND line.amount_residual > 0
               AND COALESCE(line.date_maturity, line.date) < scope.today
               AND line.account_id = ANY(ARRAY(
                   SELECT id FROM account_account
                    WHERE account_type = 'asset_receivable'))
          GROUP BY 1, 2
            """,
            self._get_exposure_scope(),
        )
        for account_id, days, amount in self.env.execute_query(query):
            found[self.browse(account_id)].append((days, float(amount)))
        return found
