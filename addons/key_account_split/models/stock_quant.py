from odoo import models

from odoo.addons.key_account.tools.remember import recall

# The quants that a reservation of many moves has locked.
LOCKED = "key_account_split.quants_locked"


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _is_plain(self):
        """Return whether these quants can be taken from one after the other: none holds
        less than nothing or than is reserved, and no two are of the same kind."""
        kinds = {
            (quant.location_id, quant.lot_id, quant.package_id, quant.owner_id)
            for quant in self
        }
        return len(kinds) == len(self) and all(
            quant.reserved_quantity >= 0
            and quant.product_uom_id.compare(quant.quantity, quant.reserved_quantity)
            >= 0
            for quant in self
        )

    def try_lock_for_update(self, *, allow_referencing=False, limit=None):
        # EXTENDS 'base': what this very transaction has locked stays so.
        locked = recall(self.env, LOCKED)
        if locked is not None and limit == 1 and self[:1].id in locked:
            return self[:1]
        found = super().try_lock_for_update(
            allow_referencing=allow_referencing, limit=limit
        )
        if locked is not None:
            locked.update(found.ids)
        return found
