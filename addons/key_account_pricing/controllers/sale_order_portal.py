from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.sale.controllers.portal import CustomerPortal

from ..tools.signed_file import LETTER


class QuotationReplyPortal(CustomerPortal):
    @http.route(
        "/my/orders/<int:order_id>/reply",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_quote_reply(
        self, order_id, access_token=None, content=None, reply=None, **_kwargs
    ):
        """Take the letter that the customer signed.

        :param content: fingerprint of the quotation that the customer's page showed
        :param reply: the uploaded file
        """
        try:
            order_sudo = self._document_check_access(
                "sale.order", order_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        message = self._take_reply(order_sudo, content, reply)
        return request.redirect(
            order_sudo.get_portal_url(query_string=f"&message={message}")
        )

    def _take_reply(self, order_sudo, content, reply):
        """Return what came out of it, a key of `_get_reply_sentences`."""
        if not order_sudo._is_reply_open():
            return "reply_closed"
        if content != order_sudo.fingerprint:
            return "reply_changed"
        name = getattr(reply, "filename", None) or ""
        # Not more than needed to see that it is too large.
        data = reply.read(LETTER.limit + 1) if name else b""
        if problem := order_sudo._get_reply_problem(data, name):
            return problem
        order_sudo._record_reply_file(data, name)
        order_sudo._notify_reply()
        return "reply_ok"
