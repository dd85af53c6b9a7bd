from collections import defaultdict

from odoo import fields, models

OPEN = ("confirmed", "waiting", "partially_available")


class StockMove(models.Model):
    """Moves of key accounts take what is set aside for them; others do not find it."""

    _inherit = "stock.move"

    stock_reserve_id = fields.Many2one(
        "key.account.stock.reserve",
        string="Set-Aside Stock",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The set-aside whose goods this move keeps.",
    )

    def _get_taking_order(self):
        """Return the order for which the move reserves: for whom a child order's or an
        order's goods are meant, or what a parent order keeps."""
        return self.sale_line_id.order_id or self.stock_reserve_id.order_id

    def _filter_takers(self):
        """Return the moves that may take what is set aside, as superuser."""
        # sudo: the warehouse reserves and need not read accounts.
        return self.sudo().filtered(
            lambda move: (
                move.state in OPEN
                and not (move.picked or move.move_orig_ids or move.restrict_partner_id)
                and move.procure_method != "make_to_order"
                and move._get_taking_order().key_account_id
                and not move._should_bypass_reservation()
            )
        )

    def _get_set_asides(self):
        """Return the set-asides that may have goods for some of these moves: one
        query for all moves."""
        return self.env["key.account.stock.reserve"].search(
            [
                ("state", "=", "active"),
                ("quantity_left", ">", 0),
                ("product_id", "in", self.product_id.ids),
                ("company_id", "in", self.company_id.ids),
            ],
            order="id",
        )

    def _action_assign(self, force_qty=False):
        # EXTENDS 'stock': what is set aside is given up to those whom it is meant for,
        # who reserve it before anybody else does, in the same transaction.
        takers = self.browse() if force_qty else self._filter_takers()
        reserves = takers and takers._get_set_asides()
        if not reserves:
            return super()._action_assign(force_qty=force_qty)
        rest = self
        for moves in takers.grouped(lambda move: move._get_taking_key()).values():
            usable = moves[0]._filter_usable(reserves)
            if not usable:
                continue
            own = self & moves
            missing = {move: move._get_quantity_missing() for move in moves}
            taking = moves._take_set_aside(usable)
            super(StockMove, own)._action_assign(force_qty=force_qty)
            moves._settle_set_aside(taking, missing)
            rest -= own
        return super(StockMove, rest)._action_assign(force_qty=force_qty)

    def _get_taking_key(self):
        order = self._get_taking_order()
        is_parent = bool(self.stock_reserve_id)
        return order.parent_order_id or order, order.key_account_id, is_parent

    def _filter_usable(self, reserves):
        """Return the set-asides that this move may take from, in the order in which it
        does: the parent order's own, the account's, anybody's; the first to expire
        first."""
        parent, account, is_parent = self._get_taking_key()
        usable = reserves.filtered(
            lambda one: (
                (not one.order_id or (one.order_id == parent and not is_parent))
                and one.account_id in (account, account.browse())
            )
        )
        return usable.sorted(
            lambda one: (
                not one.order_id,
                not one.account_id,
                one.date_until or fields.Date.from_string("9999-12-31"),
                one.id,
            )
        )

    def _get_quantity_missing(self):
        """Return what the move has not reserved yet, in the product's unit."""
        missing = self.product_uom_qty - self.quantity
        return self.product_uom._compute_quantity(
            missing, self.product_id.uom_id, rounding_method="HALF-UP"
        )

    # -------------------------------------------------------------------- take

    def _take_set_aside(self, reserves):
        """Free what these moves need of these set-asides, for core to reserve.

        A parent order's own set-aside also hands over what it misses: the child order
        waits for that itself from now on.

        :return: ``{(set-aside, move): (quantity taken over, quantity freed)}``
        """
        reserves._lock()
        held = {one: one._get_move().move_line_ids for one in reserves}
        left = {one: one.quantity_left for one in reserves}
        taking, to_free, gone = {}, defaultdict(float), defaultdict(float)
        for move in self:
            need = move._get_quantity_missing()
            for reserve in reserves.filtered(
                lambda one, m=move: one.product_id == m.product_id
            ):
                lines = held[reserve]._filter_inside(move.location_id)
                there = sum(lines.mapped("quantity_product_uom")) - gone[reserve]
                freed = max(min(need, there, left[reserve]), 0.0)
                taken = min(need, left[reserve]) if reserve.order_id else freed
                if move.product_id.uom_id.compare(taken, 0.0) <= 0:
                    continue
                taking[reserve, move] = (taken, freed)
                to_free[reserve, move.location_id] += freed
                gone[reserve] += freed
                left[reserve] -= taken
                need -= taken
        for (reserve, location), quantity in to_free.items():
            held[reserve]._filter_inside(location)._let_go(quantity)
        return taking

    def _settle_set_aside(self, taking, missing):
        """Write down what was taken; what core did not reserve is set aside again.

        :param taking: as from `_take_set_aside`
        :param missing: ``{move: what it had not reserved before}``
        """
        gained = {move: missing[move] - move._get_quantity_missing() for move in self}
        vals_list = []
        for (reserve, move), (taken, freed) in taking.items():
            got = max(min(freed, gained[move]), 0.0)
            gained[move] -= got
            if not reserve.order_id:
                taken = got
            if move.product_id.uom_id.compare(taken, 0.0) > 0:
                vals = {"reserve_id": reserve.id, "move_id": move.id}
                vals_list.append({**vals, "quantity": taken})
        self.env["key.account.stock.reserve.line"].create(vals_list)
        reserves = self.env["key.account.stock.reserve"].union(
            *(reserve for reserve, _move in taking)
        )
        reserves._follow_left()

    # --------------------------------------------------------------- give back

    def _do_unreserve(self):
        # EXTENDS 'stock': what goes back goes back to where it was taken from.
        # sudo: as for taking.
        moves = self.sudo().filtered(lambda move: move._get_taking_order())
        lines = moves and self.env["key.account.stock.reserve.line"].sudo().search(
            [("move_id", "in", moves.ids), ("reserve_id.state", "=", "active")]
        )
        if not lines:
            return super()._do_unreserve()
        before = {move: move._get_quantity_missing() for move in lines.move_id}
        result = super()._do_unreserve()
        lines._give_back(
            {move: move._get_quantity_missing() - was for move, was in before.items()}
        )
        return result


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _filter_inside(self, location):
        """Return the lines that reserve in this location or below it."""
        return self.filtered(lambda line: line.location_id._child_of(location))

    def _let_go(self, quantity):
        """Reserve so much less, in the product's unit, which is that of the lines."""
        gone = self.browse()
        for line in self:
            unit = line.product_id.uom_id
            if unit.compare(quantity, 0.0) <= 0:
                break
            taken = min(quantity, line.quantity_product_uom)
            quantity -= taken
            if unit.compare(taken, line.quantity_product_uom) >= 0:
                gone |= line
            else:
                line.quantity -= taken
        gone.unlink()
