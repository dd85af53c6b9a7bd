from odoo import api, fields, models


class KeyAccountStockReserveLine(models.Model):
    """What a move took from a set-aside; written by reservations only."""

    _name = "key.account.stock.reserve.line"
    _description = "Taken from Set-Aside Stock"
    _order = "reserve_id, id"

    reserve_id = fields.Many2one(
        "key.account.stock.reserve", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="reserve_id.company_id", store=True)
    move_id = fields.Many2one(
        "stock.move", index="btree_not_null", ondelete="set null", readonly=True
    )
    order_id = fields.Many2one("sale.order", compute="_compute_order_id")
    product_id = fields.Many2one(related="reserve_id.product_id")
    uom_id = fields.Many2one(related="reserve_id.uom_id", string="Unit")
    quantity = fields.Float(readonly=True, digits="Product Unit")

    @api.depends("move_id")
    def _compute_order_id(self):
        for line in self.sudo():  # sudo: who may read the line may know who took it
            line.order_id = line.move_id._get_taking_order()

    def _give_back(self, freed):
        """Give back what moves that no longer reserve had taken; it is set aside again.

        :param freed: ``{move: quantity that it has let go}``, in the product's unit
        """
        reserves = self.reserve_id
        reserves._lock()
        for line in self:
            back = min(line.quantity, freed.get(line.move_id, 0.0))
            freed[line.move_id] = freed.get(line.move_id, 0.0) - back
            line.quantity -= back
        self.filtered(lambda line: line.uom_id.is_zero(line.quantity)).unlink()
        reserves._follow_left()
