from odoo import fields, models


class SaleOrderRecipientImportError(models.TransientModel):
    """What is wrong with a row of an uploaded file."""

    _name = "sale.order.recipient.import.error"
    _description = "Error in a Recipients File"
    _order = "import_id, id"

    import_id = fields.Many2one(
        "sale.order.recipient.import", required=True, ondelete="cascade", index=True
    )
    row = fields.Integer(readonly=True)
    column = fields.Char(readonly=True)
    value = fields.Char(readonly=True)
    text = fields.Text(string="What Is Wrong, and What to Do", readonly=True)
