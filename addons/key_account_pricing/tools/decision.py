"""Which price rule counts: plain Python over plain values, tested without a database."""

from dataclasses import dataclass
from datetime import date

# Sources that hold rules; a pricelist and the list price are Odoo's own.
RULE_SOURCES = ("agreement", "customer", "region")


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of an agreement or a price sheet.

    Quantities are in the product's own unit, prices for one of it, in ``currency_id``,
    without taxes. ``None`` for region, basis and end means that it counts for any.
    """

    source: str
    line_id: int
    document_id: int
    document: str
    version: int
    number: int
    product_id: int | None
    template_id: int | None
    category_id: int | None
    quantity_min: float
    price_kind: str
    price: float
    discount: float
    basis: str | None
    freight_kind: str
    freight: float
    region_id: int | None
    currency_id: int
    date_start: date
    date_end: date | None
    # The first day of the version that takes over.
    date_replaced: date | None
    # How a promotion goes with other prices.
    policy: str | None
    # Whether promotions leave its price alone.
    is_locked: bool
    company_id: int
    # 0: it is for every account.
    account_id: int


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked a price for; ``category_ids`` are the product's category and those
    above it, the nearest first."""

    product_id: int
    template_id: int
    category_ids: tuple[int, ...]
    quantity: float
    day: date
    region_id: int | None = None
    basis: str | None = None
    # An agreement (its name) that has no volume left for the product.
    exhausted: str | None = None


def get_distance(rule, request):
    """Return how far a rule's target is from the product: 0 itself, 1 its template, then
    its category and those above it; None: the rule is not for it."""
    if rule.product_id:
        return 0 if rule.product_id == request.product_id else None
    if rule.template_id:
        return 1 if rule.template_id == request.template_id else None
    if rule.category_id in request.category_ids:
        return 2 + request.category_ids.index(rule.category_id)
    return None


def is_in_force(rule, day):
    """Return whether a rule counts on a day: first and last day do, a later version
    takes over on its first."""
    return (
        rule.date_start <= day
        and (rule.date_end is None or day <= rule.date_end)
        and (rule.date_replaced is None or day < rule.date_replaced)
    )


def get_rank(rule, request):
    """Return what applicable rules of one source are sorted by, the winner first; None:
    the rule does not apply.

    The nearest target wins, then a rule for this very basis, then for this very region,
    then the highest quantity that is reached, then the newest.
    """
    if not is_in_force(rule, request.day):
        return None
    if rule.basis and rule.basis != request.basis:
        return None
    if rule.region_id and rule.region_id != request.region_id:
        return None
    if rule.source == "agreement" and rule.document == request.exhausted:
        return None
    # Converted quantities carry noise in their last digits; no quantity asks for one.
    # What is very little is not nothing.
    if rule.quantity_min > (round(request.quantity, 6) if request.quantity else 1.0):
        return None
    distance = get_distance(rule, request)
    if distance is None:
        return None
    return (
        distance,
        rule.basis is None,
        rule.region_id is None,
        -rule.quantity_min,
        -rule.line_id,
    )


def get_ranked(rules, request, source):
    """Return the applicable rules of a source, the winner first."""
    ranks = [
        (rank, rule)
        for rule in rules
        if rule.source == source and (rank := get_rank(rule, request)) is not None
    ]
    return [rule for _rank, rule in sorted(ranks, key=lambda pair: pair[0])]


def decide(rules, request, precedence, has_pricelist):
    """Return ``(source, rules)``: the source that gives the price, and all applicable
    rules in the order in which they would give it; the first of the source has won.

    :param precedence: codes of sources, the first that has a price gives it; where none
        has, it is the list price
    :param has_pricelist: called without arguments when the pricelist's turn comes:
        whether it has a price for the product
    """
    winner, applicable = None, []
    for source in precedence:
        if source in RULE_SOURCES:
            ranked = get_ranked(rules, request, source)
            applicable += ranked
            winner = winner or (source if ranked else None)
        elif not winner and has_pricelist():
            winner = source
    return winner or "list", applicable


def split_price(rule_price, rule):
    """Return ``(price, freight)`` for one unit: everything that is paid, and how much of
    it is freight. Freight that is separate is added, included freight is in it."""
    if rule.freight_kind == "separate":
        return rule_price + rule.freight, rule.freight
    return rule_price, min(rule.freight, rule_price)
