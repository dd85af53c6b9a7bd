from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    freight_income_account_id = fields.Many2one(
        "account.account",
        ondelete="restrict",
        check_company=True,
        domain=[("account_type", "in", ("income", "income_other"))],
        help="Posting a customer invoice moves the freight in its prices from the "
        "goods' income account to this one. Without it, nothing is moved.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    freight_income_account_id = fields.Many2one(
        related="company_id.freight_income_account_id", readonly=False
    )
