from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    parent_order_id = fields.Many2one(
        "sale.order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The order whose deliveries this invoice bills together.",
    )

    def _reverse_move_vals(self, default_values, cancel=True):
        # EXTENDS 'account': a credit note counts against the same parent order.
        vals = super()._reverse_move_vals(default_values, cancel=cancel)
        vals["parent_order_id"] = self.parent_order_id.id
        return vals
