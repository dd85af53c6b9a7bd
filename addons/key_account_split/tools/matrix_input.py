"""Read what a client sends as changes of the recipient matrix: shapes, ids, numbers."""

from sys import float_info

# Above it a float has no room left for the decimals of a unit.
QUANTITY_MOST = 10.0**12
# Far more recipients than an order ever has: nobody asks for a list without end.
SHARES_MOST = 100_000


class MatrixInputError(ValueError):
    """What was sent has not the form that its reader asks for."""


def is_number(value):
    """Whether ``value`` is a finite number; True and False are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    # Not isfinite(): it cannot take a whole number of 400 digits.
    return abs(value) <= float_info.max


def is_quantity(value):
    """Whether ``value`` can be the quantity of a cell."""
    return is_number(value) and 0 <= value <= QUANTITY_MOST


def _read_list(rows, keys):
    if not isinstance(rows, list | tuple):
        raise MatrixInputError("not a list")
    for row in rows:
        if not isinstance(row, dict) or row.keys() != keys:
            raise MatrixInputError("not a row of these keys")
    return rows


def _read_id(value):
    # Also True is an int, and the database knows no id of more than 31 bits.
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**31:
        raise MatrixInputError("not an id")
    return value


def read_changes(changes):
    """Return ``{(recipient id, line id): (quantity, quantity shown)}``.

    Of the same cell the last counts. The quantity is not checked here: what is wrong
    with it is told with the names of recipient and product.

    :raise MatrixInputError: unless it is a list of recipient, line, quantity and shown
    """
    rows = _read_list(changes, {"recipient", "line", "quantity", "shown"})
    if not all(is_number(row["shown"]) for row in rows):
        raise MatrixInputError("shown is not a number")
    return {
        (_read_id(row["recipient"]), _read_id(row["line"])): (
            row["quantity"],
            row["shown"],
        )
        for row in rows
    }


def read_rows(rows, owner):
    """Return a list of ``(id, {line id: quantity})``.

    :param owner: the key of the id, ``partner`` or ``recipient``
    :raise MatrixInputError: unless it is a list of owner and quantities
    """
    return [
        (
            _read_id(row[owner]),
            {
                _read_id(cell["line"]): cell["quantity"]
                for cell in _read_list(row["quantities"], {"line", "quantity"})
            },
        )
        for row in _read_list(rows, {owner, "quantities"})
    ]


def read_removed(rows):
    """Return ``{recipient id: {line id: quantity shown}}``.

    :raise MatrixInputError: unless it is a list of recipient and numbers
    """
    removed = dict(read_rows(rows, "recipient"))
    if not all(is_number(shown) for row in removed.values() for shown in row.values()):
        raise MatrixInputError("shown is not a number")
    return removed


def read_shares(order_line_id, count, kept):
    """Return the arguments of a fair share as they are when they can be that.

    :raise MatrixInputError: unless ``count`` is from 1 to ``SHARES_MOST`` and ``kept`` a
        quantity
    """
    if not isinstance(count, int) or not 1 <= count <= SHARES_MOST:
        raise MatrixInputError("not a number of recipients")
    if not is_quantity(kept):
        raise MatrixInputError("not a quantity")
    return _read_id(order_line_id), int(count), float(kept)
