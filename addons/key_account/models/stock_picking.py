from odoo import api, fields, models

PASSED = "key_account.gate.shipping"


class StockPicking(models.Model):
    """The gate's doors where goods leave."""

    _inherit = "stock.picking"

    is_gate_held = fields.Boolean(
        string="Delivery Held",
        compute="_compute_is_gate_held",
        compute_sudo=True,
        help="The order was stopped when its goods were to leave; they wait until what "
        "stops it has gone or somebody has released it.",
    )

    @api.depends("state", "sale_id.gate_state", "sale_id.state")
    def _compute_is_gate_held(self):
        for picking in self:
            picking.is_gate_held = picking.state not in ("done", "cancel") and any(
                order.state == "sale" and order.gate_state == "held"
                for order in picking._gate_get_leaving()
            )

    # ------------------------------------------------------------------- doors

    def button_validate(self):
        # EXTENDS 'stock': what is stopped stays here, and is on record, the others go.
        held = self._gate_hold()
        going = self - held
        passed = self.env.cr.cache.setdefault(PASSED, set())
        passed.update(going.ids)
        try:
            result = super(StockPicking, going).button_validate() if going else True
        finally:
            passed.difference_update(going.ids)
        return held._gate_prepare_notice(result) if held else result

    def _action_done(self):
        # EXTENDS 'stock': the last door, for whatever did not come by the button.
        orders = self._gate_get_leaving()
        if not orders:
            return super()._action_done()
        passed = self.env.cr.cache.get(PASSED, ())
        self.filtered(
            lambda p: p.id not in passed
        )._gate_get_leaving()._gate_assert_delivery()
        before = orders._gate_get_committed()
        result = super()._action_done()
        orders._gate_assert_not_raised(before)
        return result

    # ---------------------------------------------------------------- business

    def _gate_get_leaving(self):
        """Return the orders whose goods these transfers bring to customers, as
        superuser; none for returns, receipts and transfers within the house."""
        # sudo: the gate judges orders whether or not the user may open them.
        orders = self.env["sale.order"].sudo()
        for picking in self.sudo():
            leaving = picking.move_ids.filtered(
                lambda m: m.state not in ("done", "cancel") and m._gate_is_leaving()
            )
            if leaving:
                orders |= leaving.sale_line_id.order_id or picking.sale_id
        return orders

    def _gate_hold(self):
        """Judge the orders of these transfers.

        :return: the transfers that are stopped; they are on record
        Locks the accounts of the orders.
        """
        waiting = self.filtered(lambda picking: picking.state not in ("done", "cancel"))
        orders = waiting._gate_get_leaving()
        held = orders._gate_hold_delivery() if orders else orders
        if not held:
            return self.browse()
        return waiting.filtered(lambda picking: picking._gate_get_leaving() & held)

    def _gate_prepare_notice(self, action):
        """Return the action that says that these transfers stay here, and then does
        ``action``: warehouse staff learn no reason and no amount."""
        sentence = self.env._(
            "%(transfers)s stays here: %(orders)s is held, and those who decide on it "
            "have been told.",
            transfers=", ".join(self.mapped("name")),
            orders=", ".join(self._gate_get_leaving().mapped("name")),
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": sentence,
                "next": action
                if isinstance(action, dict)
                else {"type": "ir.actions.act_window_close"},
            },
        }


class StockMove(models.Model):
    _inherit = "stock.move"

    def write(self, vals):
        if not {"quantity", "product_uom", "sale_line_id"}.intersection(vals):
            return super().write(vals)
        # sudo: as in _gate_get_leaving
        done = self.sudo().filtered(lambda move: move.state == "done")
        orders = done.sale_line_id.order_id
        before = orders._gate_get_committed() if orders else {}
        result = super().write(vals)
        orders._gate_assert_not_raised(before)
        return result

    def _gate_is_leaving(self):
        """Return whether the goods go from us to a customer."""
        self.ensure_one()

        def is_outside(location):
            # Core asks the database each time, so only where it may be true.
            return location.usage in ("customer", "transit") and location._is_outgoing()

        return is_outside(self.location_dest_id) and not is_outside(self.location_id)


class StockMoveLine(models.Model):
    """What is added to a transfer that is done has left as well."""

    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        Picking, Move = self.env["stock.picking"], self.env["stock.move"]
        # sudo: as in _gate_get_leaving
        Picking, Move = Picking.sudo(), Move.sudo()
        moves = Move.browse(
            {vals["move_id"] for vals in vals_list if vals.get("move_id")}
        )
        pickings = Picking.browse(
            {vals["picking_id"] for vals in vals_list if vals.get("picking_id")}
        )
        done = moves.filtered(lambda move: move.state == "done")
        done |= pickings.filtered(lambda picking: picking.state == "done").move_ids
        orders = done.sale_line_id.order_id
        before = orders._gate_get_committed() if orders else {}
        lines = super().create(vals_list)
        orders._gate_assert_not_raised(before)
        return lines

    def write(self, vals):
        if not {"quantity", "product_uom_id", "move_id", "picking_id"}.intersection(
            vals
        ):
            return super().write(vals)
        # sudo: as in _gate_get_leaving
        done = self.sudo().move_id.filtered(lambda move: move.state == "done")
        orders = done.sale_line_id.order_id
        before = orders._gate_get_committed() if orders else {}
        result = super().write(vals)
        orders._gate_assert_not_raised(before)
        return result
