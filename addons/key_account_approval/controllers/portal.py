from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.sale.controllers.portal import CustomerPortal


class ApprovedQuotationPortal(CustomerPortal):
    def _document_check_access(self, model_name, document_id, access_token=None):
        # EXTENDS 'portal': page, signature, options and payment of an order all ask
        # here. Customers see an offer once it has been approved.
        document = super()._document_check_access(
            model_name, document_id, access_token=access_token
        )
        is_offer = model_name == "sale.order" and request.env.user.share
        if is_offer and not document._filter_offerable():
            raise AccessError(request.env._("This quotation is being revised."))
        return document

    @http.route()
    def portal_quote_accept(
        self, order_id, access_token=None, name=None, signature=None, content=None
    ):
        # EXTENDS 'sale': what is signed is what the page showed; the form's address
        # says it, by the quotation's fingerprint.
        query = request.httprequest.args
        access_token = access_token or query.get("access_token")
        seen = content or query.get("content")
        try:
            order_sudo = self._document_check_access(
                "sale.order", order_id, access_token=access_token
            )
        except (AccessError, MissingError):
            # Core has its sentence for that.
            order_sudo = request.env["sale.order"]
        if order_sudo.key_account_id and seen != order_sudo.fingerprint:
            return {
                "error": request.env._(
                    "%s has changed since you opened it: load the page again and read it "
                    "before you sign.",
                    order_sudo.name,
                )
            }
        return super().portal_quote_accept(
            order_id, access_token=access_token, name=name, signature=signature
        )

    def _prepare_sale_portal_rendering_values(self, quotation_page=False, **kwargs):
        # EXTENDS 'sale': the list shows amounts, too.
        values = super()._prepare_sale_portal_rendering_values(
            quotation_page=quotation_page, **kwargs
        )
        if quotation_page:
            values["quotations"] = values["quotations"]._filter_offerable()
        return values
