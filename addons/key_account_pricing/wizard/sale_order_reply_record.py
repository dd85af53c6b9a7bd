from odoo import fields, models

from odoo.addons.key_account.models.price_visibility import PRICE_READERS


class SaleOrderReplyRecord(models.TransientModel):
    """The dialog that takes the letter which the customer has signed."""

    _name = "sale.order.reply.record"
    _description = "Record Reply"

    order_id = fields.Many2one(
        "sale.order", string="Quotation", required=True, readonly=True
    )
    signed_file = fields.Binary(
        string="Signed Reply", required=True, attachment=False, groups=PRICE_READERS
    )
    signed_filename = fields.Char(groups=PRICE_READERS)

    def action_record(self):
        """Record the letter; a held order that waited for it goes on."""
        self.ensure_one()
        # The file itself: callers may have asked for its size.
        dialog = self.with_context(bin_size=False)
        self.order_id.action_record_reply(dialog.signed_file, self.signed_filename)
        return {"type": "ir.actions.act_window_close"}
