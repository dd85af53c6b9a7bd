from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_category_ids(self):
        """Return the ids of the product's category and of those above it, the nearest
        first."""
        path = (self.categ_id.parent_path or "").split("/")
        return tuple(int(part) for part in reversed(path) if part)

    def action_open_prices(self):
        """Return the action that lists what customers paid for the products."""
        return self._open_prices([("product_id", "in", self.ids)])

    def _open_prices(self, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_pricing.key_account_price_record_action"
        )
        action.update(domain=domain, context={})
        return action
