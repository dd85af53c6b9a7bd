from odoo import fields, models


class KeyAccountGateRelease(models.TransientModel):
    """The dialog that asks why the issues are released."""

    _name = "key.account.gate.release"
    _description = "Release Held Orders"

    issue_ids = fields.Many2many(
        "key.account.gate.issue", string="Issues", required=True, readonly=True
    )
    reason = fields.Char(required=True)

    def action_release(self):
        """Release the issues with the reason given."""
        self.issue_ids.action_release(self.reason)
        return {"type": "ir.actions.act_window_close"}
