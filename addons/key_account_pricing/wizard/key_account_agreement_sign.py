from odoo import api, fields, models


class KeyAccountAgreementSign(models.TransientModel):
    """The dialog that takes a copy that the customer has signed."""

    _name = "key.account.agreement.sign"
    _description = "Record a Signed Copy"

    agreement_id = fields.Many2one(
        "key.account.agreement", required=True, readonly=True, ondelete="cascade"
    )
    signed_by = fields.Char(required=True, help="Who signed for the customer.")
    date_signed = fields.Date(
        string="Signed on",
        required=True,
        compute="_compute_date_signed",
        store=True,
        readonly=False,
        precompute=True,
    )
    signed_file = fields.Binary(
        string="Signed Copy", required=True, attachment=False, help="PDF, PNG or JPG."
    )
    signed_filename = fields.Char()

    @api.depends("agreement_id")
    def _compute_date_signed(self):
        for dialog in self:
            company = dialog.agreement_id.company_id or self.env.company
            dialog.date_signed = company._get_today()

    def action_record(self):
        """Record the signed copy with the agreement."""
        self.ensure_one()
        # The file itself: callers may have asked for its size.
        dialog = self.with_context(bin_size=False)
        self.agreement_id.action_record_signature(
            self.signed_by, self.date_signed, dialog.signed_file
        )
        return {"type": "ir.actions.act_window_close"}
