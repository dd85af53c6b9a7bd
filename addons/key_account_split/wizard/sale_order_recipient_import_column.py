from odoo import api, fields, models


class SaleOrderRecipientImportColumn(models.TransientModel):
    """A column of an uploaded file, and what it is taken for."""

    _name = "sale.order.recipient.import.column"
    _description = "Column of a Recipients File"
    _order = "import_id, index"

    import_id = fields.Many2one(
        "sale.order.recipient.import", required=True, ondelete="cascade", index=True
    )
    order_id = fields.Many2one(related="import_id.order_id")
    index = fields.Integer(readonly=True)
    header = fields.Char(readonly=True)
    sample = fields.Char(string="For Example", readonly=True)
    name = fields.Selection(
        [
            ("number", "No."),
            ("name", "Name"),
            ("phone", "Phone"),
            ("street", "Street"),
            ("street2", "Street 2"),
            ("city", "City"),
            ("state", "State/Province"),
            ("country", "Country"),
            ("zip", "ZIP"),
            ("product", "Product Code"),
            ("quantity", "Quantity"),
            ("date_wished", "Wished Date"),
            ("note", "Note"),
            ("reference", "Own Reference"),
            ("line", "Quantity of one Product"),
        ],
        string="Taken For",
        help="Empty: the column is left out.",
    )
    order_line_id = fields.Many2one(
        "sale.order.line",
        string="Product",
        domain="[('order_id', '=', order_id), ('display_type', '=', False), "
        "('is_downpayment', '=', False)]",
    )

    @api.model
    def _get_labels(self):
        """Return ``{field: label in the user's language}``."""
        return dict(self._fields["name"]._description_selection(self.env))
