from odoo import fields, models


class SaleOrderRecipientImportPreview(models.TransientModel):
    """A recipient that the import would make."""

    _name = "sale.order.recipient.import.preview"
    _description = "Recipient to Import"
    _order = "import_id, id"

    import_id = fields.Many2one(
        "sale.order.recipient.import", required=True, ondelete="cascade", index=True
    )
    row = fields.Integer(readonly=True)
    name = fields.Char(readonly=True)
    address = fields.Char(readonly=True)
    partner_id = fields.Many2one("res.partner", string="Known Address", readonly=True)
    reference = fields.Char(string="Own Reference", readonly=True)
    date_wished = fields.Date(string="Wished Date", readonly=True)
    quantities = fields.Char(readonly=True)
