from odoo import fields, models
from odoo.tools import SQL

from .account_account import FUND_KINDS

# A row's number is made of the fund, the day and the place of the figure. What ends a
# freeze counts in the frozen figure on the freeze's day at the earliest.
BALANCE_ROWS = """
SELECT ((day.fund_id::int8 * 1000000 + (day.date - DATE '1970-01-01')) * 2
        + part.place) AS id,
       day.date, day.fund_id, day.fund_kind, day.key_account_id, day.company_id,
       day.currency_id, part.figure,
       part.change AS amount_change,
       SUM(part.change) OVER (
           PARTITION BY day.fund_id, day.key_account_id, day.company_id, part.figure
           ORDER BY day.date
       ) AS amount
  FROM (
    SELECT fund.id AS fund_id, fund.kind AS fund_kind, fund.key_account_id,
           fund.company_id, fund.currency_id, each.date::date AS date,
           COALESCE(moved.posted, 0) AS posted, COALESCE(moved.frozen, 0) AS frozen
      FROM key_account_fund fund
     CROSS JOIN LATERAL (
           SELECT MIN(entry.date) AS first, MAX(entry.date) AS last
             FROM key_account_fund_entry entry
            WHERE entry.fund_id = fund.id) span
     CROSS JOIN LATERAL generate_series(
           span.first, GREATEST(span.last, %(today)s), INTERVAL '1 day') each (date)
      LEFT JOIN (
           SELECT entry.fund_id, part.date,
                  SUM(part.posted) AS posted, SUM(part.frozen) AS frozen
             FROM key_account_fund_entry entry
             LEFT JOIN key_account_fund_entry begun ON begun.id = entry.freeze_id
            CROSS JOIN LATERAL (
               VALUES (entry.date, entry.posted_change, 0),
                      (GREATEST(entry.date, begun.date), 0, entry.frozen_change)
            ) part (date, posted, frozen)
         GROUP BY entry.fund_id, part.date) moved
        ON moved.fund_id = fund.id AND moved.date = each.date
  ) day
 CROSS JOIN LATERAL (
    VALUES (0, 'available', day.posted - day.frozen), (1, 'frozen', day.frozen)
  ) part (place, figure, change)
"""


class KeyAccountFundBalance(models.Model):
    """What funds had at the end of each day, from their first movement until today, in
    two figures that add up to the balance: available and frozen.

    A figure is a row of its own, so that one graph shows both. Its changes add up over
    days, funds and figures, which balances do not; days without a movement are there so
    that the graph keeps to time.
    """

    _name = "key.account.fund.balance"
    _description = "Fund Balance by Day"
    _auto = False
    _rec_name = "fund_id"
    _order = "date desc, id desc"
    _depends = {
        "key.account.fund": ["company_id", "currency_id", "key_account_id", "kind"],
        "key.account.fund.entry": [
            "date",
            "freeze_id",
            "frozen_change",
            "fund_id",
            "posted_change",
        ],
    }

    date = fields.Date(readonly=True)
    fund_id = fields.Many2one("key.account.fund", readonly=True)
    fund_kind = fields.Selection(FUND_KINDS, string="Kind", readonly=True)
    key_account_id = fields.Many2one("key.account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    figure = fields.Selection(
        [("available", "Available"), ("frozen", "Frozen")],
        readonly=True,
        help="Available and frozen together are the balance.",
    )
    amount_change = fields.Monetary(
        string="Balance", readonly=True, help="What the day added or took."
    )
    amount = fields.Monetary(
        string="At the End of the Day", readonly=True, aggregator=None
    )

    @property
    def _table_query(self):
        return SQL(BALANCE_ROWS, today=fields.Date.context_today(self))


class KeyAccountFund(models.Model):
    _inherit = "key.account.fund"

    def action_open_history(self):
        """Return the graph of what these funds had over time."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_fund.key_account_fund_balance_action"
        )
        action.update(domain=[("fund_id", "in", self.ids)], context={})
        return action


class KeyAccount(models.Model):
    _inherit = "key.account"

    def action_open_fund_history(self):
        """Return the graph of what the funds of these accounts had over time."""
        return self.fund_ids.action_open_history()

    def action_open_fund_statement(self):
        """Return the dialog that asks for the period of the funds' statement."""
        return self.fund_ids.action_open_statement()
