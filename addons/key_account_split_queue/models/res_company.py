from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    split_background_limit = fields.Integer(
        string="Child orders of a split in the background",
        default=200,
        help="An order that makes more child orders is split in the background; 0: every "
        "order is split while the user waits.",
    )

    _split_background_limit_range = models.Constraint(
        "CHECK(split_background_limit >= 0)",
        "The number of child orders from which a split runs in the background cannot be "
        "negative: enter 0 to always wait for the split.",
    )
