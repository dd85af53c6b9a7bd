from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_agreement_signature = fields.Boolean(
        string="Customers sign agreements",
        help="New agreements are activated once the customer has signed them; each "
        "agreement can say otherwise.",
    )
    freight_income_account_id = fields.Many2one(
        "account.account",
        ondelete="restrict",
        check_company=True,
        domain=[("account_type", "in", ("income", "income_other"))],
        help="Posting a customer invoice moves the freight in its prices from the "
        "goods' income account to this one. Without it, nothing is moved.",
    )
