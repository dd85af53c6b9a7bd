import math


def is_amount(value):
    """Return whether a value, as a caller hands it over, can be an amount: infinity and
    what is not a number come as floats or as words. Nothing is an amount of zero."""
    try:
        return math.isfinite(float(value or 0.0))
    except (TypeError, ValueError):
        return False
