from odoo import models

from odoo.addons.key_account.tools.remember import recall

from .sale_order import AT_WORK


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _assert_not_locked_by_split(self):
        # EXTENDS 'key_account_split': nor while the child orders are being made.
        if not recall(self.env, AT_WORK):
            # sudo: nobody sees the child orders whose lines these may be.
            orders = self.sudo().order_id
            (orders | orders.parent_order_id)._assert_not_being_split()
        return super()._assert_not_locked_by_split()
