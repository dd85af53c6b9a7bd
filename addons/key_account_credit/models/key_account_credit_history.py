from odoo import fields, models
from odoo.tools import SQL

HISTORY_ROWS = """
SELECT snapshot.id::int8 * 3 + part.place AS id,
       snapshot.date, snapshot.key_account_id, snapshot.group_account_id,
       snapshot.grade_id, snapshot.user_id, snapshot.company_id, snapshot.currency_id,
       part.figure, part.amount
  FROM key_account_credit_snapshot snapshot
 CROSS JOIN LATERAL (
    VALUES (0, 'exposure', snapshot.amount_exposure),
           (1, 'limit', snapshot.amount_limit),
           (2, 'overdue', snapshot.amount_overdue)
  ) part (place, figure, amount)
"""


class KeyAccountCreditHistory(models.Model):
    """Exposure, limit and overdue of each day, a figure a row: a graph shows one measure
    only, and here all three are lines of one. Amounts add up over accounts, not over
    days."""

    _name = "key.account.credit.history"
    _description = "Exposure over Time"
    _auto = False
    _rec_name = "key_account_id"
    _order = "date desc, id desc"
    _depends = {
        "key.account.credit.snapshot": [
            "amount_exposure",
            "amount_limit",
            "amount_overdue",
            "company_id",
            "currency_id",
            "date",
            "grade_id",
            "group_account_id",
            "key_account_id",
            "user_id",
        ],
    }

    date = fields.Date(readonly=True)
    key_account_id = fields.Many2one("key.account", readonly=True)
    group_account_id = fields.Many2one("key.account", string="Group", readonly=True)
    grade_id = fields.Many2one("key.account.grade", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    figure = fields.Selection(
        [("exposure", "Exposure"), ("limit", "Credit Limit"), ("overdue", "Overdue")],
        readonly=True,
    )
    amount = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        return SQL(HISTORY_ROWS)
