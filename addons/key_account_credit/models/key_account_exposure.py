from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.key_account.tools.exposure import ExposureComponent, ExposureSource

# The accounts asked about, the company's day and the last moment of its horizon.
SCOPE = """
SELECT *
  FROM unnest(%(ids)s::int[], %(partners)s::int[], %(companies)s::int[],
              %(days)s::date[], %(horizons)s::timestamp[])
    AS account (id, partner_id, company_id, today, horizon)
"""

# Of one account they are constants: the plan is made sooner and better.
SCOPE_OF_ONE = """
SELECT %s::int AS id, %s::int AS partner_id, %s::int AS company_id, %s::date AS today,
       %s::timestamp AS horizon
"""

ORDERS = """
SELECT scope.id, part.code, part.amount
  FROM (%(scope)s) scope
 CROSS JOIN LATERAL (
       SELECT SUM(orders.amount_undelivered) %(near)s AS undelivered,
              SUM(orders.amount_unbilled) AS unbilled
         FROM sale_order orders
        WHERE orders.debtor_account_id = scope.id
          AND (orders.amount_undelivered <> 0 OR orders.amount_unbilled <> 0)) total
 CROSS JOIN LATERAL (VALUES ('undelivered', total.undelivered),
                            ('unbilled', total.unbilled)) part (code, amount)
 WHERE part.amount <> 0
"""

# Asked of each order only where a company has a horizon.
NEAR = """
FILTER (WHERE scope.horizon IS NULL OR orders.commitment_date IS NULL
           OR orders.commitment_date < scope.horizon)
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

# From the sums of open items: there may be very many.
RECEIVABLES = """
SELECT item.id, item.code, SUM(item.amount) %(days)s
  FROM (
    SELECT scope.id, open.amount, scope.today - open.date_due AS days,
           CASE WHEN open.date_due IS NULL THEN 'unallocated'
                WHEN open.date_due < scope.today THEN 'overdue'
                ELSE 'receivable' END AS code
      FROM (%(scope)s) scope
      JOIN res_partner partner ON partner.commercial_partner_id = scope.partner_id
      JOIN key_account_open_item open
        ON open.partner_id = partner.id AND open.company_id = scope.company_id
      JOIN account_account ledger ON ledger.id = open.account_id
     WHERE ledger.account_type = 'asset_receivable'
  ) item
GROUP BY item.id, item.code %(days)s
HAVING SUM(item.amount) <> 0
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
        for account_id, code, amount, _days in self._read_exposure():
            own = found[self.browse(account_id)]
            own[code] = own.get(code, 0.0) + float(amount)
        return found

    def _get_exposure_by_day(self):
        """Return ``{account: (exposure, [(days overdue, amount)])}`` in the companies'
        currencies, in the same one statement."""
        totals = {account: [0.0, {}] for account in self}
        for account_id, code, amount, days in self._read_exposure(by_day=True):
            own = totals[self.browse(account_id)]
            own[0] += float(amount)
            if code == "overdue":
                own[1][days] = own[1].get(days, 0.0) + float(amount)
        return {
            account: (account.currency_id.round(total), list(overdue.items()))
            for account, (total, overdue) in totals.items()
        }

    def _read_exposure(self, by_day=False):
        """Return rows ``(account id, component code, amount, days overdue)``, several of
        a component where they are divided by days, else without days."""
        if not self.ids:
            return []
        self.env.flush_all()
        queries = []
        for source in self._get_exposure_sources():
            if by_day and source.query_by_day:
                queries.append(SQL("(%s)", source.query_by_day))
            else:
                queries.append(
                    SQL("(SELECT *, NULL::int FROM (%s) rows)", source.query)
                )
        return self.env.execute_query(SQL(" UNION ALL ").join(queries))

    def _get_exposure_sources(self):
        components = self._get_exposure_components()
        return {part.source.code: part.source for part in components}.values()

    def _get_exposure_total(self):
        """Return ``{account: exposure}``, the sum of its components."""
        return {
            account: account.currency_id.round(sum(parts.values()))
            for account, parts in self._get_exposure().items()
        }

    def _get_exposure_scope(self):
        """Return the subquery that the sources go by: ``id``, ``partner_id``,
        ``company_id``, ``today`` and ``horizon`` of each account."""
        accounts = self.browse(self.ids)
        accounts.fetch(["partner_id", "company_id"])
        # sudo: the company's day and policy count for everybody.
        companies = accounts.company_id.sudo()
        today = {company.id: company._get_today() for company in companies}
        horizon = {company.id: company._get_credit_horizon() for company in companies}
        owners = [account.company_id.id for account in accounts]
        if len(accounts) == 1:
            own = owners[0]
            partner = accounts.partner_id.id
            return SQL(
                SCOPE_OF_ONE, accounts.id, partner, own, today[own], horizon[own]
            )
        return SQL(
            SCOPE,
            ids=accounts.ids,
            partners=[account.partner_id.id for account in accounts],
            companies=owners,
            days=[today[company] for company in owners],
            horizons=[horizon[company] for company in owners],
        )

    def _get_exposure_components(self):
        # EXTENDS 'key_account'
        return [
            *super()._get_exposure_components(),
            *self._get_order_components(),
            *self._get_draft_components(),
            *self._get_receivable_components(),
        ]

    def _get_order_components(self):
        scope = self._get_exposure_scope()
        # sudo: a policy of the company counts for everybody.
        has_horizon = any(self.company_id.sudo().mapped("credit_horizon_days"))
        near = SQL(NEAR) if has_horizon else SQL()
        source = ExposureSource("orders", SQL(ORDERS, scope=scope, near=near))
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
            if end := company.sudo()._get_credit_horizon():
                own &= Domain("commitment_date", "=", False) | Domain(
                    "commitment_date", "<", end
                )
            domain |= own
        return domain

    def _get_debtor_domain(self):
        """Return the domain of the documents of whoever pays for these accounts."""
        partners = self.partner_id.ids
        return Domain("partner_id.commercial_partner_id", "in", partners) & Domain(
            "company_id", "in", self.company_id.ids
        )

    def _get_draft_components(self):
        drafts = SQL(DRAFTS, scope=self._get_exposure_scope())
        return [
            ExposureComponent(
                "draft_invoice",
                self.env._("Draft Invoices"),
                ExposureSource("drafts", drafts),
                "account.move",
                self._get_debtor_domain() & self._get_draft_domain(),
                "amount_total_signed",
            )
        ]

    def _get_receivable_components(self):
        scope = self._get_exposure_scope()
        source = ExposureSource(
            "receivables",
            SQL(RECEIVABLES, scope=scope, days=SQL()),
            SQL(RECEIVABLES, scope=scope, days=SQL(", item.days")),
        )
        items = (
            self._get_debtor_domain()
            & Domain("parent_state", "=", "posted")
            & Domain("account_id.account_type", "=", "asset_receivable")
        )
        owed, overdue = Domain("amount_residual", ">", 0), self._get_overdue_domain()
        return [
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
        return {
            account: overdue
            for account, (_total, overdue) in self._get_exposure_by_day().items()
        }
