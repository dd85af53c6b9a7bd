"""Read a wholesaler's orders from CSV files and plan the parent orders.

Pure functions, no database. The columns are those of the Northwind sample database:
``customers``, ``products``, ``orders`` and ``order-details``. For each country and
month there is one parent order; its recipients are the ship-to addresses of that
month's orders, its lines the distinct products, prices and discounts.
"""

import csv
import os
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
SHARED = PROJECT.parent / "shared" / "data" / "northwind"
SAMPLE = PROJECT / "data" / "story_sample"
CENT = Decimal("0.01")


class SourceError(Exception):
    """A file is missing or a row cannot be read; the message names file and row."""


@dataclass(frozen=True)
class LineKey:
    product: str
    price: Decimal
    discount: Decimal


@dataclass(frozen=True)
class Address:
    customer: str
    name: str
    street: str
    city: str
    region: str
    zip: str


@dataclass
class Parent:
    story: str
    country: str
    month: str
    orders: int = 0
    date_last: date = date.min
    amount_exact: Decimal = Decimal(0)
    # {address: {line key: quantity}}
    recipients: dict = field(default_factory=lambda: defaultdict(dict))

    @property
    def ref(self):
        return f"{self.story}/{self.country}/{self.month}"

    @property
    def amount(self):
        """The files' own total, rounded once to the cent."""
        return self.amount_exact.quantize(CENT, ROUND_HALF_UP)

    @property
    def lines(self):
        totals = defaultdict(Decimal)
        for quantities in self.recipients.values():
            for key, quantity in quantities.items():
                totals[key] += quantity
        return totals

    @property
    def quantity(self):
        return sum(self.lines.values())


@dataclass
class Plan:
    # Every record of a story carries its name, so that two stories do not mix.
    name: str
    products: list
    customers: dict
    parents: list


def find_path():
    """Return the directory to read: ``NORTHWIND``, the shared data set beside the
    project, or the project's own sample."""
    if os.environ.get("NORTHWIND"):
        return Path(os.environ["NORTHWIND"])
    return SHARED if SHARED.is_dir() else SAMPLE


def read(path=None):
    """Return the `Plan` of the files in ``path`` (see `find_path`).

    :raise SourceError: a file is missing or a row does not fit
    """
    path = Path(path or find_path()).resolve()
    customers = {
        row["customerID"]: row for row in _rows(path, "customers", spill="address")
    }
    products = _rows(path, "products")
    orders = {row["orderID"]: row for row in _rows(path, "orders", spill="shipAddress")}
    known = {}
    for number, row in enumerate(products, start=2):
        with _naming("products.csv", number):
            known[row["productID"]] = _number(row, "unitPrice")
    parents = {}
    seen = set()
    for number, row in enumerate(_rows(path, "order-details"), start=2):
        with _naming("order-details.csv", number):
            order = _find(orders, row["orderID"], "order", "orders.csv")
            customer = _find(
                customers, order["customerID"], "customer", "customers.csv"
            )
            _find(known, row["productID"], "product", "products.csv")
            _add(parents, path.name, customer, order, row, row["orderID"] not in seen)
        seen.add(row["orderID"])
    ordered = sorted(
        parents.values(), key=lambda parent: (parent.country, parent.month)
    )
    return Plan(path.name, products, customers, ordered)


def _find(rows, key, what, file):
    if key not in rows:
        raise SourceError(f"{what} {key} is not in {file}")
    return rows[key]


@contextmanager
def _naming(file, number):
    """Name the file and the row in what goes wrong inside."""
    try:
        yield
    except KeyError as error:
        raise SourceError(
            f"{file} row {number}: there is no column {error}."
        ) from error
    except SourceError as error:
        raise SourceError(f"{file} row {number}: {error}.") from error


def _number(row, column):
    try:
        return Decimal(row[column])
    except InvalidOperation as error:
        raise SourceError(f"{column} {row[column]!r} is not a number") from error


def _add(parents, story, customer, order, row, first):
    # The buying group is the customer's; the few orders shipped abroad stay with it.
    try:
        day = date.fromisoformat(order["orderDate"][:10])
    except ValueError as error:
        raise SourceError(
            f"order {order['orderID']}: {order['orderDate']!r} is not a date"
        ) from error
    line = LineKey(
        row["productID"], _number(row, "unitPrice"), _number(row, "discount")
    )
    quantity = _number(row, "quantity")
    key = (story, customer["country"], f"{day:%Y-%m}")
    parent = parents.setdefault(key, Parent(*key))
    parent.orders += first
    parent.date_last = max(parent.date_last, day)
    parent.amount_exact += line.price * quantity * (1 - line.discount)
    quantities = parent.recipients[_address(order)]
    quantities[line] = quantities.get(line, Decimal(0)) + quantity


def _address(order):
    return Address(
        customer=order["customerID"],
        name=order["shipName"],
        street=order["shipAddress"],
        city=order["shipCity"],
        region=_blank(order["shipRegion"]),
        zip=_blank(order["shipPostalCode"]),
    )


def _blank(value):
    return "" if value == "NULL" else value


def _rows(path, name, spill=None):
    """Return the rows of a file as dicts.

    :param spill: the column whose unquoted commas made some rows longer than the
        header; what they pushed to the right is moved back
    """
    file = Path(path) / f"{name}.csv"
    if not file.is_file():
        raise SourceError(f"{file} does not exist: give the directory with --path.")
    with file.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.reader(handle)
        header = next(reader, [])
        return [
            dict(zip(header, _fit(row, header, spill, file, number), strict=True))
            for number, row in enumerate(reader, start=2)
            if row
        ]


def _fit(row, header, spill, file, number):
    extra = len(row) - len(header)
    if extra > 0 and spill in header:
        start = header.index(spill)
        joined = ",".join(row[start : start + extra + 1])
        row = [*row[:start], joined, *row[start + extra + 1 :]]
    if len(row) != len(header):
        raise SourceError(
            f"{file.name} row {number}: {len(row)} values for {len(header)} columns."
        )
    return row
