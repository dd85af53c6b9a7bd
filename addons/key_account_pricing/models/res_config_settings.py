from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    key_account_agreement_signature = fields.Boolean(
        related="company_id.key_account_agreement_signature", readonly=False
    )
    freight_income_account_id = fields.Many2one(
        related="company_id.freight_income_account_id", readonly=False
    )
