from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.key_account.models.res_company import DAY

# In the order of their codes: pivots and graphs sort by these.
BUCKETS = [
    ("credit", "Received, Not Allocated"),
    ("not_due", "Not Due"),
    ("overdue_001", "1-30 Days"),
    ("overdue_031", "31-60 Days"),
    ("overdue_061", "61-90 Days"),
    ("overdue_091", "More than 90 Days"),
]

# A chain of parents this long is a mistake: the search ends. PostgreSQL leaves the whole
# join out where nobody asks for the group.
GROUPS = """
WITH RECURSIVE chain AS (
    SELECT account.id, account.company_id, account.partner_id, 0 AS depth
      FROM key_account account
     UNION ALL
    SELECT chain.id, chain.company_id, partner.parent_id, chain.depth + 1
      FROM chain
      JOIN res_partner partner ON partner.id = chain.partner_id
     WHERE partner.parent_id IS NOT NULL AND chain.depth < 100
)
SELECT DISTINCT ON (chain.id) chain.id, head.id AS head_id
  FROM chain
  JOIN key_account head
    ON head.partner_id = chain.partner_id AND head.company_id = chain.company_id
ORDER BY chain.id, chain.depth DESC
"""

OPEN_ITEMS = """
SELECT line.id, line.move_id, line.company_id, company.currency_id,
       account.id AS key_account_id, grouped.head_id AS group_account_id,
       account.grade_id, account.user_id, line.date,
       COALESCE(line.date_maturity, line.date) AS date_due,
       GREATEST(day.today - COALESCE(line.date_maturity, line.date), 0) AS days_overdue,
       CASE WHEN line.amount_residual < 0 THEN 'credit'
            WHEN COALESCE(line.date_maturity, line.date) >= day.today
            THEN 'not_due'
            WHEN COALESCE(line.date_maturity, line.date) >= day.today - 30
            THEN 'overdue_001'
            WHEN COALESCE(line.date_maturity, line.date) >= day.today - 60
            THEN 'overdue_031'
            WHEN COALESCE(line.date_maturity, line.date) >= day.today - 90
            THEN 'overdue_061'
            ELSE 'overdue_091'
       END AS bucket,
       line.amount_residual AS amount
  FROM key_account account
  LEFT JOIN ({groups}) grouped ON grouped.id = account.id
  JOIN res_company company ON company.id = account.company_id
  JOIN res_partner owner ON owner.id = company.partner_id
 CROSS JOIN LATERAL (SELECT {day} AS today) day
  JOIN res_partner partner ON partner.commercial_partner_id = account.partner_id
  JOIN account_move_line line
    ON line.partner_id = partner.id AND line.company_id = account.company_id
 WHERE line.parent_state = 'posted'
   AND line.amount_residual <> 0
   AND line.account_id = ANY(ARRAY(
       SELECT id FROM account_account WHERE account_type = 'asset_receivable'))
""".replace("{groups}", GROUPS).replace(
    "{day}", DAY.format(zone="owner.tz", moment="%(now)s::timestamp")
)


class KeyAccountCreditAgeing(models.Model):
    """What is open today of the receivables of key accounts, an item a row, by how long
    it has been overdue; in the company's currency. The row has the number of its journal
    item; all rows of an account add up to its receivables in the exposure."""

    _name = "key.account.credit.ageing"
    _description = "Ageing of Receivables"
    _auto = False
    _rec_name = "move_id"
    _order = "date_due, id"
    _depends = {
        "account.account": ["account_type"],
        "account.move.line": [
            "account_id",
            "amount_residual",
            "company_id",
            "date",
            "date_maturity",
            "move_id",
            "parent_state",
            "partner_id",
        ],
        "key.account": ["company_id", "grade_id", "partner_id", "user_id"],
        "res.company": ["currency_id", "partner_id"],
        "res.partner": ["commercial_partner_id", "parent_id", "tz"],
    }

    key_account_id = fields.Many2one("key.account", readonly=True)
    group_account_id = fields.Many2one(
        "key.account",
        string="Group",
        readonly=True,
        help="The topmost account of the group; the account itself where there is none "
        "above it.",
    )
    grade_id = fields.Many2one("key.account.grade", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    move_id = fields.Many2one("account.move", string="Document", readonly=True)
    date = fields.Date(readonly=True)
    date_due = fields.Date(string="Due on", readonly=True)
    days_overdue = fields.Integer(readonly=True, aggregator="max")
    bucket = fields.Selection(BUCKETS, string="Overdue for", readonly=True)
    amount = fields.Monetary(string="Open Amount", readonly=True)

    @property
    def _table_query(self):
        return SQL(OPEN_ITEMS, now=fields.Datetime.now())

    def action_open_document(self):
        """Return the action that opens the invoice or payment behind an item."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }


class KeyAccount(models.Model):
    _inherit = "key.account"

    def _get_ageing(self):
        """Return ``{account: {bucket: amount}}`` as of today, in the company's currency;
        buckets without an amount are absent. One query."""
        found = {account: {} for account in self}
        groups = self.env["key.account.credit.ageing"]._read_group(
            [("key_account_id", "in", self.ids)],
            ["key_account_id", "bucket"],
            ["amount:sum"],
        )
        for account, bucket, amount in groups:
            found[account][bucket] = account.currency_id.round(amount)
        return found

    def action_open_credit_ageing(self):
        """Return the action that lists what is open of these accounts."""
        action = self._open_action(
            "key_account_credit.key_account_credit_ageing_action",
            [("key_account_id", "in", self.ids)],
        )
        action["views"] = [(False, "list"), (False, "pivot"), (False, "graph")]
        return action
