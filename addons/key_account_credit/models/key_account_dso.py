from odoo import fields, models
from odoo.tools import SQL

from .key_account import CREDIT_READERS

# Over how many days what was invoiced is compared with what is open.
DSO_DAYS = 90
# Within how many days paid invoices count for how late a customer pays.
LATE_DAYS = 365

# A chain of parents this long is a mistake: the search ends.
GROUP_ROOTS = """
WITH RECURSIVE chain AS (
    SELECT account.id, account.company_id, account.partner_id, 0 AS depth
      FROM key_account account
     WHERE account.id = ANY(%s)
     UNION ALL
    SELECT chain.id, chain.company_id, partner.parent_id, chain.depth + 1
      FROM chain
      JOIN res_partner partner ON partner.id = chain.partner_id
     WHERE partner.parent_id IS NOT NULL AND chain.depth < 100
)
SELECT DISTINCT ON (chain.id) chain.id, head.id
  FROM chain
  JOIN key_account head
    ON head.partner_id = chain.partner_id AND head.company_id = chain.company_id
ORDER BY chain.id, chain.depth DESC
"""

TURNOVER = """
SELECT scope.id, SUM(move.amount_total_signed)
  FROM (%(scope)s) scope
  JOIN res_partner partner ON partner.commercial_partner_id = scope.partner_id
  JOIN account_move move
    ON move.partner_id = partner.id AND move.company_id = scope.company_id
 WHERE move.state = 'posted'
   AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
   AND move.invoice_date > scope.today - %(days)s
   AND move.invoice_date <= scope.today
GROUP BY scope.id
"""

# An installment is paid on the day of the last payment allocated to it. What a credit
# note took back was never paid.
LATENESS = """
SELECT paid.id, SUM(paid.days * paid.amount) / SUM(paid.amount)
  FROM (
    SELECT scope.id, line.debit AS amount,
           GREATEST(last.day - COALESCE(line.date_maturity, line.date), 0) AS days
      FROM (%(scope)s) scope
      JOIN res_partner partner ON partner.commercial_partner_id = scope.partner_id
      JOIN account_move move
        ON move.partner_id = partner.id AND move.company_id = scope.company_id
      JOIN account_move_line line ON line.move_id = move.id
     CROSS JOIN LATERAL (
           SELECT MAX(part.max_date) AS day FROM account_partial_reconcile part
            WHERE part.debit_move_id = line.id) last
     WHERE move.state = 'posted'
       AND move.move_type IN ('out_invoice', 'out_receipt')
       AND move.payment_state IN ('paid', 'in_payment')
       AND move.invoice_date > scope.today - %(days)s
       AND line.display_type = 'payment_term'
       AND line.debit > 0
       AND last.day IS NOT NULL
  ) paid
GROUP BY paid.id
"""


class KeyAccount(models.Model):
    """How long it takes until an account, and its group, has paid.

    Days sales outstanding (DSO) = what is open / what was invoiced in the period × days
    of the period, the usual definition (total receivables / total credit sales × days
    in the period, https://www.vcalc.com/wiki/days-sales-outstanding), here:

    - open: posted receivables of today, due or not, less what was received and is not
      allocated yet; at least zero;
    - invoiced: posted invoices less credit notes of the last 90 days, taxes included,
      because receivables include them;
    - where nothing was invoiced in that time the figure does not exist: it is zero.

    That of the group adds up both over all its accounts first.
    """

    _inherit = "key.account"

    credit_dso = fields.Float(
        string="DSO (Days)",
        compute="_compute_credit_dso",
        digits=(16, 1),
        groups=CREDIT_READERS,
        help="Days sales outstanding: open receivables, less what is not allocated yet, "
        "divided by what was invoiced in the last 90 days, times 90. Zero where nothing "
        "was invoiced in that time.",
    )
    credit_dso_group = fields.Float(
        string="DSO of the Group (Days)",
        compute="_compute_credit_dso",
        digits=(16, 1),
        groups=CREDIT_READERS,
        help="The same for the accounts of the group together.",
    )
    credit_days_late = fields.Float(
        string="Paid Late (Days)",
        compute="_compute_credit_days_late",
        digits=(16, 1),
        groups=CREDIT_READERS,
        help="How many days after they were due the invoices of the last 12 months were "
        "paid, on average, by amount; those paid in time count with zero.",
    )

    def _compute_credit_dso(self):
        for account, (own, group, _turnover) in self._get_dso().items():
            account.credit_dso = own
            account.credit_dso_group = group

    def _compute_credit_days_late(self):
        late = self._get_days_late()
        for account in self:
            account.credit_days_late = late[account]

    # ---------------------------------------------------------------- business

    def _get_dso(self):
        """Return ``{account: (days, days of its group, turnover)}``, the turnover in the
        company's currency; a constant number of queries."""
        # sudo: the whole group counts, whoever looks.
        accounts = self._origin.sudo()
        roots = accounts._get_group_roots()
        members = accounts.browse().union(*roots.values())._get_group_members()
        involved = accounts.union(*members.values())
        turnover = involved._get_turnover()
        balances = involved._get_receivable_balance()
        found = {}
        for record in self:
            account = record._origin.sudo()  # sudo: as above
            group = members.get(roots.get(account), account)
            found[record] = (
                self._divide_dso(balances.get(account), turnover.get(account)),
                self._divide_dso(
                    sum(balances[each] for each in group),
                    sum(turnover[each] for each in group),
                ),
                turnover.get(account, 0.0),
            )
        return found

    @staticmethod
    def _divide_dso(balance, turnover):
        if not turnover or turnover <= 0:
            return 0.0
        return max(balance, 0.0) / turnover * DSO_DAYS

    def _get_group_roots(self):
        """Return ``{account: the topmost account of its group}``, itself where there is
        none above it; one query."""
        self.env["res.partner"].flush_model(["parent_id"])
        self.flush_model(["partner_id", "company_id"])
        if not self.ids:
            return {}
        rows = self.env.execute_query(SQL(GROUP_ROOTS, self.ids))
        return {self.browse(own): self.browse(head) for own, head in rows}

    def _get_turnover(self, days=DSO_DAYS):
        """Return ``{account: what was invoiced in so many days until today}``, less
        credit notes, taxes included, in the company's currency; one query."""
        return self._sum_by_account(TURNOVER, days)

    def _get_days_late(self, days=LATE_DAYS):
        """Return ``{account: how many days late it paid on average}``, weighted by
        amount, of the invoices of so many days until today that are paid; one query."""
        return self._sum_by_account(LATENESS, days)

    def _sum_by_account(self, query, days):
        accounts = self._origin
        found = dict.fromkeys(self, 0.0)
        if not accounts.ids:
            return found
        self.env.flush_all()
        scope = accounts._get_exposure_scope()
        rows = self.env.execute_query(SQL(query, scope=scope, days=days))
        amounts = {account_id: float(amount) for account_id, amount in rows}
        return {account: amounts.get(account._origin.id, 0.0) for account in self}

    def _get_receivable_balance(self):
        """Return ``{account: posted receivables less what is not allocated}``."""
        return {
            account: sum(
                parts.get(code, 0.0)
                for code in ("receivable", "overdue", "unallocated")
            )
            for account, parts in self._get_exposure().items()
        }
