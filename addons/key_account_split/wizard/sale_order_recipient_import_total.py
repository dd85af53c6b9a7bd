from odoo import fields, models


class SaleOrderRecipientImportTotal(models.TransientModel):
    """How much of an order line the recipients would get."""

    _name = "sale.order.recipient.import.total"
    _description = "Quantity to Import"
    _order = "import_id, id"

    import_id = fields.Many2one(
        "sale.order.recipient.import", required=True, ondelete="cascade", index=True
    )
    order_line_id = fields.Many2one(
        "sale.order.line",
        string="Product",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    quantity_ordered = fields.Float(
        string="Ordered", digits="Product Unit", readonly=True
    )
    quantity_present = fields.Float(
        string="Present Recipients", digits="Product Unit", readonly=True
    )
    quantity_imported = fields.Float(
        string="From the File", digits="Product Unit", readonly=True
    )
    quantity_missing = fields.Float(
        string="Still Missing",
        digits="Product Unit",
        readonly=True,
        help="Negative: the recipients get more than was ordered.",
    )
