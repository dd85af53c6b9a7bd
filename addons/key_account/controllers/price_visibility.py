from odoo.exceptions import AccessError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.price_visibility import PRICE_READERS


class PriceVisibilityPortal(CustomerPortal):
    def _document_check_access(self, model_name, document_id, access_token=None):
        # EXTENDS 'portal'
        # The portal pages of an order render as superuser, with every price, for
        # whoever may read the order; warehouse staff may.
        if model_name == "sale.order" and not request.env.user.has_group(PRICE_READERS):
            raise AccessError(
                request.env._(
                    "Orders on the portal show prices: open the transfer instead."
                )
            )
        return super()._document_check_access(model_name, document_id, access_token)
