from odoo import models

from .stock_quant import GATHERED


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
        if waiting:
            quants = self.env["stock.quant"]._gather_ahead(waiting)
            self = self.with_context(**{GATHERED: quants})
        return super()._action_assign(force_qty=force_qty)

    def _trigger_scheduler(self):
        # EXTENDS 'stock': few products are ordered again by themselves.
        groups = self.env["stock.warehouse.orderpoint"]._read_group(
            [("product_id", "in", self.product_id.ids), ("trigger", "=", "auto")],
            ["product_id"],
        )
        watched = self.env["product.product"].union(*(product for (product,) in groups))
        own = self.filtered(lambda move: move.product_id in watched)
        return super(StockMove, own)._trigger_scheduler()
