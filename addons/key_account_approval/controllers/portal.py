from odoo.exceptions import AccessError
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

    def _prepare_sale_portal_rendering_values(self, quotation_page=False, **kwargs):
        # EXTENDS 'sale': the list shows amounts, too.
        values = super()._prepare_sale_portal_rendering_values(
            quotation_page=quotation_page, **kwargs
        )
        if quotation_page:
            values["quotations"] = values["quotations"]._filter_offerable()
        return values
