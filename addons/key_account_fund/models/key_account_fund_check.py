from odoo import fields, models
from odoo.tools import SQL

from .key_account_fund_audit import LEDGER_ROWS

# A row's number is twice that of its first fund; where there is none, twice that of its
# first journal item and one.
CHECK_ROWS = f"""
SELECT COALESCE(ledger.fund_id::int8 * 2, ledger.line_id::int8 * 2 + 1) AS id,
       ledger.company_id, ledger.account_id, ledger.partner_id, ledger.currency_id,
       ledger.amount_funds, ledger.amount_entries, ledger.amount_ledger,
       GREATEST(ledger.amount_funds, ledger.amount_entries, ledger.amount_ledger)
       - LEAST(ledger.amount_funds, ledger.amount_entries, ledger.amount_ledger)
       AS amount_difference
  FROM ({LEDGER_ROWS}) ledger
"""


class KeyAccountFundCheck(models.Model):
    """Whether funds and general ledger agree: what customers have by the funds' balances,
    by their entries and by the journal items, read from them at the moment of asking.

    It is the statement that `_audit` asks, so that nobody is told two things.
    """

    _name = "key.account.fund.check"
    _description = "Funds Against General Ledger"
    _auto = False
    _rec_name = "account_id"
    _order = "company_id, account_id, partner_id, currency_id, id"
    _depends = {
        "key.account.fund": [
            "account_id",
            "amount_posted",
            "company_id",
            "currency_id",
            "partner_id",
        ],
        "key.account.fund.entry": ["fund_id", "posted_change"],
        "account.account": ["fund_kind"],
        "account.move.line": [
            "account_id",
            "amount_currency",
            "company_id",
            "currency_id",
            "parent_state",
            "partner_id",
        ],
        "res.partner": ["commercial_partner_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    account_id = fields.Many2one(
        "account.account", string="Liability Account", readonly=True
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_funds = fields.Monetary(
        string="Funds", readonly=True, help="The balances of the customer's funds."
    )
    amount_entries = fields.Monetary(
        string="Entries", readonly=True, help="What the entries of the funds add up to."
    )
    amount_ledger = fields.Monetary(
        string="General Ledger",
        readonly=True,
        help="What the posted journal items add up to: credit less debit.",
    )
    amount_difference = fields.Monetary(
        string="Difference",
        readonly=True,
        help="How far the three are apart; zero when they agree.",
    )

    @property
    def _table_query(self):
        return SQL(CHECK_ROWS, companies=self.env.companies.ids)

    # ----------------------------------------------------------------- actions

    def action_open_entries(self):
        """Return the action that lists the fund entries behind these rows."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_fund.key_account_fund_entry_action"
        )
        domain = fields.Domain.OR(
            row._get_key_domain("fund_id.", row.partner_id.ids) for row in self
        )
        action.update(domain=list(domain), context={})
        return action

    def action_open_items(self):
        """Return the action that lists the posted journal items behind these rows."""
        domain = fields.Domain.OR(
            row._get_key_domain("", row.partner_id.ids) for row in self
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journal Items"),
            "res_model": "account.move.line",
            "views": [
                (self.env.ref("account.view_move_line_tree").id, "list"),
                (False, "form"),
            ],
            "domain": list(domain & fields.Domain("parent_state", "=", "posted")),
            "context": {"create": False},
        }

    def action_print(self):
        """Return the report for the companies that the user has chosen."""
        return self.env.ref(
            "key_account_fund.key_account_fund_check_report"
        ).report_action(self.env.companies.ids)

    def _get_key_domain(self, prefix, partner_ids):
        """Return the domain of what this row is about."""
        self.ensure_one()
        return fields.Domain(
            [
                (f"{prefix}company_id", "=", self.company_id.id),
                (f"{prefix}account_id", "=", self.account_id.id),
                (f"{prefix}currency_id", "=", self.currency_id.id),
                (
                    f"{prefix}partner_id.commercial_partner_id",
                    "in",
                    partner_ids or [False],
                ),
            ]
        )
