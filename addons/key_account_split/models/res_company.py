from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    recipient_import_limit = fields.Integer(
        string="Rows of a recipients file",
        default=20_000,
        help="The most rows that a file of recipients may have; a longer one is refused "
        "before it is read.",
    )

    _recipient_import_limit_range = models.Constraint(
        "CHECK(recipient_import_limit BETWEEN 1 AND 50000)",
        "A file of recipients has at least 1 and at most 50,000 rows: enter a number "
        "between them.",
    )
