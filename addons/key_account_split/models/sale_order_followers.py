from odoo import models

from odoo.addons.key_account.tools.remember import recall

# Child orders are being made: who follows them is settled for all at once.
TOGETHER = "key_account_split.subscribed_together"


class SaleOrder(models.Model):
    """The children of an order have the same people: they follow all of them, and are
    not told of each that it is theirs."""

    _inherit = "sale.order"

    def _message_auto_subscribe(self, updated_values, followers_existing_policy="skip"):
        # EXTENDS 'mail'
        if recall(self.env, TOGETHER):
            return True
        return super()._message_auto_subscribe(
            updated_values, followers_existing_policy=followers_existing_policy
        )

    def _subscribe_together(self, vals):
        """Subscribe who follows by being responsible, or by following the team.

        :param vals: what one of these orders was created from, all have these people
        """
        if self.env.context.get("tracking_disable"):
            return  # as core leaves it out then
        orders = self.with_context(mail_auto_subscribe_no_notify=True)
        orders._message_auto_subscribe(vals, followers_existing_policy="update")
