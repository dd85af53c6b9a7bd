from odoo import models


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    def create_invoices(self):
        # EXTENDS 'sale': a down payment bills a quotation before it is confirmed.
        self.sale_order_ids._assert_may_be_offered(self.env._("invoiced"))
        return super().create_invoices()
