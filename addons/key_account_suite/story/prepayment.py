"""What the story's customers pay before their goods leave, and the proof of it.

The buying groups take turns: one prepays its orders, the next a share of them, the third
buys on credit. A prepayment is asked for as a company would, in full hundreds; in some
months the customer sends too little first, and the gate holds the order until the rest
has come.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from .plan import CENT

PAY_MODES = (
    {"pay_mode": "prepaid"},
    {"pay_mode": "mixed", "prepaid_percent": 30},
    {"pay_mode": "credit"},
)
HUNDRED = Decimal(100)
TEN = Decimal(10)
PART_SENT_FIRST = Decimal("0.6")


@dataclass
class FundRow:
    """One line of the story's second table: a customer's funds against the general
    ledger; amounts in the company's currency, which is the story's."""

    country: str
    pay_mode: str
    paid: Decimal
    captured: Decimal
    balance: Decimal
    ledger: Decimal

    @property
    def difference(self):
        return self.balance - self.ledger

    @property
    def is_exact(self):
        return not self.difference


def get_pay_modes(countries):
    """Return how each country's group pays, ``{country: values of its account}``."""
    return {
        country: PAY_MODES[place % len(PAY_MODES)]
        for place, country in enumerate(sorted(countries))
    }


def split_when_paid(order, parent, fund):
    """Split ``order`` with the button's method, after the customer has paid into
    ``fund`` what the order lacks; without a fund it is bought on credit."""
    if fund:
        amount = _get_first_amount(order, parent)
        _pay(fund, amount, parent.date_first, parent.ref)
    order.action_split()
    if fund and order.gate_state == "held":
        rest = _cents(order.amount_prepaid_missing)
        _pay(fund, _round(rest, HUNDRED, ROUND_CEILING), parent.date_last, parent.ref)
        order.action_split()


def _get_first_amount(order, parent):
    """Return what the customer sends when asked: three times a year not all of it."""
    missing = _cents(order.amount_prepaid_missing)
    if parent.date_first.month % 4 == 1:
        return _round(missing * PART_SENT_FIRST, TEN, ROUND_FLOOR)
    return _round(missing, HUNDRED, ROUND_CEILING)


def _round(amount, step, rounding):
    return (amount / step).to_integral_value(rounding) * step


def _pay(fund, amount, day, memo):
    """Register and post a customer payment into the fund, as its accountant does."""
    if not amount:
        return
    bank = fund.env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", fund.company_id.id)], limit=1
    )
    payment = fund.env["account.payment"].create(
        {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": fund.partner_id.id,
            "amount": float(amount),
            "currency_id": fund.currency_id.id,
            "date": day,
            "journal_id": bank.id,
            "memo": memo,
            "key_account_fund_id": fund.id,
        }
    )
    payment.action_post()


def measure(env, groups):
    """Return a `FundRow` for each group that has a fund, or ought to have one.

    :param groups: ``{country: partner}``
    """
    partners = env["res.partner"].union(*groups.values())
    funds = env["key.account.fund"].search([("partner_id", "in", partners.ids)])
    ledger = _sum_ledger(partners)
    moved = _sum_entries(funds)
    rows = []
    for country, partner in sorted(groups.items()):
        own = funds.filtered(lambda fund, p=partner: fund.partner_id == p)
        if not own and partner not in ledger:
            continue
        rows.append(
            FundRow(
                country=country,
                pay_mode=own.key_account_id.pay_mode or "",
                paid=_cents(sum(moved.get((fund, False), 0.0) for fund in own)),
                captured=_cents(-sum(moved.get((fund, True), 0.0) for fund in own)),
                balance=_cents(sum(own.mapped("amount_posted"))),
                ledger=_cents(-ledger.get(partner, 0.0)),
            )
        )
    return rows


def _sum_ledger(partners):
    """Return ``{partner: balance}`` of the liability accounts, as the accountant reads
    it: what was posted there, whatever the funds' own ledger says."""
    groups = partners.env["account.move.line"]._read_group(
        [
            ("account_id.fund_kind", "!=", False),
            ("partner_id", "in", partners.ids),
            ("parent_state", "=", "posted"),
        ],
        ["partner_id"],
        ["balance:sum"],
    )
    return dict(groups)


def _sum_entries(funds):
    """Return what moved the balances, ``{(fund, whether by an invoice): amount}``."""
    Entry = funds.env["key.account.fund.entry"]
    sums = {}
    for is_invoice in (False, True):
        domain = [
            ("fund_id", "in", funds.ids),
            ("invoice_id", "!=" if is_invoice else "=", False),
        ]
        for fund, amount in Entry._read_group(
            domain, ["fund_id"], ["posted_change:sum"]
        ):
            sums[fund, is_invoice] = amount
    return sums


def _cents(amount):
    return Decimal(str(amount)).quantize(CENT)


def audit(env):
    """Return a sentence for each thing that is wrong with any fund of the database."""
    return env["key.account.fund"].search([])._audit()
