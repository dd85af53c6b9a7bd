from odoo import api, models
from odoo.fields import Domain

from ..tools.remember import recall, remember

# The rules that a run of procurements has found.
RULES = "key_account.rules_found"


class StockRule(models.Model):
    """What many products have in common is looked for once in a run of procurements."""

    _inherit = "stock.rule"

    @api.model
    def run(self, procurements, raise_user_error=True):
        # EXTENDS 'stock'
        with remember(self.env, RULES, {}):
            return super().run(procurements, raise_user_error=raise_user_error)

    @api.model
    def _search_rule_for_warehouses(
        self, route_ids, packaging_uom_id, product_id, warehouse_ids, domain
    ):
        # EXTENDS 'stock': what is found depends on the routes, not on the product.
        args = (route_ids, packaging_uom_id, product_id, warehouse_ids, domain)
        found = recall(self.env, RULES)
        if found is None:
            return super()._search_rule_for_warehouses(*args)
        routes = (
            (route_ids or self.env["stock.route"])
            | product_id.route_ids
            | product_id.categ_id.total_route_ids
            | warehouse_ids.route_ids.filtered(
                lambda route: self._filter_warehouse_routes(
                    product_id, warehouse_ids, route
                )
            )
        )
        if packaging_uom_id:
            routes |= packaging_uom_id.package_type_id.route_ids
        key = repr(Domain(domain)), frozenset(routes.ids), frozenset(warehouse_ids.ids)
        if key not in found:
            found[key] = super()._search_rule_for_warehouses(*args)
        return found[key]
