"""What a story buys, as plain values: a reader takes them from files, `play` puts them
into a database."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Product:
    key: str
    name: str
    # The list price, zero where the files know none.
    price: Decimal
    # Services are not stored: postage, charges.
    is_service: bool = False


@dataclass(frozen=True)
class Customer:
    """A company that belongs to its country's buying group."""

    name: str
    country: str
    street: str
    city: str
    zip: str
    phone: str


@dataclass(frozen=True)
class Address:
    """Where goods go; without a customer it is the buying group's own."""

    country: str
    customer: str
    name: str
    street: str
    city: str
    region: str = ""
    zip: str = ""


@dataclass(frozen=True)
class LineKey:
    product: str
    price: Decimal
    discount: Decimal = Decimal(0)


@dataclass
class Parent:
    """A parent order: what a country's group buys in a period."""

    story: str
    country: str
    period: str
    date_first: date
    # Whether the company's sales tax is due on it.
    is_taxed: bool = False
    date_last: date = date.min
    amount_exact: Decimal = Decimal(0)
    # What the files call orders or invoices.
    sources: set = field(default_factory=set)
    # {address: {line key: quantity}}
    recipients: dict = field(default_factory=lambda: defaultdict(dict))

    def add(self, source, day, address, line, quantity):
        """Add a row of the files: ``address`` gets ``quantity`` of ``line``."""
        self.sources.add(source)
        self.date_last = max(self.date_last, day)
        self.amount_exact += line.price * quantity * (1 - line.discount)
        quantities = self.recipients[address]
        quantities[line] = quantities.get(line, Decimal(0)) + quantity

    @property
    def ref(self):
        return f"{self.story}/{self.country}/{self.period}"

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

    @property
    def line_count(self):
        """How many order lines its recipients get, all together."""
        return sum(len(quantities) for quantities in self.recipients.values())


@dataclass
class Plan:
    # Every record of a story carries its name, so that two stories do not mix.
    name: str
    # What a parent order covers: month or day.
    period: str
    countries: list
    products: list
    customers: dict
    # {address: its reference}
    addresses: dict
    parents: list
    # What the reader left out or put right: (number of rows, sentence).
    remarks: list = field(default_factory=list)
    # Whether all figures are compared, not only what was delivered and invoiced.
    is_compared: bool = False
