from odoo import api, fields, models


class SaleOrderStockCheck(models.TransientModel):
    """What an order wants from stock, what is free, and when more comes, as it is at
    the moment of asking."""

    _name = "sale.order.stock.check"
    _description = "Stock of an Order"

    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade")
    line_ids = fields.One2many("sale.order.stock.check.line", "check_id", readonly=True)
    is_short = fields.Boolean(compute="_compute_is_short")

    @api.depends("line_ids.quantity_short")
    def _compute_is_short(self):
        for check in self:
            check.is_short = any(check.line_ids.mapped("quantity_short"))

    @api.model_create_multi
    def create(self, vals_list):
        checks = super().create(vals_list)
        for check in checks:
            check.order_id.check_access("read")
            check.line_ids.create(check._prepare_line_vals_list())
        return checks

    def _prepare_line_vals_list(self):
        order = self.order_id
        rows = order._get_stock_rows()
        coming = order._get_stock_coming(rows)
        vals_list = []
        for row in rows:
            own = coming[row["product"], row["location"]]
            vals_list.append(
                {
                    "check_id": self.id,
                    "product_id": row["product"].id,
                    "warehouse_id": row["location"].warehouse_id.id,
                    "quantity_wanted": row["wanted"],
                    "quantity_free": row["free"],
                    "quantity_short": row["short"],
                    "quantity_coming": sum(quantity for _day, quantity in own),
                    "date_next": own[0][0] if own else False,
                    "date_covered": self._get_day_covered(row, own),
                }
            )
        return vals_list

    @staticmethod
    def _get_day_covered(row, coming):
        """Return the day on which what comes covers what is short, or False."""
        missing = row["short"]
        unit = row["product"].uom_id
        if unit.is_zero(missing):
            return False
        for day, quantity in coming:
            missing -= quantity
            if unit.compare(missing, 0.0) <= 0:
                return day
        return False


class SaleOrderStockCheckLine(models.TransientModel):
    """One product of the table."""

    _name = "sale.order.stock.check.line"
    _description = "Stock of an Ordered Product"
    _order = "quantity_short desc, id"

    check_id = fields.Many2one(
        "sale.order.stock.check", required=True, ondelete="cascade"
    )
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    warehouse_id = fields.Many2one("stock.warehouse", ondelete="cascade")
    quantity_wanted = fields.Float(string="Wanted", digits="Product Unit")
    quantity_free = fields.Float(
        string="Free",
        digits="Product Unit",
        help="What is in stock and not reserved, and what is set aside for this customer.",
    )
    quantity_short = fields.Float(string="Short", digits="Product Unit")
    quantity_coming = fields.Float(
        string="Coming",
        digits="Product Unit",
        help="What confirmed receipts bring; other orders may wait for it, too.",
    )
    date_next = fields.Date(string="Next Receipt")
    date_covered = fields.Date(
        string="Covered on",
        help="The day on which what comes would cover what is short.",
    )

    def action_open_forecast(self):
        """Return the product's forecast in the warehouse."""
        self.ensure_one()
        action = self.product_id.action_product_forecast_report()
        action["context"] = {
            "active_id": self.product_id.id,
            "active_model": "product.product",
            "warehouse_id": self.warehouse_id.id,
        }
        return action
