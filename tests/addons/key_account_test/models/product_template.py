from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    # Only the tests of this addon set it: for all others there is no such check.
    test_floor = fields.Float(
        string="Test: Largest Reduction",
        digits="Product Price",
        help="By how much a price may be below the list price; zero checks nothing.",
    )
