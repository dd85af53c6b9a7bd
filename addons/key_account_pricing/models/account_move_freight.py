import json
from collections import defaultdict

from odoo import fields, models

MOVE_TYPES = ("out_invoice", "out_refund")


class AccountMove(models.Model):
    """The freight in the prices of an invoice is income of another kind.

    Posting adds pairs of journal items that move it from the goods' income accounts to
    the one for freight. Like core's items for the cost of goods they are of the type
    `cogs`: neither printed nor taxed, outside the totals, left out of copies. Core
    (`stock_account`) removes all such items when an invoice goes back to draft or is
    cancelled, and mirrors them in what cancels it; so nothing of that is done here.
    """

    _inherit = "account.move"

    def copy_data(self, default=None):
        # EXTENDS 'stock_account': what cancels an entry takes its items along. Whether
        # it does, the values say; any caller can set the key of the context.
        moves = self
        if not (default or {}).get("reversed_entry_id"):
            moves = self.with_context(move_reverse_cancel=False)
        return super(AccountMove, moves).copy_data(default)

    def _post(self, soft=True):
        # EXTENDS 'account'
        self._create_freight_items(soft)
        return super()._post(soft)

    def _create_freight_items(self, soft):
        """Add the freight items to the drafts that are about to be posted.

        :param soft: as in `_post`: what lies in the future is posted later
        """
        accounts = self.filtered(
            lambda move: (
                move.state == "draft"
                and move.move_type in MOVE_TYPES
                and not move._is_freight_mirrored()
            )
        )._get_freight_accounts()
        moves = self.browse(move.id for move in accounts)
        if soft:
            today = fields.Date.context_today(self)
            # Core dates the undated today, and its synchronisation carries the rate of
            # the day on to all items.
            moves = moves.filtered(
                lambda move: not move.invoice_date or move.date <= today
            )
        vals_list = moves._prepare_freight_items_vals(accounts)
        if vals_list:
            # Without Odoo's synchronisation: the items are balanced and concern no
            # dynamic line, so taxes, terms and roundings stay as they are.
            self.env["account.move.line"].with_context(skip_invoice_sync=True).create(
                vals_list
            )

    def _is_freight_mirrored(self):
        """Return whether this has copied and mirrored the items of what it cancels."""
        self.ensure_one()
        return bool(self.reversed_entry_id) and any(self.line_ids.mapped("is_freight"))

    def _get_freight_accounts(self):
        """Return ``{move: freight income account}`` of those that have one: the
        company's; of a credit note the one that its invoice used, if it did."""
        origins = self.filtered(lambda m: m.move_type == "out_refund").reversed_entry_id
        used = {
            item.move_id: item.account_id
            for item in self.env["account.move.line"].search(
                [("move_id", "in", origins.ids), ("is_freight", "=", True)]
            )
        }
        accounts = {}
        for move in self:
            if move.move_type == "out_refund" and move.reversed_entry_id:
                account = used.get(move.reversed_entry_id)
            else:
                account = move.company_id.freight_income_account_id
                account = move.fiscal_position_id.map_account(account)
            if account:
                accounts[move] = account
        return accounts

    def _prepare_freight_items_vals(self, accounts):
        """Return the values of the pairs, one pair for each income account and analytic
        distribution.

        :param accounts: ``{move: freight income account}``
        """
        amounts = self.invoice_line_ids._get_freight_amounts()
        sums = defaultdict(float)
        distributions = {}
        for line, amount in amounts.items():
            freight_account = accounts[line.move_id]
            if line.account_id == freight_account:
                continue
            analytic = json.dumps(line.analytic_distribution or {}, sort_keys=True)
            distributions[analytic] = line.analytic_distribution
            sums[(line.move_id, line.account_id, analytic)] += amount
        vals_list = []
        for (move, account, analytic), amount in sums.items():
            if not move.currency_id.is_zero(amount):
                vals_list += move._prepare_freight_pair_vals(
                    amount, account, accounts[move], distributions[analytic]
                )
        return vals_list

    def _prepare_freight_pair_vals(self, amount, account, freight_account, analytic):
        """Return the values of the two items.

        :param amount: in the currency of the invoice, positive as on the document
        :param account: the goods' income account
        """
        self.ensure_one()
        amount = self.currency_id.round(amount) * self.direction_sign
        balance = self.company_currency_id.round(
            amount / (self.invoice_currency_rate or 1.0)
        )
        common = {
            "move_id": self.id,
            "name": self.env._("Freight"),
            "partner_id": self.commercial_partner_id.id,
            "display_type": "cogs",
            "currency_id": self.currency_id.id,
            "tax_ids": [],
            "analytic_distribution": analytic,
        }
        return [
            {
                **common,
                "account_id": account.id,
                "amount_currency": -amount,
                "balance": -balance,
            },
            {
                **common,
                "account_id": freight_account.id,
                "amount_currency": amount,
                "balance": balance,
                "is_freight": True,
            },
        ]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    is_freight = fields.Boolean(
        readonly=True,
        copy=True,
        help="The freight in the prices of the invoice, moved here when it was posted.",
    )

    def _get_freight_amounts(self):
        """Return ``{invoice line: freight}`` of the lines with freight in their price:
        without taxes, in the currency of the invoice, with the line's sign on the
        document, never more than the line's subtotal. The number of queries does not
        grow with the lines."""
        amounts = {}
        rates = {}
        for line in self:
            if line.display_type != "product":
                continue
            freight = line._get_freight_unit(rates)
            part = freight * line.quantity * (1 - line.discount / 100.0)
            amount = line.currency_id.round(part)
            # With the other sign, or lowered below its freight: what there is.
            low, high = sorted((0.0, line.price_subtotal))
            amount = min(max(amount, low), high)
            if not line.currency_id.is_zero(amount):
                amounts[line] = amount
        return amounts

    def _get_freight_unit(self, rates):
        """Return the freight in one of this invoice line's unit, in the currency of the
        invoice, before the discount: of several order lines the mean, weighted by what
        was ordered.

        :param rates: ``{(currency, move): rate}``, added to
        """
        # sudo: who posts an invoice may not see the orders of every salesperson.
        ordered = self.sudo().sale_line_ids.filtered(
            lambda line: not line.is_downpayment
        )
        total = weight = 0.0
        for line in ordered:
            unit, own = line.product_uom_id, self.product_uom_id
            quantity = line.product_uom_qty
            freight = 0.0
            if line.price_basis == "delivered":
                freight = line.freight_unit
            if freight and line.currency_id != self.currency_id:
                freight *= self._get_freight_rate(line.currency_id, rates)
            if own and unit and own != unit:
                quantity = unit._compute_quantity(quantity, own, round=False)
                freight = unit._compute_price(freight, own)
            # What was shipped beyond the order was ordered in a quantity of nothing.
            quantity = abs(quantity) or 1.0
            total += freight * quantity
            weight += quantity
        return total / weight if weight else 0.0

    def _get_freight_rate(self, currency, rates):
        move = self.move_id
        key = (currency, move)
        if key not in rates:
            rates[key] = self.env["res.currency"]._get_conversion_rate(
                currency,
                move.currency_id,
                move.company_id,
                move.invoice_date or fields.Date.context_today(self),
            )
        return rates[key]
