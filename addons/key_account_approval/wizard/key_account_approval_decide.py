from odoo import fields, models


class KeyAccountApprovalDecide(models.TransientModel):
    """The dialog that approves or rejects, with a reason."""

    _name = "key.account.approval.decide"
    _description = "Decide on Approval Requests"

    request_ids = fields.Many2many(
        "key.account.approval.request", string="Requests", required=True, readonly=True
    )
    kind = fields.Selection(
        [("approve", "Approve"), ("reject", "Reject")],
        string="Decision",
        required=True,
        default="approve",
    )
    reason = fields.Char()

    def action_decide(self):
        """Record the decision for all requests, or for none."""
        if self.kind == "approve":
            self.request_ids.action_approve(self.reason or "")
        else:
            self.request_ids.action_reject(self.reason)
        return {"type": "ir.actions.act_window_close"}
