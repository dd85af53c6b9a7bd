"""What a decision was about: comparable values of a document, their digest, and what
moved between two of them. No database.

A snapshot is a flat dict. Keys are field names, or ``lines.id.field`` for records of a
one-to-many field; values are what JSON can hold, numbers as text in their precision, so
that 10 and 10.00 are the same and 10.00 and 10.01 are not.
"""

import hmac
import json


def digest(snapshot, secret=""):
    """Return the keyed SHA-256 of a snapshot as 64 hex digits; the order of keys is
    nothing."""
    text = json.dumps(snapshot, sort_keys=True, separators=(",", ":"))
    return hmac.new((secret or "").encode(), text.encode(), "sha256").hexdigest()


def get_moves(old, new):
    """Return ``[(key, old value, new value)]`` of what differs, sorted by key; a value
    that is missing on one side is None there."""
    return [
        (key, old.get(key), new.get(key))
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    ]


def split_key(key):
    """Return ``(lines, id, field)`` of a key; lines is empty for the document's own."""
    lines, _dot, rest = key.partition(".")
    if not rest:
        return "", 0, key
    record_id, _dot, name = rest.partition(".")
    return lines, int(record_id), name


def trim_number(text):
    """Return a number without the zeros that say nothing, two decimals at least:
    "10.500000" becomes "10.50", "7" stays."""
    whole, dot, decimals = text.partition(".")
    if not dot:
        return text
    return f"{whole}.{decimals.rstrip('0'):0<2}"
