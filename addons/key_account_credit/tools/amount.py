"""What may be entered as an amount."""

# The largest that a float still tells from the next cent.
MOST = 1e15


def is_amount(value):
    """Return whether a value that somebody sends is zero, empty or a positive amount:
    no text, not negative, not endless, and a number."""
    if not value:
        return True
    try:
        # Not a number is neither less nor more.
        return 0 <= float(value) < MOST
    except (TypeError, ValueError, OverflowError):
        return False
