from odoo import fields, models

STOCK_POLICIES = [
    ("wait", "Split and wait"),
    ("available", "Split what is there"),
    ("refuse", "All or nothing"),
]
RESERVE_MOMENTS = [("release", "At release"), ("split", "At the split")]


class ResCompany(models.Model):
    _inherit = "res.company"

    split_stock_policy = fields.Selection(
        STOCK_POLICIES,
        string="When goods are short",
        required=True,
        default="wait",
        help="What new parent orders do when goods are short.",
    )
    split_reserve_at = fields.Selection(
        RESERVE_MOMENTS,
        string="Reserve goods",
        required=True,
        default="release",
        help="When new parent orders reserve the goods of child orders that wait for "
        "their release date.",
    )
