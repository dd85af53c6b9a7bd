from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    split_background_limit = fields.Integer(
        related="company_id.split_background_limit", readonly=False
    )
