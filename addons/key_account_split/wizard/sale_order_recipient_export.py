from odoo import fields, models


class SaleOrderRecipientExport(models.TransientModel):
    """A file that a user has asked for, until it is downloaded."""

    _name = "sale.order.recipient.export"
    _description = "Exported Recipients"

    name = fields.Char(required=True, readonly=True)
    file = fields.Binary(required=True, readonly=True, attachment=False)
