from odoo import models


class SaleOrderLine(models.Model):
    """A column of the recipient matrix."""

    _inherit = "sale.order.line"

    def _get_matrix_column(self):
        return {
            "id": self.id,
            "product": self.display_name,
            "description": self.name or "",
            "unit": self.product_uom_id.name or "",
            "ordered": self.product_uom_qty,
        }


class SaleOrderRecipient(models.Model):
    """A row of the recipient matrix."""

    _inherit = "sale.order.recipient"

    def _get_matrix_row(self):
        partner = self.partner_id
        return {
            "id": self.id,
            "partner_id": partner.id or False,
            # The customer's name in front of each shop would say nothing.
            "name": partner.name or self.display_name,
            "address": self.address or "",
            "reference": self.reference or "",
        }


class SaleOrderRecipientLine(models.Model):
    """A cell of the recipient matrix."""

    _inherit = "sale.order.recipient.line"

    def _write_quantities(self, quantities):
        """Set many quantities at once.

        :param quantities: ``{cell: quantity in the order line's unit}``; the keys are
            records of this model
        :raise SplitLockedError: when an order is not a quotation; updates their rows
        """
        cells = self.union(*quantities)
        cells.check_access("write")
        cells.recipient_id._assert_open()
        # write() takes one value for many records: a thousand different quantities would
        # be a thousand calls. Assigned like computed values they are one UPDATE.
        with self.env.protecting([self._fields["quantity"]], cells):
            for cell, quantity in quantities.items():
                cell.quantity = quantity
        cells.modified(["quantity"])
