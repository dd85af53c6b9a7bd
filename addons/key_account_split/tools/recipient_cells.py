"""What a cell of a recipients file means: texts, quantities, days."""

import datetime
import re
import unicodedata

from odoo.addons.key_account.tools.cells import CellError, read_number, read_text

from .csv_table import clean_text

# Names are indexed, and an index takes no longer ones.
MAX_TEXT = 255
MAX_NOTE = 5000
MAX_QUANTITY = 10**9
YEARS = range(2000, 2101)
# What Excel makes of a long number when it writes a text file.
SCIENTIFIC = re.compile(r"\d([.,]\d+)?[Ee]\+\d+")
YEAR_FIRST = re.compile(r"(\d{4})([-/.年])(\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})(?: .*)?")
PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})")


def read_line(cell, longest=MAX_TEXT):
    """Return the text of a cell on one line.

    :param longest: how many characters it may have
    :raise CellError: as ``read_text`` of key_account, ``long`` or ``scientific``
    """
    text = clean_text(read_text(cell))
    if len(text) > longest:
        raise CellError("long")
    if SCIENTIFIC.fullmatch(text):
        raise CellError("scientific")
    return text


def read_quantity(cell, decimals, separators):
    """Return a quantity, zero or more.

    :param decimals: how many it may have
    :param separators: the decimal point and thousands separator of the user's language
    :raise CellError: as ``read_number``, ``decimals`` or ``negative``
    """
    quantity, is_cut = read_number(cell, decimals, separators)
    if is_cut:
        raise CellError("decimals")
    if quantity < 0:
        raise CellError("negative")
    if quantity > MAX_QUANTITY:
        raise CellError("large")
    return quantity


def read_day(cell, is_month_first=False):
    """Return a day.

    :param is_month_first: how 3/4/2026 is to be read
    :raise CellError: ``formula``, ``error`` or ``day``
    """
    value = cell.value
    if cell.kind in ("formula", "error"):
        raise CellError(cell.kind)
    if isinstance(value, datetime.datetime):
        value = value.date()
    if not isinstance(value, datetime.date):
        value = _parse_day(value, is_month_first)
    if value.year not in YEARS:
        raise CellError("day")
    return value


def _parse_day(value, is_month_first):
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise CellError("day")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if match := YEAR_FIRST.fullmatch(text):
        year, _separator, month, day = match.groups()
    elif match := PACKED.fullmatch(text):
        year, month, day = match.groups()
    elif match := YEAR_LAST.fullmatch(text):
        day, separator, month, year = match.groups()
        # With points the day is first everywhere.
        if is_month_first and separator != ".":
            day, month = month, day
    else:
        raise CellError("day")
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError as error:
        raise CellError("day") from error


def simplify(*texts):
    """Return names and addresses as they are compared: without case, width, spaces and
    punctuation."""
    text = unicodedata.normalize("NFKC", "|".join(texts)).casefold()
    return re.sub(r"[^\w|]", "", text)


def get_digits(phone):
    """Return a phone number as it is compared."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    return digits or simplify(phone)
