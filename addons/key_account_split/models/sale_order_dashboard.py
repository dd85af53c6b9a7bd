from odoo import api, fields, models

from ..exceptions import SplitError

# Bootstrap's, on the bar of an order and on the customer's page.
DELIVERY_COLORS = {
    "waiting": "secondary",
    "to_ship": "info",
    "late": "warning",
    "partial": "primary",
    "delivered": "success",
    "failed": "danger",
}


class SaleOrder(models.Model):
    """What a parent order shows of its recipients, and where its figures lead."""

    _inherit = "sale.order"

    recipient_delivery = fields.Json(
        string="Recipients by State",
        compute="_compute_recipient_delivery",
        help="How many recipients are in which state: dicts of state, label, "
        "count and color, in the order of the states.",
    )

    @api.depends("recipient_ids.delivery_state")
    @api.depends_context("lang")
    def _compute_recipient_delivery(self):
        counts = self._get_recipient_counts()
        field = self.env["sale.order.recipient"]._fields["delivery_state"]
        labels = field._description_selection(self.env)
        for order in self:
            found = counts.get(order._origin.id, {})
            order.recipient_delivery = [
                {
                    "state": state,
                    "label": label,
                    "count": found.get(state, 0),
                    "color": DELIVERY_COLORS.get(state, "secondary"),
                }
                for state, label in labels
            ]

    def _get_recipient_counts(self):
        """Return ``{order id: {delivery state: number of recipients}}``."""
        # sudo: who reads an order may know how far it is; the customer's page asks, too.
        groups = (
            self.env["sale.order.recipient"]
            .sudo()
            ._read_group(
                [("order_id", "in", self._origin.ids)],
                ["order_id", "delivery_state"],
                ["__count"],
            )
        )
        counts = {}
        for order, state, count in groups:
            counts.setdefault(order.id, {})[state] = count
        return counts

    # ---------------------------------------------------------------- actions

    def action_open_recipients(self, state=None):
        """Return the action that lists the recipients of these orders.

        :param str state: only those in this delivery state
        """
        action = self._get_recipient_action("sale_order_recipient_order_action")
        if state:
            action["context"] = {f"search_default_filter_{state}": 1}
        return action

    def action_open_recipient_regions(self):
        """Return the graph of the recipients by region and state."""
        return self._get_recipient_action("sale_order_recipient_region_action")

    def _get_recipient_action(self, name):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"key_account_split.{name}"
        )
        action["domain"] = [("order_id", "in", self.ids)]
        return action

    def action_export_tracking(self):
        """Return the download of the tracking references of all recipients.

        :raise SplitError: there is nobody whose goods could be followed
        """
        self.ensure_one()
        self.check_access("read")
        if not self.recipient_ids:
            raise SplitError(
                self.env._(
                    "%s has no recipients to follow: add them in the tab Recipients.",
                    self.name,
                )
            )
        return {
            "type": "ir.actions.act_url",
            "url": self._get_recipient_url("/tracking"),
            "target": "download",
        }

    def _get_recipient_url(self, suffix=""):
        """Return the address of the customer's page of recipients; it takes a login."""
        self.ensure_one()
        return f"/my/orders/{self.id}/recipients{suffix}"
