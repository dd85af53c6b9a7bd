from odoo import api, fields, models

from odoo.addons.key_account.models.price_visibility import PRICE_READERS


class SaleOrder(models.Model):
    """What an order adds to the exposure of whoever is to pay it."""

    _inherit = "sale.order"

    _GUARDED_FIELDS = ("debtor_account_id", "amount_undelivered", "amount_unbilled")

    debtor_account_id = fields.Many2one(
        "key.account",
        string="Account That Pays",
        compute="_compute_debtor_account_id",
        store=True,
        precompute=True,
        help="The account of whoever gets the invoice; where that is no key account, the "
        "one that orders.",
    )
    exposure_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount_undelivered = fields.Monetary(
        string="Confirmed, Not Delivered",
        currency_field="exposure_currency_id",
        compute="_compute_amount_undelivered",
        store=True,
        groups=PRICE_READERS,
        help="Of the exposure: what is confirmed, not delivered and not invoiced, in the "
        "company's currency, taxes included.",
    )
    amount_unbilled = fields.Monetary(
        string="Delivered, Not Invoiced",
        currency_field="exposure_currency_id",
        compute="_compute_amount_undelivered",
        store=True,
        groups=PRICE_READERS,
        help="Of the exposure: what is delivered and not invoiced, in the company's "
        "currency, taxes included.",
    )

    # What an account has open is summed from the index alone.
    _credit_open_idx = models.Index(
        "(debtor_account_id) "
        "INCLUDE (amount_undelivered, amount_unbilled, commitment_date) "
        "WHERE amount_undelivered <> 0 OR amount_unbilled <> 0"
    )

    @api.depends(
        "partner_id.commercial_partner_id",
        "partner_invoice_id.commercial_partner_id",
        "company_id",
    )
    def _compute_debtor_account_id(self):
        # sudo: who owes does not depend on who looks.
        Account = self.env["key.account"].sudo()
        accounts = Account._get_by_partner(self.partner_invoice_id | self.partner_id)
        for order in self:
            company = order.company_id
            payer = order.partner_invoice_id.commercial_partner_id._origin
            customer = order.partner_id.commercial_partner_id._origin
            order.debtor_account_id = accounts.get((payer, company)) or accounts.get(
                (customer, company)
            )

    @api.depends(
        "state",
        "currency_rate",
        "amount_total",
        "order_line.price_total",
        "order_line.product_uom_qty",
        "order_line.qty_delivered",
        "order_line.qty_invoiced",
        "order_line.is_downpayment",
        "order_line.move_ids.state",
        # What a down payment is worth may change while it is a draft.
        "order_line.invoice_lines.price_total",
    )
    def _compute_amount_undelivered(self):
        for order in self:
            amounts = 0.0, 0.0
            if order._is_exposed():
                # An order without a company's rate is in the company's own currency.
                amounts = order._convert_open_amounts(order.currency_rate or 1.0)
            order.amount_undelivered, order.amount_unbilled = amounts

    def _convert_open_amounts(self, rate, is_confirmed=None):
        """Return `_get_open_amounts` in the company's currency, rounded: their sum, so
        that it does not change when goods are delivered.

        :param rate: how much of the order's currency one of the company's buys
        """
        undelivered, unbilled = self._get_open_amounts(is_confirmed)
        total = self._round_open_amount((undelivered + unbilled) / rate)
        undelivered = self._round_open_amount(undelivered / rate)
        return undelivered, self._round_open_amount(total - undelivered)

    def _round_open_amount(self, amount):
        # Where sums and products of floats miss half a cent by less than a billionth,
        # that does not decide about a cent.
        return self.company_id.currency_id.round(round(amount, 9))

    def _is_exposed(self):
        """Return whether the order itself is owed: no other orders were made from it,
        and it is confirmed, or goods have left on it before it was taken back."""
        self.ensure_one()
        if self.state != "sale" and not any(self.order_line.mapped("qty_delivered")):
            return False
        return all(part.state == "cancel" for part in self._gate_get_parts())

    def _get_open_amounts(self, is_confirmed=None):
        """Return ``(undelivered, unbilled)`` in the order's currency, not rounded: what
        will still be invoiced, and how much of that has been delivered. Discounts and
        down payments lower what is undelivered first; neither is ever negative.

        :param is_confirmed: as if the order were confirmed now
        """
        goods = self.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )
        amounts = [line._get_open_amounts(is_confirmed) for line in goods]
        undelivered = sum(amount for amount, _unbilled in amounts)
        unbilled = sum(amount for _undelivered, amount in amounts)
        whole = sum(goods.mapped("price_total"))
        if not self.currency_id.compare_amounts(undelivered + unbilled, whole):
            # Open as a whole: by its total, in which taxes may be rounded once.
            if undelivered:
                undelivered += self.amount_total - whole
            elif unbilled:
                unbilled += self.amount_total - whole
        undelivered -= self._get_down_payments()
        if undelivered < 0:
            return 0.0, max(unbilled + undelivered, 0.0)
        if unbilled < 0:
            return max(unbilled + undelivered, 0.0), 0.0
        return undelivered, unbilled

    def _get_down_payments(self):
        """Return what was invoiced ahead and no invoice has deducted yet, in the order's
        currency, taxes included."""
        total = 0.0
        for line in self.order_line.filtered("is_downpayment").invoice_lines:
            if line.move_id.state != "cancel":
                total -= line.move_id.direction_sign * line.price_total
        return total

    def _gate_commit(self):
        # EXTENDS 'key_account': what orders were made from is not owed itself any more.
        self._credit_recompute_origins()
        return super()._gate_commit()

    def write(self, vals):
        # EXTENDS 'key_account'
        result = super().write(vals)
        if "state" in vals:
            self._credit_recompute_origins()
        return result

    def _credit_recompute_origins(self):
        subjects = self._gate_get_subjects()
        origins = self.browse().union(*subjects.values()) - self
        if origins:
            for name in ("amount_undelivered", "amount_unbilled"):
                self.env.add_to_compute(self._fields[name], origins)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_open_amounts(self, is_confirmed=None):
        """Return ``(undelivered, unbilled)`` of the line in the order's currency, taxes
        included, not rounded; both are negative where the customer gives something
        back.

        :param is_confirmed: as if the order were confirmed now
        """
        self.ensure_one()
        sign = -1 if (self.product_uom_qty or self.qty_delivered) < 0 else 1
        delivered, total, invoiced = (
            sign * quantity for quantity in self._get_promised(is_confirmed)
        )
        still_open = max(total - invoiced, 0.0)
        if not still_open:
            return 0.0, 0.0
        taken = min(max(delivered - invoiced, 0.0), still_open)
        price = sign * self._get_price_with_tax()
        return (still_open - taken) * price, taken * price

    def _get_promised(self, is_confirmed):
        """Return ``(delivered, delivered in the end, invoiced)``, quantities."""
        delivered, ordered = self.qty_delivered, self.product_uom_qty
        invoiced = self.qty_invoiced
        if is_confirmed is None and self.order_id.state != "sale":
            # Taken back: what has left on a transfer is owed all the same, but there is
            # nothing that a credit note could have billed once more.
            if self.qty_delivered_method != "stock_move":
                delivered = 0.0
            return delivered, delivered, max(invoiced, 0.0) if delivered > 0 else 0.0
        if is_confirmed is None and self._is_delivery_over():
            return delivered, delivered, invoiced
        most = min if ordered < 0 else max
        return delivered, most(ordered, delivered), invoiced

    def _is_delivery_over(self):
        """Return whether nothing more is on its way, whatever was ordered: all transfers
        have ended. What is invoiced as it was ordered is invoiced nevertheless; goods
        that come back are not on their way."""
        if self.product_id.invoice_policy != "delivery":
            return False
        moves = self.move_ids.filtered(
            lambda move: (
                not move.origin_returned_move_id
                and move.location_id.usage != "customer"
            )
        )
        return bool(moves) and all(move.state in ("done", "cancel") for move in moves)

    def _get_price_with_tax(self):
        """Return what one unit costs, discount and taxes included."""
        if self.product_uom_qty:
            return self.price_total / self.product_uom_qty
        price = self.price_unit * (1 - (self.discount or 0.0) / 100)
        taxed = self.tax_ids.compute_all(
            price,
            currency=self.currency_id,
            product=self.product_id,
            partner=self.order_id.partner_shipping_id,
        )
        return taxed["total_included"]
