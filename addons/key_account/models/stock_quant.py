from odoo import api, models
from odoo.fields import Domain

# Where the quants that were gathered ahead are kept: in the context of a reservation, as
# core keeps those that chained moves brought.
GATHERED = "quants_gathered"
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
        if found := self.env.context.get(GATHERED):
            domain = self._get_gather_domain(
                product_id, location_id, lot_id, package_id, owner_id, strict
            )
            strategy = self._get_removal_strategy(product_id, location_id)
            order = strategy in SORTED and self._get_removal_strategy_order(strategy)
            if (quants := found.get((repr(domain), order))) is not None:
                return quants.with_env(self.env)
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
        self.env.context.get(GATHERED, {}).clear()
        return super().create(vals_list)

    def unlink(self):
        # EXTENDS 'stock'
        self.env.context.get(GATHERED, {}).clear()
        return super().unlink()
