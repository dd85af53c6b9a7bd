"""What customers owe, as slowly and as obviously as can be: what the exposure is measured
by. It reads documents one by one and shares no code with what it measures."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
BILLIONTH = Decimal("0.000000001")
NOTHING = Decimal(0)


def exact(amount):
    return Decimal(repr(amount or 0.0))


def cents(amount):
    """Return the amount as it is booked; a third of something is no exact number."""
    return amount.quantize(BILLIONTH, ROUND_HALF_UP).quantize(CENT, ROUND_HALF_UP)


@dataclass
class Line:
    """What is open of an order line, in quantities, and what one unit costs."""

    ordered: Decimal
    delivered: Decimal
    invoiced: Decimal
    promised: Decimal
    price: Decimal

    def get_open(self):
        """Return ``(on its way, taken and not billed)``. Of a line that gives something
        back both are negative."""
        if self.ordered < 0 or (not self.ordered and self.delivered < 0):
            back = Line(*(-n for n in self.quantities), self.price).get_open()
            return tuple(-number for number in back)
        left = max(self.promised - self.invoiced, NOTHING)
        taken = min(max(self.delivered - self.invoiced, NOTHING), left)
        return left - taken, taken

    @property
    def quantities(self):
        return self.ordered, self.delivered, self.invoiced, self.promised


class ExposureModel:
    """The books of one company.

    :param accounts: key accounts of the company
    :param rate: ``rate(currency, day)`` returns how much of it the company's buys
    """

    def __init__(self, accounts, rate):
        self.accounts = accounts
        self.rate = rate
        self.env = accounts.env
        self.company = accounts.company_id
        self.today = self.company._get_today()

    # ------------------------------------------------------------------ accounts

    def get_exposure(self):
        """Return ``{account: {component: amount}}`` without those of nothing."""
        found = {account: defaultdict(Decimal) for account in self.accounts}
        for order in self.env["sale.order"].search(
            [("company_id", "=", self.company.id)]
        ):
            payer = self.get_payer(order)
            if payer:
                undelivered, unbilled = self.get_order(order)
                if self.is_soon(order):
                    found[payer]["undelivered"] += undelivered
                found[payer]["unbilled"] += unbilled
        moves = self.env["account.move"].search([("company_id", "=", self.company.id)])
        for move in moves:
            self.add_move(found, move)
        return {
            account: {code: amount for code, amount in parts.items() if amount}
            for account, parts in found.items()
        }

    def get_account(self, partner):
        return self.accounts.filtered(
            lambda account: account.partner_id == partner.commercial_partner_id
        )

    def get_payer(self, order):
        """The account of whoever gets the bill, else of whoever ordered."""
        return self.get_account(order.partner_invoice_id) or self.get_account(
            order.partner_id
        )

    def get_group(self, head):
        """Return the accounts whose companies are under that of ``head``, and itself."""
        return self.accounts.filtered(
            lambda account: head.partner_id in self.get_above(account.partner_id)
        )

    def get_heads(self, account):
        """Return the accounts with a limit of the group that ``account`` belongs to."""
        limits = self.env["key.account.credit.limit"].search([("scope", "=", "group")])
        return limits.key_account_id.filtered(
            lambda head: account in self.get_group(head)
        )

    def get_limit(self, account, scope):
        """Return the permanent limit, None without one."""
        limits = self.env["key.account.credit.limit"].search(
            [("key_account_id", "=", account.id), ("scope", "=", scope)]
        )
        return sum(exact(limit.amount) for limit in limits) if limits else None

    # -------------------------------------------------------------------- orders

    def is_soon(self, order):
        """An order that is to be delivered after the horizon does not count yet."""
        days = self.company.credit_horizon_days
        if not days or not order.commitment_date:
            return True
        day = self.company._get_day(order.commitment_date)
        return day <= self.today + timedelta(days=days)

    def get_order(self, order, is_confirmed=None, rate=None):
        """Return ``(undelivered, unbilled)`` in the company's currency.

        :param is_confirmed: as if the order were confirmed now
        """
        undelivered, unbilled, whole = NOTHING, NOTHING, NOTHING
        if not is_confirmed and not self.is_owed(order):
            return undelivered, unbilled
        for line in order.order_line:
            if line.display_type or line.is_downpayment:
                continue
            found = self.get_line(line, is_confirmed)
            ahead, taken = found.get_open()
            undelivered += ahead * found.price
            unbilled += taken * found.price
            whole += exact(line.price_total)
        if cents(undelivered + unbilled) == cents(whole):
            # Open as a whole: the total, in which taxes are rounded once.
            difference = exact(order.amount_total) - whole
            if undelivered:
                undelivered += difference
            elif unbilled:
                unbilled += difference
        undelivered -= self.get_paid_ahead(order)
        if undelivered < 0:
            unbilled, undelivered = max(unbilled + undelivered, NOTHING), NOTHING
        elif unbilled < 0:
            unbilled, undelivered = NOTHING, max(unbilled + undelivered, NOTHING)
        rate = rate or exact(order.currency_rate) or 1
        # As a whole the order is rounded once.
        total = cents((undelivered + unbilled) / rate)
        undelivered = cents(undelivered / rate)
        return undelivered, total - undelivered

    def is_owed(self, order):
        """A quotation is no promise, whatever was invoiced on it: only what has left."""
        return order.state == "sale" or any(map(self.get_delivered, order.order_line))

    def get_line(self, line, is_confirmed=None):
        ordered = exact(line.product_uom_qty)
        invoiced = self.get_invoiced(line)
        is_new = bool(is_confirmed)
        if line.order_id.state != "sale" and not is_new:
            # Nothing is promised any more; what has left has left all the same.
            delivered = promised = self.get_moved(line)
            invoiced = max(invoiced, NOTHING) if delivered > 0 else NOTHING
        else:
            delivered = self.get_delivered(line)
            sign = -1 if ordered < 0 else 1
            promised = sign * max(sign * ordered, sign * delivered)
            if line.product_id.invoice_policy == "delivery" and not is_new:
                moves = self.get_outgoing(line)
                if moves and not moves.filtered(
                    lambda move: move.state not in ("done", "cancel")
                ):
                    promised = delivered
        return Line(ordered, delivered, invoiced, promised, self.get_price(line))

    def get_outgoing(self, line):
        return line.move_ids.filtered(lambda m: m.location_dest_id.usage == "customer")

    def get_moved(self, line):
        """Return how much has gone to the customer and not come back."""
        total = NOTHING
        for move in line.move_ids.filtered(lambda move: move.state == "done"):
            if move.location_dest_id.usage == "customer":
                total += exact(move.quantity)
            elif move.to_refund:
                total -= exact(move.quantity)
        return total

    def get_delivered(self, line):
        if line.product_id.type == "service":
            return exact(line.qty_delivered)  # as somebody has noted it
        return self.get_moved(line)

    @staticmethod
    def get_invoiced(line):
        total = NOTHING
        for item in line.invoice_lines.filtered(lambda x: x.move_id.state != "cancel"):
            sign = -1 if item.move_id.move_type == "out_refund" else 1
            total += sign * exact(item.quantity)
        return total

    @staticmethod
    def get_price(line):
        """Return what one unit costs, taxes included."""
        if line.product_uom_qty:
            return exact(line.price_total) / exact(line.product_uom_qty)
        price = exact(line.price_unit) * (1 - exact(line.discount) / 100)
        for tax in line.tax_ids.filtered(lambda tax: not tax.price_include):
            price += price * exact(tax.amount) / 100
        return cents(price)

    @staticmethod
    def get_paid_ahead(order):
        """Return what down payments have billed and no invoice has taken off yet."""
        total = NOTHING
        for line in order.order_line.filtered("is_downpayment").invoice_lines:
            sign = {"out_invoice": 1, "out_refund": -1}[line.move_id.move_type]
            if line.move_id.state != "cancel":
                total += sign * exact(line.price_total)
        return total

    # --------------------------------------------------------------------- moves

    def add_move(self, found, move):
        """Add what a bill, a payment or an entry means for an account."""
        if move.state == "draft":
            account = self.get_account(move.partner_id)
            is_bill = move.move_type in ("out_invoice", "out_receipt")
            # A credit note that nobody has posted counts where its invoice's goods
            # are to be billed once more.
            takes_back = move.move_type == "out_refund" and any(
                line.sale_line_ids for line in move.line_ids
            )
            if account and (is_bill or takes_back):
                for line in move.line_ids:
                    if line.account_id.account_type == "asset_receivable":
                        found[account]["draft_invoice"] += cents(exact(line.balance))
        elif move.state == "posted":
            for line in move.line_ids:
                account = self.get_account(line.partner_id)
                if account and line.account_id.account_type == "asset_receivable":
                    left = self.get_left(line)
                    found[account][self.get_kind(line, left)] += left

    @staticmethod
    def get_left(line):
        """Return what no payment has met yet."""
        met = exact(sum(line.matched_debit_ids.mapped("amount")))
        by = exact(sum(line.matched_credit_ids.mapped("amount")))
        return cents(exact(line.balance) + met - by)

    def get_kind(self, line, left):
        if left < 0:
            return "unallocated"
        due = line.date_maturity or line.date
        return "overdue" if due < self.today else "receivable"

    # ---------------------------------------------------------------------- gate

    def get_judgement(self, orders):
        """Return ``({order: {(code, head id): missing}}, {account: exposure after it})``
        for quotations that somebody asks to confirm in one call; what passes counts for
        the next."""
        totals = {
            account: sum(parts.values(), NOTHING)
            for account, parts in self.get_exposure().items()
        }
        counted, verdicts = dict(totals), {}
        for order in orders:
            payer, amount = self.get_payer(order), self.get_increase(order)
            verdicts[order] = found = {}
            if self.is_unknown(order):
                found["credit_payer", 0] = None
            if not payer or found:
                continue
            # What lowers the exposure makes no room for the orders that follow.
            after = {**counted, payer: counted[payer] + max(amount, NOTHING)}
            if amount > 0:
                found.update(self.get_excess(order, payer, after))
            if not found:
                counted = after
                totals[payer] += amount
        return verdicts, totals

    def is_unknown(self, order):
        """Whoever gets the bill is no account that could count it, and somebody has
        limited what the customer, or either's group, may owe."""
        account, partner = self.get_account(order.partner_id), order.partner_invoice_id
        if self.get_account(partner):
            return False
        if account and self.get_limit(account, "account") is not None:
            return True
        if account and self.get_limit(account, "group") is not None:
            return True
        limited = self.env["key.account.credit.limit"].search([("scope", "=", "group")])
        heads = limited.key_account_id.partner_id
        return any(
            above in heads
            for company in (account.partner_id, partner.commercial_partner_id)
            for above in self.get_above(company)
        )

    @staticmethod
    def get_above(company):
        """Yield a company and those it belongs to."""
        while company:
            yield company
            company = company.parent_id

    def get_excess(self, order, payer, totals):
        checks = [("credit_limit", payer, "account", payer)]
        checks += [
            ("credit_group_limit", head, "group", self.get_group(head))
            for head in self.get_heads(payer)
        ]
        for code, account, scope, members in checks:
            limit = self.get_limit(account, scope)
            if limit is None:
                continue
            if scope == "group":
                used = sum(max(totals[member], NOTHING) for member in members)
            else:
                used = totals[account]
            if used > limit:
                subject = account.id if scope == "group" else 0
                yield (code, subject), used - limit

    def get_increase(self, order):
        """Return what confirming the order today adds, in the company's currency."""
        now = sum(self.get_order(order))
        rate = self.rate(order.currency_id, self.today)
        undelivered, unbilled = self.get_order(order, is_confirmed=True, rate=rate)
        if not self.is_soon(order):
            undelivered = NOTHING
        return undelivered + unbilled - now
