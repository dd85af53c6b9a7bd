from odoo import models


class SaleOrderRecipient(models.Model):
    _inherit = "sale.order.recipient"

    def _assert_open(self):
        # EXTENDS 'key_account_split': nor while the child orders are being made.
        result = super()._assert_open()
        self.order_id._assert_not_being_split()
        return result
