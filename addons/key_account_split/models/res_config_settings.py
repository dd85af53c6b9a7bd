from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    recipient_import_limit = fields.Integer(
        related="company_id.recipient_import_limit", readonly=False
    )
