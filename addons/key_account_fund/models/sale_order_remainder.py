from odoo import fields, models

from odoo.addons.key_account.models.price_visibility import PRICE_READERS


class SaleOrder(models.Model):
    """What an order need not prepay any more, because an invoice took its part and the
    company releases the rest then. That has happened once, for what the order was: what
    it is raised by later is prepaid, lowering it changes nothing.

    The ledger cannot say it: an order that was let through with less than it needs is
    excused from more than it had frozen.
    """

    _inherit = "sale.order"

    # Written by the gate alone.
    _VERB_FIELDS = {"amount_prepaid_waived": 0.0}

    amount_prepaid_waived = fields.Monetary(
        string="Not to Prepay Any More",
        readonly=True,
        copy=False,
        groups=PRICE_READERS,
        help="What partial invoices left over and the company's policy released.",
    )

    def write(self, vals):
        # EXTENDS 'key_account_fund': who confirms anew is judged anew.
        if "state" in vals and vals["state"] != "sale":
            # sudo: written here only, users never do.
            self.sudo().filtered("amount_prepaid_waived").amount_prepaid_waived = 0.0
        return super().write(vals)

    def _fund_waive_rest(self):
        """Where the company releases it, excuse these orders, of which an invoice has
        just captured its part, from prepaying the rest."""
        # sudo: as in write
        orders = self.sudo().filtered(
            lambda order: order.company_id.fund_remainder == "release"
        )
        for order, rest in orders._fund_get_rests().items():
            order.amount_prepaid_waived = rest

    def _fund_limit_waived(self):
        """Before captures of these orders are taken back: what an order has been lowered
        by since is no part any more of what it was excused from."""
        orders = self.sudo().filtered("amount_prepaid_waived")  # sudo: as in write
        for order, rest in orders._fund_get_rests().items():
            order.amount_prepaid_waived = min(order.amount_prepaid_waived, rest)

    def _fund_get_rests(self):
        """Return ``{order: what is required and not captured}``."""
        return {
            order: max(
                order.currency_id.round(order._fund_get_required() - own.captured), 0.0
            )
            for order, own in self._fund_get_figures().items()
        }
