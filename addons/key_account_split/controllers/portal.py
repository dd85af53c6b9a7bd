from odoo.fields import Domain

from odoo.addons.sale.controllers.portal import CustomerPortal


class ParentOrderPortal(CustomerPortal):
    def _prepare_orders_domain(self, partner):
        # EXTENDS 'sale': customers know the order they placed, not its children.
        domain = Domain(super()._prepare_orders_domain(partner))
        commercial = partner.commercial_partner_id
        split = Domain("partner_id", "child_of", commercial.ids) & Domain(
            "state", "=", "split"
        )
        return (domain & Domain("parent_order_id", "=", False)) | split
