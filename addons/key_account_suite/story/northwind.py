"""Read a wholesaler's orders from CSV files and plan the parent orders.

Pure functions, no database. The columns are those of the Northwind sample database:
``customers``, ``products``, ``orders`` and ``order-details``. For each country and
month there is one parent order; its recipients are the ship-to addresses of that
month's orders, its lines the distinct products, prices and discounts.
"""

import os
from collections import defaultdict
from pathlib import Path

from .plan import Address, Customer, LineKey, Parent, Plan, Product
from .source import PROJECT, SourceError, naming, parse_date, parse_number, read_rows

SHARED = PROJECT.parent / "shared" / "data" / "northwind"
SAMPLE = PROJECT / "data" / "story_sample"


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
    customers = {}
    for number, row in enumerate(_rows(path, "customers", spill="address"), start=2):
        with naming("customers.csv", number):
            customers[row["customerID"]] = _customer(row)
    products = {}
    for number, row in enumerate(_rows(path, "products"), start=2):
        with naming("products.csv", number):
            products[row["productID"]] = _product(row)
    orders = {row["orderID"]: row for row in _rows(path, "orders", spill="shipAddress")}
    parents = {}
    for number, row in enumerate(_rows(path, "order-details"), start=2):
        with naming("order-details.csv", number):
            order = _find(orders, row["orderID"], "order", "orders.csv")
            customer = _find(
                customers, order["customerID"], "customer", "customers.csv"
            )
            _find(products, row["productID"], "product", "products.csv")
            _add(parents, path.name, customer.country, order, row)
    return Plan(
        name=path.name,
        period="month",
        countries=sorted({customer.country for customer in customers.values()}),
        products=list(products.values()),
        customers=customers,
        addresses=_number_addresses(parents.values()),
        parents=[parent for _key, parent in sorted(parents.items())],
    )


def _rows(path, name, spill=None):
    file = path / f"{name}.csv"
    if not file.is_file():
        raise SourceError(f"{file} does not exist: give the directory with --path.")
    with file.open(encoding="utf-8-sig", newline="") as handle:
        return list(read_rows(handle, file.name, spill))


def _find(rows, key, what, file):
    if key not in rows:
        raise SourceError(f"{what} {key} is not in {file}")
    return rows[key]


def _customer(row):
    return Customer(
        name=row["companyName"],
        country=row["country"],
        street=row["address"],
        city=row["city"],
        zip=_blank(row["postalCode"]),
        phone=row["phone"],
    )


def _product(row):
    return Product(row["productID"], row["productName"], parse_number(row, "unitPrice"))


def _add(parents, story, country, order, row):
    # The buying group is the customer's; the few orders shipped abroad stay with it.
    try:
        day = parse_date(order, "orderDate")
    except SourceError as error:
        raise SourceError(f"order {order['orderID']}: {error}") from error
    line = LineKey(
        row["productID"],
        parse_number(row, "unitPrice"),
        parse_number(row, "discount"),
    )
    quantity = parse_number(row, "quantity")
    month = f"{day:%Y-%m}"
    parent = parents.setdefault(
        (country, month), Parent(story, country, month, day.replace(day=1))
    )
    parent.add(order["orderID"], day, _address(country, order), line, quantity)


def _address(country, order):
    return Address(
        country=country,
        customer=order["customerID"],
        name=order["shipName"],
        street=order["shipAddress"],
        city=order["shipCity"],
        region=_blank(order["shipRegion"]),
        zip=_blank(order["shipPostalCode"]),
    )


def _number_addresses(parents):
    """Return a reference for each address: its customer and a number."""
    addresses = {address for parent in parents for address in parent.recipients}
    counters = defaultdict(int)
    references = {}
    for address in sorted(addresses, key=_sort_key):
        counters[address.customer] += 1
        references[address] = f"{address.customer}/{counters[address.customer]}"
    return references


def _sort_key(address):
    place = (address.city, address.region, address.zip)
    return (address.customer, address.street, address.name, *place)


def _blank(value):
    return "" if value == "NULL" else value
