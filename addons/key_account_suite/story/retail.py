"""Read a wholesaler's invoice lines and plan a parent order for each country and day.

Pure functions, no database. The columns are those of *Online Retail* (UCI Machine
Learning Repository, doi 10.24432/C5BW33), as CSV, packed with gzip or not. The recipients
of a parent order are the customers of that country on that day, its lines the distinct
products and prices. `retail_dirt` says what is left out and what is put right.
"""

import csv
import gzip
import zlib
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from .plan import CENT, Address, LineKey, Parent, Plan, Product
from .retail_dirt import is_service, sort_out
from .source import PROJECT, SourceError, naming, parse_date, parse_number, read_rows

SAMPLE = PROJECT / "data" / "retail_sample.csv"
# Where the wholesaler is: what it sends abroad bears no sales tax.
HOME = "United Kingdom"
WALK_IN = "walk-in"
GZIP = b"\x1f\x8b"

# The files know numbers and countries only; the rest of an address is made up.
STREETS = ("Market Street", "Station Road", "Church Lane", "Mill Road", "High Street")
CITIES = {
    HOME: ("London", "Leeds", "Bristol", "Manchester", "Norwich", "Glasgow", "Cardiff"),
    "Australia": ("Sydney", "Melbourne"),
    "Belgium": ("Antwerpen", "Gent"),
    "Channel Islands": ("St Helier",),
    "EIRE": ("Dublin", "Cork", "Galway"),
    "France": ("Lyon", "Lille", "Nantes"),
    "Germany": ("Hamburg", "Leipzig", "Bremen"),
    "Netherlands": ("Utrecht", "Groningen"),
    "Spain": ("Sevilla", "Bilbao"),
}


@dataclass(frozen=True)
class Line:
    """A row of the file, read but not judged."""

    invoice: str
    code: str
    name: str
    quantity: Decimal
    day: date
    price_exact: Decimal
    # Empty where the file names no customer.
    customer: str
    country: str

    @property
    def product(self):
        """The product's key: the same article is written 85123A and 85123a."""
        return self.code.upper()

    @property
    def price(self):
        return self.price_exact.quantize(CENT, ROUND_HALF_UP)

    @property
    def key(self):
        return LineKey(self.product, self.price)


def read(path=None, days=""):
    """Return the `Plan` of the file ``path``, or of the project's own sample.

    :param days: only these days: a number, counted from the first, or dates with commas
        between them; all when empty
    :raise SourceError: the file is missing, a row or a day does not fit
    """
    file = Path(path or SAMPLE).resolve()
    if not file.is_file():
        raise SourceError(f"{file} does not exist: give a file with RETAIL=.")
    lines = list(_read_lines(file))
    chosen = _choose_days({line.day for line in lines}, days)
    sales, remarks = sort_out([line for line in lines if line.day in chosen])
    if not sales:
        raise SourceError(f"{file.name}: there is no sale in it.")
    story = file.name.split(".")[0]
    parents, addresses = {}, {}
    for line in sales:
        key = (line.country, f"{line.day}")
        parent = parents.setdefault(
            key, Parent(story, *key, line.day, is_taxed=line.country == HOME)
        )
        address = _address(line.country, line.customer)
        addresses[address] = f"{line.country}/{line.customer or WALK_IN}"
        parent.add(line.invoice, line.day, address, line.key, line.quantity)
    return Plan(
        name=story,
        period="day",
        # All of the file: how a country pays does not depend on the chosen days.
        countries=sorted({line.country for line in lines}),
        products=_products(lines, {line.product for line in sales}),
        customers={},
        addresses=addresses,
        parents=[parent for _key, parent in sorted(parents.items())],
        remarks=remarks,
        is_compared=True,
    )


def _read_lines(file):
    with _opened(file) as handle:
        for number, row in enumerate(read_rows(handle, file.name), start=2):
            with naming(file.name, number):
                line = Line(
                    invoice=row["InvoiceNo"].strip(),
                    code=row["StockCode"].strip(),
                    name=row["Description"].strip(),
                    quantity=parse_number(row, "Quantity"),
                    day=parse_date(row, "InvoiceDate"),
                    price_exact=parse_number(row, "UnitPrice"),
                    # A spreadsheet has made 17850.0 of 17850.
                    customer=row["CustomerID"].strip().removesuffix(".0"),
                    country=row["Country"].strip(),
                )
                if not (line.invoice and line.code and line.country):
                    raise SourceError("InvoiceNo, StockCode or Country is empty")
            yield line


@contextmanager
def _opened(file):
    """Open the file as text and name it when it is no readable CSV."""
    try:
        with file.open("rb") as raw:
            is_packed = raw.read(len(GZIP)) == GZIP
        opener = gzip.open if is_packed else open
        with opener(file, "rt", encoding="utf-8-sig", newline="") as handle:
            yield handle
    except (OSError, EOFError, zlib.error, UnicodeError, csv.Error) as error:
        raise SourceError(f"{file.name} cannot be read: {error}.") from error


def _choose_days(known, days):
    """Return the dates among ``known`` that ``days`` asks for, see `read`."""
    if not days:
        return known
    if days.isdecimal() and int(days):
        return set(sorted(known)[: int(days)])
    chosen = set()
    for text in days.split(","):
        day = parse_date({"DAYS": text.strip()}, "DAYS")
        if day not in known:
            raise SourceError(f"DAYS {day}: there is no line of that day.")
        chosen.add(day)
    return chosen


def _products(lines, wanted):
    """Return the products ``wanted``, each with the name that most of the file's sales
    give it; the file knows what was asked each time, and no list price."""
    names = defaultdict(Counter)
    for line in lines:
        if line.product in wanted:
            names[line.product][line.name] += bool(line.name and line.price > 0)
    return [
        Product(
            key=product,
            name=_most_common(names[product]) or product,
            price=Decimal(0),
            is_service=is_service(product),
        )
        for product in sorted(wanted)
    ]


def _most_common(counter):
    """Return the value found most often, of several the greatest."""
    return max(counter, key=lambda value: (counter[value], value))


def _address(country, customer):
    seed = zlib.crc32(f"{country}/{customer}".encode())
    cities = CITIES.get(country, (country,))
    return Address(
        country=country,
        customer="",
        name=f"Customer {customer}" if customer else f"Walk-in customers {country}",
        street=f"{seed % 180 + 1} {STREETS[seed % len(STREETS)]}",
        city=cities[seed % len(cities)],
    )
