from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    parent_order_id = fields.Many2one(
        "sale.order",
        string="Parent Order",
        readonly=True,
        index="btree_not_null",
        help="The order whose deliveries this invoice bills together.",
    )
