from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request


class ApprovalController(http.Controller):
    """The link in the mail to those who decide. Opening it decides nothing: mail
    scanners open links, too."""

    @http.route(
        "/approval/<int:request_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def approval_page(self, request_id, **kwargs):
        return self._render(request_id)

    @http.route(
        "/approval/<int:request_id>/<string:kind>",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def approval_decide(self, request_id, kind, reason="", **kwargs):
        error = ""
        try:
            approval = self._get_request(request_id)
            # What is refused half-way leaves nothing behind: the page is no error.
            with request.env.cr.savepoint():
                if approval and kind == "approve":
                    approval.action_approve(reason)
                elif approval and kind == "reject":
                    approval.action_reject(reason)
        except UserError as refusal:
            error = str(refusal)
        return self._render(request_id, error)

    def _get_request(self, request_id):
        approval = request.env["key.account.approval.request"].browse(request_id)
        try:
            approval = approval.exists()
            approval.check_access("read")
        except AccessError:
            return approval.browse()
        return approval

    def _render(self, request_id, error=""):
        approval = self._get_request(request_id)
        if not approval:
            return request.not_found()
        return request.render(
            "key_account_approval.approval_page", {"approval": approval, "error": error}
        )
