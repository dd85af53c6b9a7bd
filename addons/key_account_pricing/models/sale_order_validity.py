from odoo import models
from odoo.tools import format_date


class SaleOrder(models.Model):
    """A key account's quotation is confirmed while it is valid."""

    _inherit = "sale.order"

    def _gate_get_issues(self):
        # EXTENDS 'key_account'
        issues = super()._gate_get_issues()
        for order in self._filter_expired():
            issues.setdefault(order, []).append(
                {
                    "code": "quotation_expired",
                    "kind": "price",
                    "text": self.env._(
                        "The quotation was valid until %s: its salesperson may set a "
                        "later expiration date, or revises it.",
                        format_date(self.env, order.validity_date),
                    ),
                }
            )
        return issues

    def _filter_expired(self):
        """Return those of these that are about to be confirmed too late; what has been
        confirmed in time stays so."""
        confirming = self.env.context.get("quotation_confirming_ids", ())
        return self.filtered(
            lambda order: (
                order.key_account_id
                and order._is_past_validity()
                and (order.state in ("draft", "sent") or order.id in confirming)
            )
        )

    def _is_past_validity(self):
        self.ensure_one()
        last_day = self.validity_date
        return bool(last_day) and last_day < self.company_id._get_today()

    def _compute_is_expired(self):
        # EXTENDS 'sale': as at the gate, by the company's day.
        result = super()._compute_is_expired()
        for order in self.filtered("key_account_id"):
            order.is_expired = (
                order.state in ("draft", "sent") and order._is_past_validity()
            )
        return result

    def write(self, vals):
        orders = self
        if vals.get("state") == "sale":
            # The gate judges what is written as confirmed already; it can only become
            # stricter by this.
            quotations = self.filtered(lambda order: order.state != "sale")
            orders = self.with_context(quotation_confirming_ids=quotations.ids)
        result = super(SaleOrder, orders).write(vals)
        if "validity_date" in vals and any(o.gate_state == "held" for o in self):
            self._gate_wake()
        return result
