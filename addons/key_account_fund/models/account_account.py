from odoo import fields, models

FUND_KINDS = [
    ("prepayment", "Prepayment"),
    ("deposit", "Deposit"),
    ("rebate", "Rebate"),
]


class AccountAccount(models.Model):
    _inherit = "account.account"

    fund_kind = fields.Selection(
        FUND_KINDS,
        string="Customer Funds",
        index="btree_not_null",
        copy=False,
        help="What customers have with the company is kept on this account: each posted "
        "item is a movement of the customer's fund.",
    )
