from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    key_account_document_warn_days = fields.Integer(
        related="company_id.key_account_document_warn_days", readonly=False
    )
