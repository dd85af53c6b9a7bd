from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_agreement_signature = fields.Boolean(
        string="Customers sign agreements",
        help="New agreements are activated once the customer has signed them; each "
        "agreement can say otherwise.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    key_account_agreement_signature = fields.Boolean(
        related="company_id.key_account_agreement_signature", readonly=False
    )
