from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    company_tz = fields.Selection(
        related="company_id.partner_id.tz",
        string="Company's Time Zone",
        readonly=False,
    )
    key_account_document_warn_days = fields.Integer(
        related="company_id.key_account_document_warn_days", readonly=False
    )
