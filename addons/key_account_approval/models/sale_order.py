from odoo import api, models
from odoo.tools import float_round

from odoo.addons.key_account.models.price_visibility import COST_READERS

from ..exceptions import ApprovalError


class SaleOrder(models.Model):
    """Quotations and parent orders: approved before they are sent, held until then."""

    _name = "sale.order"
    # The last one is there already and named again, since Python wants the mixin that
    # builds on it before it.
    _inherit = [
        "sale.order",
        "key.account.approval.mixin",
        "key.account.snapshot.mixin",
    ]

    # -------------------------------------------------------------------- gate

    def _gate_get_issues(self):
        # EXTENDS 'key_account'
        issues = super()._gate_get_issues()
        for order, text in self._get_approval_missing().items():
            # sudo: how far the approval is does not depend on who looks.
            state = order.sudo()._get_latest_request().state
            issues.setdefault(order, []).append(
                {
                    "code": "approval_missing",
                    "kind": "approval",
                    "subject": state,
                    "text": text,
                }
            )
        return issues

    def action_ask_approval(self, reason):
        # EXTENDS 'key_account_approval': what holds an order says that it waits now.
        requests = super().action_ask_approval(reason)
        self.filtered(lambda o: o.gate_state == "held")._gate_reevaluate()
        return requests

    def _on_approval_decided(self):
        # EXTENDS 'key_account_approval': held orders that waited for it go on.
        self.filtered(lambda o: o.gate_state == "held")._gate_reevaluate()
        return super()._on_approval_decided()

    def _get_approval_missing(self):
        # EXTENDS 'key_account_approval': child orders go by what was decided about
        # their parent.
        subjects = self._gate_get_subjects()
        documents = self.browse().union(*subjects.values())
        missing = super(SaleOrder, documents)._get_approval_missing()
        return {
            order: missing[subject]
            for order, subject in subjects.items()
            if subject in missing
        }

    # ---------------------------------------------------------- what it covers

    def _filter_to_approve(self):
        # EXTENDS 'key_account_approval'
        orders = super()._filter_to_approve()
        return orders.filtered(lambda o: o.state in ("draft", "sent"))

    def _get_approval_owners(self):
        # EXTENDS 'key_account_approval'
        return super()._get_approval_owners() | self.user_id | self.gate_owner_ids

    def _get_approval_amount(self):
        # EXTENDS 'key_account_approval'
        return self.amount_total, self.currency_id

    def _get_approval_measures(self):
        # EXTENDS 'key_account_approval'
        measures = super()._get_approval_measures()
        # For the lines of all orders at once.
        references = self._get_snapshot_lines("order_line")._get_reference_prices()
        for order in self:
            found = order._get_order_measures(references)
            measures.setdefault(order, {}).update(found)
        return measures

    def _get_order_measures(self, references):
        """Return the order's figures: untaxed amount in the company's currency, the
        highest discount, of a line or of the whole, the margins on current average
        cost, and the days of its payment terms.

        :param references: as from `_get_reference_prices`
        """
        lines = self._get_measured_lines()
        discounts = [line._get_discount_effective(references) for line in lines]
        margin, margin_line = self._get_margins()
        return {
            "amount": self.amount_untaxed * self._get_rate_to_company(),
            "discount": max([lines._get_discount_total(references), *discounts]),
            "margin": margin,
            "margin_line": margin_line,
            "term_days": self._get_term_days(),
        }

    def _get_measured_lines(self):
        lines = self._get_snapshot_lines("order_line")
        # Values are read for the lines of all orders at once.
        return lines.with_prefetch(self.order_line._prefetch_ids)

    def _get_margins(self):
        """Return the order's margin on current average cost, and its least line's."""
        lines = self._get_measured_lines()
        rate = self._get_rate_to_company()
        costs = {line: line._get_current_cost() for line in lines}
        prices = {line: line.price_subtotal * rate for line in lines}
        return (
            get_margin(sum(prices.values()), sum(costs.values())),
            min(
                (get_margin(prices[line], costs[line]) for line in lines), default=100.0
            ),
        )

    def _get_rate_to_company(self):
        # Of today: the date of a quotation is whatever its salesperson says.
        company = self.company_id
        return self.currency_id._get_conversion_rate(
            self.currency_id, company.currency_id, company, company._get_today()
        )

    # ---------------------------------------------- sent, printed, signed, paid

    def _assert_may_be_offered(self, purpose):
        """Raise when one of these quotations waits for an approval: customers see what
        has been approved."""
        # sudo: whoever prints or sends may not see the rules.
        offers = self.sudo()._filter_offers()
        if self.env.user.has_group(COST_READERS):
            offers._assert_approved(purpose)
            return
        # Customers, too, ask for the paper: why it waits is not theirs to read.
        for order in offers._get_approval_missing():
            raise ApprovalError(
                self.env._(
                    "%(order)s cannot be %(purpose)s yet: it waits for an approval.",
                    order=order.name,
                    purpose=purpose,
                )
            )

    def _filter_offers(self):
        # A cancelled quotation can become one again: it is no way around.
        return self.filtered(lambda o: o.state in ("draft", "sent", "cancel"))

    def _filter_offerable(self):
        """Return those of these orders that customers may see as they are."""
        # sudo: as in _assert_may_be_offered.
        missing = self.sudo()._filter_offers()._get_approval_missing()
        return self.filtered(lambda order: order not in missing)

    def action_quotation_send(self):
        # EXTENDS 'sale'
        self._assert_may_be_offered(self.env._("sent"))
        return super().action_quotation_send()

    def action_quotation_sent(self):
        # EXTENDS 'sale': what a payment marks as sent may have changed meanwhile, which
        # must not keep the payment from being recorded.
        orders = self._filter_offerable() if self.env.su else self
        return super(SaleOrder, orders).action_quotation_sent()

    def _send_payment_succeeded_for_order_mail(self):
        # EXTENDS 'sale': as above; the mail shows the order.
        orders = self._filter_offerable()
        return super(SaleOrder, orders)._send_payment_succeeded_for_order_mail()

    def write(self, vals):
        if vals.get("state") == "sent":
            self._assert_may_be_offered(self.env._("sent"))
        return super().write(vals)

    def _has_to_be_signed(self):
        # EXTENDS 'sale'
        # sudo: as in _assert_may_be_offered.
        return super()._has_to_be_signed() and not self.sudo().approval_missing

    def _has_to_be_paid(self):
        # EXTENDS 'sale'
        # sudo: as in _assert_may_be_offered.
        return super()._has_to_be_paid() and not self.sudo().approval_missing

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.filtered(lambda o: o.state == "sent")._assert_may_be_offered(
            self.env._("sent")
        )
        return orders


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_current_cost(self):
        """Return what the line costs at the product's current average cost, in the
        company's currency."""
        product = self.product_id.with_company(self.company_id)
        quantity = self.product_uom_id._compute_quantity(
            self.product_uom_qty, product.uom_id, round=False
        )
        return product.standard_price * quantity

    def _get_reference_prices(self):
        """Return ``{line: price}`` of the lines with a product: what one of the line's
        unit costs before anybody takes something off, in the order's currency."""
        return {line: line._get_display_price() for line in self if line.product_id}

    def _get_discount_effective(self, references):
        """Return how far the line is below its reference price, in percent: by its
        discount or by a lower price.

        :param references: as from `_get_reference_prices`
        """
        price = references.get(self, 0.0)
        if not price or self.price_unit < 0:
            return self.discount
        net = self.price_unit * (1 - self.discount / 100)
        return max(self.discount, float_round(100 * (1 - net / price), 2))

    def _get_discount_total(self, references):
        """Return how far these lines together are below the reference prices of the
        goods among them, in percent: discounts may be lines of their own."""
        goods = [line for line in self if line.product_id and line.price_unit >= 0]
        listed = sum(references[line] * line.product_uom_qty for line in goods)
        if listed <= 0:
            return 0.0
        net = sum(
            line.price_unit * (1 - line.discount / 100) * line.product_uom_qty
            for line in self
        )
        return float_round(100 * (1 - net / listed), 2)


def get_margin(price, cost):
    """Return (price − cost) / price in percent; goods given away that cost something
    have -100."""
    if not price:
        return -100.0 if cost > 0 else 100.0
    return 100.0 * (price - cost) / price
