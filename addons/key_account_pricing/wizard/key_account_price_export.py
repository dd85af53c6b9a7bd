from odoo import fields, models


class KeyAccountPriceExport(models.TransientModel):
    """A workbook that a user has asked for, until it is downloaded."""

    _name = "key.account.price.export"
    _description = "Exported Price Lines"

    name = fields.Char(required=True, readonly=True)
    file = fields.Binary(required=True, readonly=True, attachment=False)
