from odoo import api, fields, models

from odoo.addons.key_account.models.price_visibility import PRICE_READERS

from .key_account_fund_entry import ENTRY_READERS
from .sale_order_gate import Figures


class SaleOrder(models.Model):
    """What an order has to do with its customer's fund, for those who look."""

    _inherit = "sale.order"

    # Written by the gate alone.
    _VERB_FIELDS = {"amount_prepaid_rounding": 0.0}

    fund_entry_ids = fields.One2many(
        "key.account.fund.entry", "order_id", readonly=True, groups=ENTRY_READERS
    )
    amount_prepaid_rounding = fields.Monetary(
        readonly=True,
        copy=False,
        groups=PRICE_READERS,
        export_string_translation=False,
        help="What a child order's prepaid share was rounded by, so that the children add "
        "up to their parent's.",
    )
    amount_prepaid_required = fields.Monetary(
        string="To Prepay",
        compute="_compute_fund_amounts",
        compute_sudo=True,
        groups=PRICE_READERS,
        help="What the customer pays before delivery, taxes included.",
    )
    amount_frozen = fields.Monetary(
        string="Frozen",
        compute="_compute_fund_amounts",
        compute_sudo=True,
        groups=PRICE_READERS,
        help="Set aside in the customer's fund for this order.",
    )
    amount_captured = fields.Monetary(
        string="Captured",
        compute="_compute_fund_amounts",
        compute_sudo=True,
        groups=PRICE_READERS,
        help="Taken from the customer's fund by invoices of this order.",
    )
    amount_prepaid_missing = fields.Monetary(
        string="Missing in the Fund",
        compute="_compute_fund_amounts",
        compute_sudo=True,
        groups=PRICE_READERS,
        help="What the customer's fund lacks to let this order through.",
    )

    @api.depends(
        "fund_entry_ids",
        "amount_total",
        "prepaid_percent",
        "amount_prepaid_rounding",
        "amount_prepaid_waived",
        "state",
        "key_account_id.fund_ids.amount_posted",
        "key_account_id.fund_ids.amount_frozen",
    )
    def _compute_fund_amounts(self):
        figures = self._fund_get_figures()
        for order in self:
            own = figures.get(order._origin) or Figures()
            order.amount_prepaid_required = order._fund_get_required()
            order.amount_frozen = own.frozen
            order.amount_captured = own.captured
            wanted = order._fund_get_target(own) - own.frozen
            order.amount_prepaid_missing = max(wanted - own.available, 0.0)

    def action_open_fund_entries(self):
        """Return the action that lists what was booked for these orders."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_fund.key_account_fund_entry_action"
        )
        action.update(domain=[("order_id", "in", self.ids)], context={})
        return action
