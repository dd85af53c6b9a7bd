from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_amount_below_floor(self):
        """Return by how much the line is below the least that it may cost."""
        product = self.product_id
        floor = product.list_price - product.test_floor
        return (floor - self.price_unit) * self.product_uom_qty
