from odoo import api, fields, models


class KeyAccountApprovalAsk(models.TransientModel):
    """The dialog that asks for approval."""

    _name = "key.account.approval.ask"
    _description = "Ask for Approval"

    res_model = fields.Char(required=True)
    res_ids = fields.Char(required=True)
    reason = fields.Text(required=True)
    preview = fields.Html(compute="_compute_preview", string="Who Decides")

    def _get_documents(self):
        ids = [int(part) for part in (self.res_ids or "").split(",") if part.isdigit()]
        return self.env[self.res_model].browse(ids)

    @api.depends("res_model", "res_ids")
    def _compute_preview(self):
        for dialog in self:
            dialog.preview = self.env["key.account.approval.rule"]._render_preview(
                dialog._get_documents(), self.env.user
            )

    def action_ask(self):
        """Ask for the approvals that the rules want."""
        self._get_documents().action_ask_approval(self.reason)
        return {"type": "ir.actions.act_window_close"}
