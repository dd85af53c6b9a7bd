"""What the story has come to, read from the database and set against the files.

A parent order is looked at four times: as it was ordered, as the sum of its child orders,
as the sum of its posted invoices, and as the files have it. Amounts are in the company's
currency, which is the story's.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from .plan import CENT

LEVELS = ("parents", "children", "invoices", "files")
AMOUNTS = ("untaxed", "tax", "total")
FIGURES = ("recipients", "lines", "quantity", *AMOUNTS)


@dataclass
class Row:
    """One line of the story's table: a parent order against the files."""

    country: str
    period: str
    children: int
    delivered: Decimal
    quantity_source: Decimal
    invoiced: Decimal
    amount_source: Decimal
    # The figures that are not the same on all levels.
    gaps: list = field(default_factory=list)

    @property
    def difference(self):
        return self.invoiced - self.amount_source

    @property
    def is_exact(self):
        is_delivered = self.delivered == self.quantity_source
        return not self.difference and is_delivered and not self.gaps


@dataclass
class Figure:
    """One line of the table that compares all figures: what it adds up to on each level,
    and by how much the levels of the orders differ, order by order."""

    name: str
    sums: dict = field(default_factory=lambda: defaultdict(Decimal))
    difference: Decimal = Decimal(0)

    @property
    def is_exact(self):
        return not self.difference


def measure(env, plan, orders):
    """Compare the parent orders with the plan.

    :param orders: ``{reference: parent order}``
    :return: ``(rows, figures)``; no figures unless the plan wants all compared
    """
    records = env["sale.order"].union(*orders.values())
    found = {
        "parents": _sum_parents(records),
        "children": _sum_children(records),
        "invoices": _sum_invoices(records),
    }
    rows, figures = [], {name: Figure(name) for name in FIGURES}
    for parent in plan.parents:
        order = orders[parent.ref]
        levels = {level: sums[order] for level, sums in found.items()}
        row = _get_row(parent, levels)
        if plan.is_compared:
            row.gaps = _compare(figures, {**levels, "files": _get_files(parent)})
        rows.append(row)
    return rows, list(figures.values()) if plan.is_compared else []


def _get_row(parent, levels):
    return Row(
        country=parent.country,
        period=parent.period,
        children=int(levels["children"]["recipients"]),
        delivered=levels["children"]["delivered"].normalize(),
        quantity_source=parent.quantity.normalize(),
        invoiced=levels["invoices"]["untaxed"].quantize(CENT),
        amount_source=parent.amount,
    )


def _compare(figures, levels):
    """Add an order's figures and return the names of those that differ."""
    gaps = []
    for name, figure in figures.items():
        values = {level: sums[name] for level, sums in levels.items() if name in sums}
        for level, value in values.items():
            figure.sums[level] += value
        difference = max(values.values()) - min(values.values())
        if difference:
            figure.difference += difference
            gaps.append(name)
    return gaps


def _get_files(parent):
    # The files know no tax.
    return {
        "recipients": Decimal(len(parent.recipients)),
        "lines": Decimal(parent.line_count),
        "quantity": parent.quantity,
        "untaxed": parent.amount,
    }


def _sum_parents(orders):
    """Return ``{order: {figure: value}}`` of the orders and their recipients."""
    own = [("order_id", "in", orders.ids)]
    RecipientLine = orders.env["sale.order.recipient.line"]
    sums = _start(orders, FIGURES)
    _add(
        sums,
        (
            (order, order.amount_untaxed, order.amount_tax, order.amount_total)
            for order in orders
        ),
        *AMOUNTS,
    )
    _add(
        sums,
        orders.env["sale.order.recipient"]._read_group(own, ["order_id"], ["__count"]),
        "recipients",
    )
    _add(
        sums,
        RecipientLine._read_group(
            [*own, ("quantity", ">", 0)], ["order_id"], ["__count"]
        ),
        "lines",
    )
    _add(
        sums,
        orders.env["sale.order.line"]._read_group(
            [*own, ("display_type", "=", False)], ["order_id"], ["product_uom_qty:sum"]
        ),
        "quantity",
    )
    return sums


def _sum_children(orders):
    """Return ``{parent: {figure: value}}`` of the child orders that live."""
    sums = _start(orders, (*FIGURES, "delivered"))
    alive = [("parent_order_id", "in", orders.ids), ("state", "!=", "cancel")]
    _add(
        sums,
        orders._read_group(
            alive,
            ["parent_order_id"],
            ["__count", *(f"amount_{name}:sum" for name in AMOUNTS)],
        ),
        "recipients",
        *AMOUNTS,
    )
    children = orders.search(alive)
    groups = orders.env["sale.order.line"]._read_group(
        [("order_id", "in", children.ids), ("display_type", "=", False)],
        ["order_id"],
        ["__count", "product_uom_qty:sum", "qty_delivered:sum"],
    )
    _add(
        sums,
        ((child.parent_order_id, *values) for child, *values in groups),
        "lines",
        "quantity",
        "delivered",
    )
    return sums


def _sum_invoices(orders):
    """Return ``{parent: {figure: value}}`` of the posted invoices."""
    sums = _start(orders, ("lines", "quantity", *AMOUNTS))
    Move = orders.env["account.move"]
    posted = Move.search(
        [("parent_order_id", "in", orders.ids), ("state", "=", "posted")]
    )
    _add(
        sums,
        posted._read_group(
            [("id", "in", posted.ids)],
            ["parent_order_id"],
            [f"amount_{name}_signed:sum" for name in AMOUNTS],
        ),
        *AMOUNTS,
    )
    groups = orders.env["account.move.line"]._read_group(
        [("move_id", "in", posted.ids), ("display_type", "=", "product")],
        ["move_id"],
        ["__count", "quantity:sum"],
    )
    _add(
        sums,
        ((move.parent_order_id, *values) for move, *values in groups),
        "lines",
        "quantity",
    )
    return sums


def _start(orders, names):
    return {order: dict.fromkeys(names, Decimal(0)) for order in orders}


def _add(sums, groups, *names):
    """Add what groups of records come to.

    :param groups: rows of a parent order and one value for each of ``names``
    """
    for order, *values in groups:
        for name, value in zip(names, values, strict=True):
            sums[order][name] += Decimal(str(round(value, 6)))
