from odoo import api, models
from odoo.tools import float_compare

# What may raise a confirmed order.
RAISING_FIELDS = {
    "order_id",
    "product_id",
    "product_uom_qty",
    "product_uom_id",
    "price_unit",
    "discount",
    "tax_ids",
    "extra_tax_data",
    "qty_delivered",
}


class SaleOrderLine(models.Model):
    """The gate's doors on the lines of confirmed orders: what raises the order is
    judged like a new one, what lowers it is not."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "key.account.computed.guard"]

    _GUARDED_FIELDS = ("price_subtotal", "price_tax", "price_total", "state")

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # sudo: the gate judges prices that the user may not see.
        raising = lines.sudo().filtered(lambda line: line._is_order_raised({}))
        lines.filtered(lambda line: line in raising).order_id._gate_assert_raise()
        return lines

    def write(self, vals):
        if not RAISING_FIELDS.intersection(vals):
            return super().write(vals)
        # sudo: as in create().
        lines = self.sudo()
        before = {
            line: (line.order_id, line.product_id, *line._gate_get_sizes())
            for line in lines
            if line.order_id.state == "sale"
        }
        result = super().write(vals)
        raised = lines.filtered(lambda line: line._is_order_raised(before)).order_id
        raised |= lines._get_orders_left(before)
        self.env["sale.order"].browse(raised.ids)._gate_assert_raise()
        return result

    def unlink(self):
        # Core keeps most lines of confirmed orders, but not all: without a discount the
        # order costs more.
        # sudo: as in create().
        dearer = self.sudo().filtered(
            lambda line: line.order_id.state == "sale" and line.price_total < 0
        )
        orders = self.env["sale.order"].browse(dearer.order_id.ids)
        result = super().unlink()
        orders._gate_assert_raise()
        return result

    def _gate_get_sizes(self):
        """Return ordered quantity in the product's unit, total with taxes, and what
        somebody says was delivered beyond the order; goods that left are not asked
        about."""
        extra = 0.0
        if self.qty_delivered_method == "manual":
            extra = max(self.qty_delivered - self.product_uom_qty, 0.0)
        return self._get_quantity_in_product_unit(), self.price_total, extra

    def _get_quantity_in_product_unit(self):
        """Return the ordered quantity in the product's own unit, not rounded."""
        unit, own = self.product_uom_id, self.product_id.uom_id
        if not unit or not own or unit == own:
            return self.product_uom_qty
        return unit._compute_quantity(self.product_uom_qty, own, round=False)

    def _is_order_raised(self, before):
        """Return whether this line raises its confirmed order.

        :param before: ``{line: (order, product, *sizes)}`` of lines that were there
        """
        # A down payment is a line over a quantity of nothing; with goods it is an order.
        if self.order_id.state != "sale" or self.display_type:
            return False
        order, product, *sizes = before.get(self, (None, None, 0.0, 0.0, 0.0))
        if (order, product) != (self.order_id, self.product_id):
            sizes = (0.0, 0.0, 0.0)
        quantity, amount, extra = self._gate_get_sizes()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        more = float_compare(quantity, sizes[0], precision_digits=digits) > 0
        dearer = self.currency_id.compare_amounts(amount, sizes[1]) > 0
        beyond = float_compare(extra, sizes[2], precision_digits=digits) > 0
        # A reward or a discount is a line, too, and lowers the order; goods never do.
        is_discount = self.price_unit < 0 and self.product_id.type == "service"
        return dearer or beyond or (more and not is_discount)

    def _get_orders_left(self, before):
        """Return the confirmed orders that these lines, discounts, were moved away from:
        they cost more without them."""
        left = self.env["sale.order"]
        for line in self:
            order, _product, _quantity, amount, _extra = before.get(
                line, (line.order_id, None, 0.0, 0.0, 0.0)
            )
            if order != line.order_id and amount < 0:
                left |= order
        return left
