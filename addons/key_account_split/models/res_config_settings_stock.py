from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    split_stock_policy = fields.Selection(
        related="company_id.split_stock_policy", readonly=False
    )
    split_reserve_at = fields.Selection(
        related="company_id.split_reserve_at", readonly=False
    )
