from odoo import models

from ..exceptions import SplitError


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    def _create_invoices(self, sale_orders):
        # EXTENDS 'sale'
        split = sale_orders.filtered(lambda order: order.state == "split")
        if split and self.advance_payment_method != "delivered":
            raise SplitError(
                self.env._(
                    "%s has been split and takes no down payment any more: choose a "
                    "regular invoice.",
                    split[0].name,
                )
            )
        return super()._create_invoices(sale_orders)
