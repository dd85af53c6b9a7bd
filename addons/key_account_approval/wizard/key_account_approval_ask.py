from odoo import api, fields, models

from odoo.addons.key_account.models.price_visibility import COST_READERS

from ..exceptions import ApprovalError


class KeyAccountApprovalAsk(models.TransientModel):
    """The dialog that asks for approval."""

    _name = "key.account.approval.ask"
    _description = "Ask for Approval"

    res_model = fields.Char(string="Document Type", required=True)
    res_ids = fields.Char(string="Documents", required=True)
    reason = fields.Text(required=True)
    preview = fields.Html(
        # Rules look at margins.
        compute="_compute_preview",
        string="Who Decides",
        groups=COST_READERS,
    )

    def _get_documents(self):
        """Return the documents, which have to be the user's to change."""
        rules = self.env["key.account.approval.rule"]
        if self.res_model not in dict(rules._selection_res_model()):
            raise ApprovalError(
                self.env._(
                    "%s is nothing that can be approved: open this from a document.",
                    self.res_model,
                )
            )
        ids = [
            int(part) for part in (self.res_ids or "").split(",") if part.isdecimal()
        ]
        documents = self.env[self.res_model].browse(ids).exists()
        documents.check_access("write")
        return documents

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
