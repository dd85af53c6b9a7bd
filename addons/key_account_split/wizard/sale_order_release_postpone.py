from odoo import fields, models


class SaleOrderReleasePostpone(models.TransientModel):
    """The dialog that asks when child orders go to the warehouse."""

    _name = "sale.order.release.postpone"
    _description = "Postpone Release"

    order_ids = fields.Many2many(
        "sale.order", string="Child Orders", required=True, readonly=True
    )
    date_release = fields.Date(
        string="New Release Date",
        required=True,
        help="The day on which these child orders go to the warehouse; the delivery date "
        "that was promised stays.",
    )

    def action_postpone(self):
        """Give all child orders of the dialog the new date, or none."""
        self.ensure_one()
        self.order_ids._postpone_release(self.date_release)
        return {"type": "ir.actions.act_window_close"}
