from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SaleOrderRecipientLine(models.Model):
    """How much of one order line a recipient gets, in the order line's unit."""

    _name = "sale.order.recipient.line"
    _description = "Recipient Quantity"
    _order = "recipient_id, order_line_id, id"

    recipient_id = fields.Many2one(
        "sale.order.recipient", required=True, index=True, ondelete="cascade"
    )
    order_id = fields.Many2one(related="recipient_id.order_id", store=True, index=True)
    is_active = fields.Boolean(related="recipient_id.active")
    company_id = fields.Many2one(related="recipient_id.company_id", store=True)
    order_line_id = fields.Many2one(
        "sale.order.line",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('order_id', '=', order_id), ('display_type', '=', False)]",
    )
    product_id = fields.Many2one(related="order_line_id.product_id")
    product_uom_id = fields.Many2one(related="order_line_id.product_uom_id")
    quantity = fields.Float(digits="Product Unit", required=True)

    _line_unique = models.Constraint(
        "UNIQUE(recipient_id, order_line_id)",
        "A recipient lists each order line once: add the quantities up in one row.",
    )
    _quantity_not_negative = models.Constraint(
        "CHECK(quantity >= 0)",
        "A recipient's quantity cannot be negative: enter zero or more.",
    )

    @api.constrains("order_line_id", "recipient_id")
    def _check_order_line(self):
        for line in self:
            if line.order_line_id.order_id != line.recipient_id.order_id:
                raise ValidationError(line._foreign_line_sentence())

    def _foreign_line_sentence(self):
        return self.env._(
            "Recipient %(recipient)s: %(product)s is not a line of order %(order)s; "
            "add it to the order lines first.",
            recipient=self.recipient_id.display_name,
            product=self.order_line_id.product_id.display_name
            or self.order_line_id.name,
            order=self.recipient_id.order_id.name,
        )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.recipient_id._assert_open()
        return lines

    def write(self, vals):
        self.recipient_id._assert_open()
        result = super().write(vals)
        if "recipient_id" in vals:
            # Core asks for rights before the change only.
            self.recipient_id.check_access("write")
            self.recipient_id._assert_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_split(self):
        self.recipient_id._assert_open()
