from odoo import api, models
from odoo.fields import Domain

from ..tools.remember import recall

# The quants that were gathered ahead of a reservation.
GATHERED = "key_account.quants_gathered"
# In these orders the database returns what core asks for; others are left to core.
SORTED = ("fifo", "lifo")


class StockQuant(models.Model):
    """What is in stock of several products is looked for once, where core searches twice
    for each move."""

    _inherit = "stock.quant"

    @api.model
    def _gather_ahead(self, moves):
        """Return ``{(domain, order): quants}``, the answers to what `_gather` will be
        asked for these moves; one query for each source location and removal order."""
        found = {}
        quants = self.sudo()  # sudo: core reserves as superuser, too
        for location, own in moves.grouped("location_id").items():
            by_strategy = own.product_id.grouped(
                lambda product, place=location: quants._get_removal_strategy(
                    product, place
                )
            )
            for strategy, products in by_strategy.items():
                if strategy in SORTED:
                    order = self._get_removal_strategy_order(strategy)
                    found.update(quants._gather_in_order(products, location, order))
        return found

    def _gather_in_order(self, products, location, order):
        under = Domain("location_id", "child_of", location.id)
        names = ["product_id", "location_id", "lot_id", "quantity", "reserved_quantity"]
        quants = self.search_fetch(
            Domain("product_id", "in", products.ids) & under, names, order=order
        )
        by_product = quants.grouped("product_id")
        return {
            (repr(Domain("product_id", "=", product.id) & under), order): (
                by_product.get(product, self.browse()).sorted(
                    lambda quant: not quant.lot_id
                )
            )
            for product in products
        }

    @api.model
    def _find_gathered(self, found, product, location, domain=None):
        """Return the quants that were gathered ahead for this question, in the order of
        removal, or None where it was another one.

        :param found: as from `_gather_ahead`
        :param domain: the question; by default for all that lies in the location
        """
        strategy = self._get_removal_strategy(product, location)
        order = strategy in SORTED and self._get_removal_strategy_order(strategy)
        domain = domain or self._get_gather_domain(product, location)
        quants = found.get((repr(domain), order))
        return None if quants is None else quants.with_env(self.env)

    def _gather(
        self,
        product_id,
        location_id,
        lot_id=None,
        package_id=None,
        owner_id=None,
        strict=False,
        qty=0,
    ):
        # EXTENDS 'stock': the same question has the same answer, whoever extends it.
        if found := recall(self.env, GATHERED):
            domain = self._get_gather_domain(
                product_id, location_id, lot_id, package_id, owner_id, strict
            )
            quants = self._find_gathered(found, product_id, location_id, domain)
            if quants is not None:
                return quants
        return super()._gather(
            product_id,
            location_id,
            lot_id=lot_id,
            package_id=package_id,
            owner_id=owner_id,
            strict=strict,
            qty=qty,
        )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'stock'
        (recall(self.env, GATHERED) or {}).clear()
        return super().create(vals_list)

    def unlink(self):
        # EXTENDS 'stock'
        (recall(self.env, GATHERED) or {}).clear()
        return super().unlink()
