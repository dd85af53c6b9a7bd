"""What a cell of an uploaded sheet means: numbers, whole numbers, texts, headers."""

import math
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

# From here on a float does not hold two decimals reliably.
TOO_LARGE = 10**13
# Excel calculates with 15 digits: a smaller difference is noise, not decimals.
NOISE = Decimal("1e-9")


class CellError(Exception):
    """A cell does not hold what its column is for; ``code`` says why."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def normalize(text):
    """Return a header or a choice as it is compared: without case, width, spaces and
    the star of a column that must be filled in."""
    text = unicodedata.normalize("NFKC", str(text)).casefold().strip().rstrip("*")
    return re.sub(r"\s+", "", text)


def read_number(cell, decimals, separators=(".", ","), is_percent=False):
    """Return ``(number, whether decimals were cut off)``.

    :param decimals: how many are kept; None keeps all
    :param separators: the decimal point and thousands separator of the user's language
    :param is_percent: the column holds percentages: 10% is 10
    :raise CellError: ``formula``, ``error``, ``boolean``, ``date``, ``percent``,
        ``text``, ``infinite`` or ``large``
    """
    exact = _read_decimal(cell, separators, is_percent)
    if abs(exact) >= TOO_LARGE:
        raise CellError("large")
    if decimals is None:
        return float(exact), False
    step = Decimal(1).scaleb(-decimals)
    number = exact.quantize(step, rounding=ROUND_HALF_UP)
    is_cut = abs(number - exact) > NOISE * max(Decimal(1), abs(exact))
    return float(number) + 0.0, is_cut


def read_integer(cell, separators=(".", ",")):
    """Return a whole number of four bytes.

    :raise CellError: as ``read_number``, or ``fraction``
    """
    exact = _read_decimal(cell, separators, False)
    if exact != exact.to_integral_value():
        raise CellError("fraction")
    if abs(exact) >= 2**31:
        raise CellError("large")
    return int(exact)


def _read_decimal(cell, separators, is_percent):
    value = cell.value
    if cell.kind in ("formula", "error"):
        raise CellError(cell.kind)
    if isinstance(value, bool):
        raise CellError("boolean")
    if isinstance(value, str):
        return parse_number(value, separators, is_percent)
    if not isinstance(value, int | float):
        raise CellError("date")
    if not math.isfinite(value):
        raise CellError("infinite")
    if cell.kind == "percent":
        if not is_percent:
            raise CellError("percent")
        return Decimal(repr(value)) * 100
    return Decimal(repr(value))


def parse_number(text, separators=(".", ","), is_percent=False):
    """Return the number that somebody typed as text: ``1,234.50``.

    With both separators the last one is the decimal point, whatever the language; with
    one of them, the language says which it is.
    """
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if is_percent:
        text = text.removesuffix("%")
    elif text.endswith("%"):
        raise CellError("percent")
    text = text.replace("−", "-")
    point, group = separators
    if "." in text and "," in text:
        point, group = (".", ",") if text.rfind(".") > text.rfind(",") else (",", ".")
    elif point != "." and not re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+", text):
        # Not grouped by the point: it can only be a decimal point.
        point, group = (".", None) if "." in text else (point, group)
    digits = r"\d+"
    if group:
        digits = rf"(?:\d{{1,3}}(?:{re.escape(group)}\d{{3}})+|\d+)"
    if not re.fullmatch(rf"[+-]?{digits}(?:{re.escape(point)}\d+)?", text, re.ASCII):
        raise CellError("text")
    if group:
        text = text.replace(group, "")
    return Decimal(text.replace(point, "."))


def read_text(cell):
    """Return a reference or name; 1001.0 is "1001".

    :raise CellError: ``formula``, ``error``, ``boolean`` or ``date``: Excel has made
        something else of it
    """
    value = cell.value
    if cell.kind in ("formula", "error"):
        raise CellError(cell.kind)
    if isinstance(value, bool):
        raise CellError("boolean")
    if isinstance(value, str):
        return value
    if not isinstance(value, int | float):
        raise CellError("date")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)
