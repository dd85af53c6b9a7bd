from odoo import models

from odoo.addons.key_account.tools.remember import remember

from .sale_order_release import UNRELEASED
from .stock_picking import LATER


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _action_launch_stock_rule(self, *, previous_product_uom_qty=False):
        # EXTENDS 'sale_stock': what is not released asks nothing of the warehouse,
        # whichever door led here. The references of many orders are made at once.
        lines = self.filtered(
            lambda line: line.order_id.release_state not in UNRELEASED
        )
        if lines != self:
            return lines._action_launch_stock_rule(
                previous_product_uom_qty=previous_product_uom_qty
            )
        goods = self.filtered(
            lambda line: (
                line.state == "sale"
                and not line.order_id.locked
                and line.product_id.type == "consu"
                and line.product_uom_qty
                and line.order_id.parent_order_id
            )
        )
        self.env["stock.reference"].create(
            [
                lines[0]._prepare_reference_vals()
                for order, lines in goods.grouped("order_id").items()
                if not order.stock_reference_ids
            ]
        )
        if len(self.order_id.parent_order_id) != 1:
            return super()._action_launch_stock_rule(
                previous_product_uom_qty=previous_product_uom_qty
            )
        # Core confirms the transfers order by order: all at once, after that.
        with remember(self.env, LATER, set()) as later:
            result = super()._action_launch_stock_rule(
                previous_product_uom_qty=previous_product_uom_qty
            )
        self.env["stock.picking"].browse(sorted(later)).action_confirm()
        return result
