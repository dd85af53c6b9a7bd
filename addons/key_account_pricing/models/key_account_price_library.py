from odoo import models


class KeyAccount(models.Model):
    _inherit = "key.account"

    def action_open_prices(self):
        """Return the action that lists the account's prices."""
        return self._open_action(
            "key_account_pricing.key_account_price_record_action",
            [("account_id", "in", self.ids)],
        )
