from odoo import models
from odoo.tools import SQL

# What the entries of each fund add up to.
ENTRY_SUMS = """
SELECT fund.id, fund.amount_posted, fund.amount_frozen,
       COALESCE(SUM(entry.posted_change), 0), COALESCE(SUM(entry.frozen_change), 0)
  FROM key_account_fund fund
  LEFT JOIN key_account_fund_entry entry ON entry.fund_id = fund.id
 WHERE fund.id = ANY(%(funds)s)
GROUP BY fund.id
"""

# Freezes whose captures and releases are neither nothing nor all of it.
BROKEN_FREEZES = """
SELECT frozen.id
  FROM key_account_fund_entry frozen
  JOIN key_account_fund_entry entry ON entry.freeze_id = frozen.id
 WHERE frozen.fund_id = ANY(%(funds)s)
GROUP BY frozen.id
HAVING SUM(entry.amount) <> frozen.amount
    OR bool_or(entry.fund_id <> frozen.fund_id)
    OR bool_or(entry.order_id IS DISTINCT FROM frozen.order_id)
    OR frozen.kind <> 'freeze'
"""

# Ledger and general ledger, for each liability account, customer and currency.
LEDGER_SUMS = """
WITH funds AS (
    SELECT account_id, partner_id, currency_id, SUM(amount_posted) AS amount
      FROM key_account_fund
     WHERE company_id = ANY(%(companies)s)
  GROUP BY account_id, partner_id, currency_id
), items AS (
    SELECT line.account_id, partner.commercial_partner_id AS partner_id,
           line.currency_id, -SUM(line.amount_currency) AS amount
      FROM account_move_line line
      JOIN account_account account ON account.id = line.account_id
      LEFT JOIN res_partner partner ON partner.id = line.partner_id
     WHERE account.fund_kind IS NOT NULL
       AND line.parent_state = 'posted'
       AND line.company_id = ANY(%(companies)s)
  GROUP BY line.account_id, partner.commercial_partner_id, line.currency_id
)
SELECT COALESCE(funds.account_id, items.account_id),
       COALESCE(funds.partner_id, items.partner_id),
       COALESCE(funds.currency_id, items.currency_id),
       COALESCE(funds.amount, 0), COALESCE(items.amount, 0)
  FROM funds
  FULL JOIN items ON items.account_id = funds.account_id
                 AND items.partner_id = funds.partner_id
                 AND items.currency_id = funds.currency_id
 WHERE COALESCE(funds.amount, 0) <> COALESCE(items.amount, 0)
"""


class KeyAccountFund(models.Model):
    """The proof that balances, entries and general ledger say the same."""

    _inherit = "key.account.fund"

    def _audit(self):
        """Return a sentence for each thing that is wrong with these funds, none when
        all is right: the balances against the entries, each freeze against what
        resolved it, and, for the funds' companies, against the general ledger."""
        # sudo: what is true does not depend on who asks.
        funds = self.sudo()
        self.env.flush_all()
        return [
            *funds._audit_balances(),
            *funds._audit_freezes(),
            *funds._audit_general_ledger(),
        ]

    def _audit_balances(self):
        rows = self.env.execute_query(SQL(ENTRY_SUMS, funds=self.ids))
        return [
            self.env._(
                "%(fund)s: the balances are %(posted)s and %(frozen)s frozen, the entries "
                "add up to %(posted_entries)s and %(frozen_entries)s.",
                fund=self.browse(fund_id).display_name,
                posted=posted,
                frozen=frozen,
                posted_entries=posted_entries,
                frozen_entries=frozen_entries,
            )
            for fund_id, posted, frozen, posted_entries, frozen_entries in rows
            if (posted, frozen) != (posted_entries, frozen_entries)
        ]

    def _audit_freezes(self):
        rows = self.env.execute_query(SQL(BROKEN_FREEZES, funds=self.ids))
        freezes = self.env["key.account.fund.entry"].browse(row[0] for row in rows)
        return [
            self.env._(
                "%(fund)s: freeze %(number)s is not resolved by as much as it froze.",
                fund=freeze.fund_id.display_name,
                number=freeze.id,
            )
            for freeze in freezes
        ]

    def _audit_general_ledger(self):
        rows = self.env.execute_query(SQL(LEDGER_SUMS, companies=self.company_id.ids))
        return [
            self.env._(
                "%(account)s, %(customer)s, %(currency)s: the funds have %(funds)s, the "
                "general ledger %(items)s.",
                account=self.env["account.account"].browse(account_id).display_name,
                customer=self.env["res.partner"].browse(partner_id).display_name,
                currency=self.env["res.currency"].browse(currency_id).name,
                funds=funds,
                items=items,
            )
            for account_id, partner_id, currency_id, funds, items in rows
        ]
