from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_document_warn_days = fields.Integer(
        string="Document expiry warning (days)",
        default=30,
        help="How many days before a qualification document expires its account's "
        "salesperson gets an activity.",
    )

    _key_account_document_warn_days_positive = models.Constraint(
        "CHECK(key_account_document_warn_days >= 0)",
        "The document expiry warning is a number of days: enter zero or more.",
    )
