from odoo import fields, models

from odoo.addons.key_account.models.price_visibility import PRICE_READERS


class SaleOrderReplyRecord(models.TransientModel):
    """The dialog that takes the letter which the customer signed."""

    _name = "sale.order.reply.record"
    _description = "Record Reply"

    order_id = fields.Many2one(
        "sale.order", string="Quotation", required=True, readonly=True
    )
    file = fields.Binary(
        string="Signed Reply", required=True, attachment=False, groups=PRICE_READERS
    )
    file_name = fields.Char(groups=PRICE_READERS)

    def action_record(self):
        """Record the letter; a held order that waited for it goes on."""
        self.ensure_one()
        self.order_id.action_record_reply(self.file, self.file_name)
        return {"type": "ir.actions.act_window_close"}
