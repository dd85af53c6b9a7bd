from odoo import models
from odoo.tools import groupby

from odoo.addons.key_account.tools.remember import remember

from .stock_quant import LOCKED


class StockMove(models.Model):
    """The transfers of child orders are made and reserved together, with core's own
    values; core does that one by one."""

    _inherit = "stock.move"

    def _filter_of_children(self):
        return self.filtered(lambda move: move.sale_line_id.order_id.parent_order_id)

    # ---------------------------------------------------------------- transfers

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        # EXTENDS 'stock': moves that have a transfer already are not given one.
        self._make_child_pickings()
        return super()._action_confirm(
            merge=merge, merge_into=merge_into, create_proc=create_proc
        )

    def _make_child_pickings(self):
        """Make the first transfers of child orders. What an order gets later may belong
        to a transfer that is there, core looks for that."""
        moves = self._filter_of_children().filtered(
            lambda move: (
                move.state == "draft"
                and move._should_be_assigned()
                and move.product_uom.compare(move.product_uom_qty, 0.0) >= 0
                and not move.sale_line_id.order_id.picking_ids
            )
        )
        groups = [
            self.browse().concat(*group)
            for _key, group in groupby(moves, lambda move: move._key_assign_picking())
        ]
        if not groups:
            return
        pickings = self.env["stock.picking"].create(
            [group._get_new_picking_values() for group in groups]
        )
        for group, picking in zip(groups, pickings, strict=True):
            group.picking_id = picking
        origins = {
            picking: group.sale_line_id.order_id
            for group, picking in zip(groups, pickings, strict=True)
        }
        pickings._post_origins(origins)

    # -------------------------------------------------------------- reservation

    def _action_assign(self, force_qty=False):
        # EXTENDS 'stock': what is reserved here core finds reserved.
        if not force_qty:
            self._filter_of_children()._reserve_together()
        return super()._action_assign(force_qty=force_qty)

    def _is_reserved_simply(self):
        """Return whether the move takes from stock what is not told apart, in the unit
        in which it is kept, and has taken nothing yet."""
        self.ensure_one()
        product = self.product_id
        return (
            self.state == "confirmed"
            and self.procure_method == "make_to_stock"
            and product.tracking == "none"
            and self.product_uom == product.uom_id
            and product.categ_id.packaging_reserve_method != "full"
            and not (self.picked or self.move_orig_ids or self.move_line_ids)
            and not self._should_bypass_reservation()
        )

    def _reserve_together(self):
        """Reserve what is in stock for these moves, in their order, each as core would:
        from the quants in the order of removal. Their lines are created at once."""
        moves = self.filtered(lambda move: move._is_reserved_simply())
        if len(moves) < 2:
            return
        Quant = self.env["stock.quant"].sudo()  # sudo: core reserves so, too
        found = Quant._gather_ahead(moves)
        vals_list, left = [], {}
        for move in moves:
            quants = Quant._find_gathered(found, move.product_id, move.location_id)
            if quants is None or not quants._is_plain():
                continue
            need = move.product_qty
            for quant in quants:
                free = left.get(quant, quant.quantity - quant.reserved_quantity)
                taken = move.product_id.uom_id.round(min(need, free))
                if move.product_id.uom_id.compare(taken, 0.0) <= 0:
                    continue
                vals_list.append(
                    move._prepare_move_line_vals(quantity=taken, reserved_quant=quant)
                )
                left[quant] = free - taken
                need -= taken
                if move.product_id.uom_id.is_zero(need):
                    break
        places = Quant._get_quants_by_products_locations(
            moves.product_id, moves.location_id
        )
        Line = self.env["stock.move.line"].with_context(quants_cache=places)
        with remember(self.env, LOCKED, set()):
            lines = Line.create(vals_list)
        lines.with_env(self.env)._apply_putaway_strategy()
