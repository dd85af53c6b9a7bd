from odoo import models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def action_open_prices(self):
        """Return the action that lists what customers paid for the products."""
        return self.product_variant_ids._open_prices(
            [("product_tmpl_id", "in", self.ids)]
        )
