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

# Who has what by the funds' columns, by their entries and by the general ledger, for each
# company, liability account, customer and currency.
LEDGER_ROWS = """
SELECT COALESCE(funds.company_id, items.company_id) AS company_id,
       COALESCE(funds.account_id, items.account_id) AS account_id,
       COALESCE(funds.partner_id, items.partner_id) AS partner_id,
       COALESCE(funds.currency_id, items.currency_id) AS currency_id,
       funds.fund_id,
       items.line_id,
       COALESCE(funds.amount, 0) AS amount_funds,
       COALESCE(funds.amount_entries, 0) AS amount_entries,
       COALESCE(items.amount, 0) AS amount_ledger
  FROM (
    SELECT fund.company_id, fund.account_id, fund.partner_id, fund.currency_id,
           MIN(fund.id) AS fund_id,
           SUM(fund.amount_posted) AS amount,
           SUM(entries.amount) AS amount_entries
      FROM key_account_fund fund
      LEFT JOIN LATERAL (
            SELECT SUM(entry.posted_change) AS amount
              FROM key_account_fund_entry entry
             WHERE entry.fund_id = fund.id) entries ON TRUE
     WHERE fund.company_id = ANY(%(companies)s)
  GROUP BY fund.company_id, fund.account_id, fund.partner_id, fund.currency_id
  ) funds
  FULL JOIN (
    SELECT line.company_id, line.account_id, line.partner_id,
           line.currency_id,
           MIN(line.id) AS line_id,
           -SUM(line.amount_currency) AS amount
      FROM account_move_line line
      JOIN account_account account ON account.id = line.account_id
     WHERE account.fund_kind IS NOT NULL
       AND line.parent_state = 'posted'
       AND line.company_id = ANY(%(companies)s)
  GROUP BY line.company_id, line.account_id, line.partner_id,
           line.currency_id
  ) items ON items.company_id = funds.company_id
         AND items.account_id = funds.account_id
         AND items.partner_id = funds.partner_id
         AND items.currency_id = funds.currency_id
"""

LEDGER_DIFFERENCES = f"""
SELECT company_id, account_id, partner_id, currency_id, fund_id,
       amount_funds, amount_ledger
  FROM ({LEDGER_ROWS}) ledger
 WHERE amount_funds <> amount_ledger
ORDER BY company_id, account_id, partner_id, currency_id
"""


class KeyAccountFund(models.Model):
    """The proof that balances, entries and general ledger say the same."""

    _inherit = "key.account.fund"

    def _audit(self):
        """Return a sentence for each thing that is wrong with these funds, none when
        all is right: the balances against the entries, each freeze against what
        resolved it, and, for the funds' companies, against the general ledger."""
        return [sentence for _fund, sentence in self._get_findings()]

    def _get_findings(self):
        """Return what `_audit` finds as ``[(fund, sentence)]``, in the language of the
        environment. What belongs to no fund comes with another of the company."""
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
        found = []
        for fund_id, *amounts in rows:
            posted, frozen, posted_entries, frozen_entries = amounts
            if (posted, frozen) == (posted_entries, frozen_entries):
                continue
            fund = self.browse(fund_id)
            posted, frozen, posted_entries, frozen_entries = (
                fund.currency_id.format(float(amount)) for amount in amounts
            )
            sentence = self.env._(
                "%(fund)s: the balances are %(posted)s and %(frozen)s frozen, the entries "
                "add up to %(posted_entries)s and %(frozen_entries)s.",
                fund=fund.display_name,
                posted=posted,
                frozen=frozen,
                posted_entries=posted_entries,
                frozen_entries=frozen_entries,
            )
            found.append((fund, sentence))
        return found

    def _audit_freezes(self):
        rows = self.env.execute_query(SQL(BROKEN_FREEZES, funds=self.ids))
        freezes = self.env["key.account.fund.entry"].browse(row[0] for row in rows)
        return [
            (
                freeze.fund_id,
                self.env._(
                    "%(fund)s: freeze %(number)s is not resolved by as much as it froze.",
                    fund=freeze.fund_id.display_name,
                    number=freeze.id,
                ),
            )
            for freeze in freezes
        ]

    def _audit_general_ledger(self):
        rows = self.env.execute_query(
            SQL(LEDGER_DIFFERENCES, companies=self.company_id.ids)
        )
        found = []
        for company_id, account_id, partner_id, currency_id, fund_id, *amounts in rows:
            account = self.env["account.account"].browse(account_id)
            account = account.with_company(company_id)
            partner = self.env["res.partner"].browse(partner_id)
            currency = self.env["res.currency"].browse(currency_id)
            funds, items = (currency.format(float(amount)) for amount in amounts)
            sentence = self.env._(
                "%(account)s, %(customer)s, %(currency)s: the funds have %(funds)s, the "
                "general ledger %(items)s.",
                account=account.display_name,
                customer=partner.display_name or self.env._("no customer"),
                currency=currency.name,
                funds=funds,
                items=items,
            )
            others = self.filtered(lambda fund, c=company_id: fund.company_id.id == c)
            near = others.filtered(lambda fund, a=account: fund.account_id == a)
            found.append((self.browse(fund_id) or (near or others)[:1], sentence))
        return found
