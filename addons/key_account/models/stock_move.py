from odoo import models

from ..tools.remember import recall, remember
from .stock_quant import GATHERED

# Which products are ordered again by themselves, asked once for many orders.
WATCHED = "key_account.products_watched"


class StockMove(models.Model):
    """What core asks of the database for each move is asked once for all of them."""

    _inherit = "stock.move"

    def _action_assign(self, force_qty=False):
        # EXTENDS 'stock'
        waiting = self.filtered(
            lambda move: (
                move.state in ("confirmed", "waiting", "partially_available")
                and not move.move_orig_ids
                and not move._should_bypass_reservation()
            )
        )
        quants = self.env["stock.quant"]._gather_ahead(waiting)
        with remember(self.env, GATHERED, quants):
            return super()._action_assign(force_qty=force_qty)

    def _trigger_scheduler(self):
        # EXTENDS 'stock': few products are ordered again by themselves.
        watched = recall(self.env, WATCHED)
        if watched is None:
            watched = self.product_id._get_watched_ids()
        own = self.filtered(lambda move: move.product_id.id in watched)
        return super(StockMove, own)._trigger_scheduler()


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_watched_ids(self):
        """Return the ids of those of these products that have a rule by which they are
        ordered again."""
        groups = self.env["stock.warehouse.orderpoint"]._read_group(
            [("product_id", "in", self.ids), ("trigger", "=", "auto")], ["product_id"]
        )
        return {product.id for (product,) in groups}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _action_launch_stock_rule(self, *, previous_product_uom_qty=False):
        # EXTENDS 'sale_stock'
        is_one = len(self.order_id) == 1
        watched = None if is_one else self.product_id._get_watched_ids()
        with remember(self.env, WATCHED, watched):
            return super()._action_launch_stock_rule(
                previous_product_uom_qty=previous_product_uom_qty
            )
