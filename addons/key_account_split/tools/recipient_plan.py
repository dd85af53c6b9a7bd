"""Rows of a file become recipients, or problems: all of them, each with row and column.

One row is one recipient and one product, or one recipient with a column for each product.
Knows nothing of Odoo: records are keys that the caller gives.
"""

from dataclasses import dataclass, field

from odoo.addons.key_account.tools.cells import CellError, normalize, read_text

from .chinese_address import parse_address
from .recipient_cells import (
    MAX_NOTE,
    MAX_TEXT,
    get_digits,
    read_day,
    read_line,
    read_quantity,
    simplify,
)
from .recipient_columns import (
    ADDRESS_FIELDS,
    LINE,
    LONG_FIELDS,
    RECIPIENT_FIELDS,
    REQUIRED,
)

# What to do with recipients that are there twice.
REFUSE, MERGE, KEEP = "refuse", "merge", "keep"
# Without them nobody knows who a row is about.
KEY_FIELDS = {"number", "reference", "name"}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row.

    :param index: of its column, from 0; None: the row as a whole
    :param code: why; ``values`` are what its sentence needs
    """

    row: int
    index: int | None
    code: str
    values: dict = field(default_factory=dict)


@dataclass
class Lookup:
    """What texts of a file stand for.

    :param lines: ``{normalized product code: order line}``
    :param ambiguous: ``{normalized product code: codes to write instead}``
    :param bare: ``{number: order line}``, codes that have lost their leading zeros
    :param countries: ``{simplified name or code: country}``
    :param states: ``{(country, simplified name or code): state}``
    :param provinces: see `chinese_address.index_provinces`
    :param decimals: of quantities
    """

    lines: dict
    ambiguous: dict
    countries: dict
    states: dict
    provinces: list
    china: object
    default_country: object
    bare: dict = field(default_factory=dict)
    decimals: int = 2
    separators: tuple = (".", ",")
    is_month_first: bool = False


@dataclass
class Recipient:
    """Who gets what.

    :param row: the first row that is about it; ``rows`` are all
    :param values: ``{field: value}`` of ``RECIPIENT_FIELDS``; country and state are keys
    :param quantities: ``{order line: quantity}``
    :param sources: ``{order line: row}``
    :param bad: fields with a cell that could not be read
    :param address: the caller's key of a known address
    :param served: the caller's key of a present recipient that gets this one's goods
    """

    row: int
    rows: list
    values: dict
    quantities: dict = field(default_factory=dict)
    sources: dict = field(default_factory=dict)
    bad: set = field(default_factory=set)
    address: object = None
    served: object = None

    def get(self, name):
        return self.values.get(name) or ""

    @property
    def has_address(self):
        return any(self.get(name) for name in ("street", "street2", "city", "zip"))

    def get_identity(self):
        """Return who it is: name, address and phone, as they are compared."""
        place = "".join(self.get(name) for name in ("street", "street2", "city", "zip"))
        return simplify(self.get("name"), place), get_digits(self.get("phone"))


@dataclass
class Plan:
    """:param row_count: rows below the header
    :param recipients: in the order of the file
    """

    header: int
    row_count: int
    recipients: list = field(default_factory=list)
    problems: list = field(default_factory=list)


def make_plan(rows, columns, lookup, policy):
    """Return the `Plan` of a file.

    :param rows: ``[(row number, cells)]``, the header first
    :param columns: ``[(field, line)]`` by position, see `recipient_columns.propose`
    :param policy: ``REFUSE``, ``MERGE`` or ``KEEP`` recipients that are there twice
    """
    plan = Plan(header=rows[0][0], row_count=len(rows) - 1)
    planner = Planner(plan, columns, lookup, policy)
    planner.check_columns()
    if not plan.problems:
        planner.read_rows(rows[1:])
        planner.complete()
        planner.find_twins()
        plan.problems.sort(key=lambda problem: (problem.row, problem.index or 0))
    return plan


class Planner:
    def __init__(self, plan, columns, lookup, policy):
        self.plan = plan
        self.lookup = lookup
        self.policy = policy
        self.columns = [
            (index, name, line)
            for index, (name, line) in enumerate(columns)
            if name is not None
        ]
        self.index = {name: index for index, name, _line in reversed(self.columns)}
        self.groups = {}

    def tell(self, row, name, code, **values):
        index = name if isinstance(name, int) else self.index.get(name)
        self.plan.problems.append(Problem(row, index, code, values))

    # ----------------------------------------------------------------- columns

    def check_columns(self):
        names = [(name, line) for _index, name, line in self.columns]
        header = self.plan.header
        for name, line in dict.fromkeys(names):
            if names.count((name, line)) > 1:
                self.tell(header, name, "column_twice", field=name, line=line)
        wanted = REQUIRED
        if LINE not in self.index:
            wanted += LONG_FIELDS
        elif any(name in self.index for name in LONG_FIELDS):
            self.tell(header, None, "both_forms")
        for name in wanted:
            if name not in self.index:
                self.tell(header, None, "column_missing", field=name)
        if not self.plan.row_count:
            self.tell(header, None, "no_rows")

    # -------------------------------------------------------------------- rows

    def read_rows(self, rows):
        previous = None
        for number, cells in rows:
            values, bad = self._read_values(number, cells)
            is_continued = previous is not None and not any(
                name in values or name in bad for name in RECIPIENT_FIELDS
            )
            key = previous if is_continued else self._get_key(number, values, bad)
            previous = key
            if key not in self.groups:
                self.groups[key] = Recipient(number, [], {})
            recipient = self.groups[key]
            recipient.rows.append(number)
            recipient.bad |= bad
            self._add_values(recipient, number, values)
            self._add_quantities(recipient, number, cells, values, bad)
        self.plan.recipients = list(self.groups.values())

    def _read_values(self, number, cells):
        """Return ``({field: value} of the filled cells, fields that are wrong)``."""
        values, bad = {}, set()
        for index, name, _line in self.columns:
            cell = cells[index] if index < len(cells) else None
            if cell is None or name == LINE:
                continue
            try:
                value = self._read_cell(name, cell)
            except CellError as error:
                bad.add(name)
                self.tell(number, index, error.code, field=name)
                continue
            # Zero is a quantity, and no text is none.
            if value != "":
                values[name] = value
        return values, bad

    def _read_cell(self, name, cell):
        if name == "quantity":
            return read_quantity(cell, self.lookup.decimals, self.lookup.separators)
        if name == "date_wished":
            return read_day(cell, self.lookup.is_month_first)
        text = read_line(cell, MAX_NOTE if name == "note" else MAX_TEXT)
        if name == "product" and text:
            return self._find_line(text, cell)
        if name == "country" and text:
            country = self.lookup.countries.get(simplify(text))
            if country is None:
                raise CellError("country")
            return country
        return text

    def _find_line(self, text, cell):
        code = normalize(text)
        if code in self.lookup.lines:
            return self.lookup.lines[code]
        if code in self.lookup.ambiguous:
            raise CellError("product_ambiguous")
        if not isinstance(cell.value, str) and code in self.lookup.bare:
            return self.lookup.bare[code]
        raise CellError("product")

    def _get_key(self, number, values, bad):
        if bad & KEY_FIELDS:
            return "row", number
        for name in ("number", "reference"):
            if values.get(name):
                return name, normalize(values[name])
        if not values.get("name"):
            return "row", number
        place = [str(values.get(name, "")) for name in ADDRESS_FIELDS]
        phone = get_digits(values.get("phone", ""))
        return "name", simplify(values["name"], *place), phone

    def _add_values(self, recipient, number, values):
        for name in RECIPIENT_FIELDS:
            value = values.get(name)
            if value is None:
                continue
            known = recipient.values.setdefault(name, value)
            if self.policy == MERGE or _is_same(known, value):
                continue
            recipient.bad.add(name)
            self.tell(number, name, "conflict", field=name, other=recipient.row)

    # -------------------------------------------------------------- quantities

    def _add_quantities(self, recipient, number, cells, values, bad):
        if LINE in self.index:
            for index, name, line in self.columns:
                cell = cells[index] if index < len(cells) else None
                if name == LINE and cell is not None:
                    self._add_wide_cell(recipient, number, index, line, cell)
            return
        product, quantity = values.get("product"), values.get("quantity")
        for name, value in (("product", product), ("quantity", quantity)):
            if value is None and name not in bad:
                self.tell(number, name, "missing", field=name)
        if product is None or quantity is None:
            recipient.bad.add("quantity")
        elif not quantity:
            recipient.bad.add("quantity")
            self.tell(number, "quantity", "zero")
        else:
            self._add_quantity(
                recipient, number, self.index["product"], product, quantity
            )

    def _add_wide_cell(self, recipient, number, index, line, cell):
        try:
            quantity = read_quantity(cell, self.lookup.decimals, self.lookup.separators)
        except CellError as error:
            recipient.bad.add("quantity")
            self.tell(number, index, error.code, field="quantity")
            return
        if quantity:
            self._add_quantity(recipient, number, index, line, quantity)

    def _add_quantity(self, recipient, number, index, line, quantity):
        if line in recipient.quantities and self.policy != MERGE:
            recipient.bad.add("quantity")
            self.tell(
                number, index, "repeated", other=recipient.sources[line], line=line
            )
            return
        total = recipient.quantities.get(line, 0.0) + quantity
        recipient.quantities[line] = round(total, self.lookup.decimals)
        recipient.sources.setdefault(line, number)

    # -------------------------------------------------------------- recipients

    def complete(self):
        """Find out where recipients are, and who misses what."""
        for recipient in self.plan.recipients:
            self._place(recipient)
            wanted = ["name"]
            if recipient.has_address or recipient.get("state"):
                wanted += ["street", "city"]
            for name in wanted:
                if not recipient.get(name) and name not in recipient.bad:
                    self.tell(recipient.row, name, "missing", field=name)
            if not recipient.quantities and "quantity" not in recipient.bad:
                self.tell(recipient.row, None, "nothing")

    def _place(self, recipient):
        values, lookup = recipient.values, self.lookup
        state, country = recipient.get("state"), recipient.get("country") or None
        place = (state, recipient.get("city"), recipient.get("street"))
        expected, key = country or lookup.default_country, None
        if country in (None, lookup.china):
            address = parse_address(*place, lookup.provinces)
            if address.state is not None:
                expected = lookup.china
            if expected == lookup.china:
                key = address.state
                values.update(city=address.city, street=address.street)
        if key is None and state:
            key = lookup.states.get((expected, simplify(state)))
        if key is None and state and "state" not in recipient.bad:
            recipient.bad.add("state")
            self.tell(recipient.row, "state", "state", text=state)
        if any(place) or country:
            values["country"] = expected
        values["state"] = key

    def find_twins(self):
        """Refuse, or merge, recipients that are in the file more than once."""
        if self.policy == KEEP:
            return
        kept, known = [], {}
        for recipient in self.plan.recipients:
            marks = [("who", *recipient.get_identity())]
            if not recipient.get("name") or recipient.bad & KEY_FIELDS:
                marks = []
            elif recipient.get("reference"):
                marks.append(("reference", normalize(recipient.get("reference"))))
            twin = next((known[mark] for mark in marks if mark in known), None)
            if twin is None:
                kept.append(recipient)
            elif self.policy == REFUSE:
                self.tell(recipient.row, "name", "twin", other=twin.row)
            else:
                self._unite(twin, recipient)
            for mark in marks:
                known.setdefault(mark, twin or recipient)
        self.plan.recipients = kept if self.policy == MERGE else self.plan.recipients

    def _unite(self, twin, recipient):
        twin.rows += recipient.rows
        for line, quantity in recipient.quantities.items():
            row = recipient.sources[line]
            self._add_quantity(twin, row, None, line, quantity)
        for name, value in recipient.values.items():
            if not twin.get(name):
                twin.values[name] = value


def _is_same(known, value):
    if isinstance(known, str) and isinstance(value, str):
        return simplify(known) == simplify(value)
    return known == value


def get_text(cell):
    """Return what a cell shows, for people."""
    try:
        return read_text(cell) if cell is not None else ""
    except CellError:
        return str(cell.value)
