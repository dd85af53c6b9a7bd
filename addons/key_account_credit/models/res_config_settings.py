from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    credit_horizon_days = fields.Integer(
        related="company_id.credit_horizon_days", readonly=False
    )
    credit_without_limit = fields.Selection(
        related="company_id.credit_without_limit", readonly=False
    )
    credit_waiting_order = fields.Selection(
        related="company_id.credit_waiting_order", readonly=False
    )
    credit_limit_warn_days = fields.Integer(
        related="company_id.credit_limit_warn_days", readonly=False
    )
