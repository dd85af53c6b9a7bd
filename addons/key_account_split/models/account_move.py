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

    def _reverse_moves(self, default_values_list=None, cancel=False):
        # EXTENDS 'account': a credit note counts against the same parent order.
        default_values_list = default_values_list or [{} for _move in self]
        for move, values in zip(self, default_values_list, strict=True):
            values["parent_order_id"] = move.parent_order_id.id
        return super()._reverse_moves(default_values_list, cancel=cancel)
