from odoo import api, fields, models


class KeyAccountApprovalTest(models.TransientModel):
    """Which rules a document would meet, and who would decide, before it is asked."""

    _name = "key.account.approval.test"
    _description = "Try Approval Rules"

    res_model = fields.Selection(
        selection=lambda self: self.env[
            "key.account.approval.rule"
        ]._selection_res_model(),
        string="Document Type",
        required=True,
    )
    document_ref = fields.Reference(
        selection=lambda self: self.env[
            "key.account.approval.rule"
        ]._selection_res_model(),
        string="Document",
        default=lambda self: self._get_default_document(),
    )
    requester_id = fields.Many2one(
        "res.users",
        string="Asked by",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    result = fields.Html(compute="_compute_result")

    @api.model
    def _get_default_document(self):
        model = self.env.context.get("default_res_model", "sale.order")
        rules = self.env["key.account.approval.rule"]
        if model not in dict(rules._selection_res_model()):
            return False
        document = self.env[model].search([], limit=1, order="id desc")
        return f"{model},{document.id}" if document else False

    @api.depends("document_ref", "requester_id")
    def _compute_result(self):
        for test in self:
            document = test.document_ref
            test.result = document and self.env[
                "key.account.approval.rule"
            ]._render_preview(document, test.requester_id)
