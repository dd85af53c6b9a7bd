from odoo import fields, models


class KeyAccountGateReject(models.TransientModel):
    """The dialog that asks why the orders are sent back."""

    _name = "key.account.gate.reject"
    _description = "Reject Held Orders"

    issue_ids = fields.Many2many(
        "key.account.gate.issue", string="Issues", required=True, readonly=True
    )
    reason = fields.Char(required=True)

    def action_reject(self):
        """Send the orders back with the reason given."""
        self.issue_ids.action_reject(self.reason)
        return {"type": "ir.actions.act_window_close"}
