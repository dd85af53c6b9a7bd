from odoo import models
from odoo.fields import Domain


class KeyAccount(models.Model):
    _inherit = "key.account"

    def _get_order_domain(self):
        # EXTENDS 'key_account': a split order is one order, not one for each child.
        return super()._get_order_domain() & Domain("parent_order_id", "=", False)
