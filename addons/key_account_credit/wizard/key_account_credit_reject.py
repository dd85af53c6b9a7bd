from odoo import fields, models


class KeyAccountCreditReject(models.TransientModel):
    """The dialog that asks why a request is rejected."""

    _name = "key.account.credit.reject"
    _description = "Reject Credit Requests"

    request_ids = fields.Many2many(
        "key.account.credit.request", string="Requests", required=True, readonly=True
    )
    reason = fields.Char(required=True)

    def action_reject(self):
        """Reject all requests of the dialog, or none."""
        self.request_ids.action_reject(self.reason)
        return {"type": "ir.actions.act_window_close"}
