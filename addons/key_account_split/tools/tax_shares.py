"""Share the rounded tax details of a document line among the lines it is split into.

The input is a base line of ``account.tax`` after ``_round_base_lines_tax_details``:
its amounts add up to the document's. The output keeps that property.
"""

from odoo.addons.key_account.tools.allocation import allocate

# Both currencies of a base line: the document's and the company's.
SUFFIXES = ("_currency", "")
TAX_FIELDS = [
    f"{name}_amount{suffix}" for suffix in SUFFIXES for name in ("tax", "base")
]


def share_base_line(base_line, quantities, roundings):
    """Return one dict of fixed amounts for each quantity.

    :param base_line: a rounded base line, see the module's docstring
    :param quantities: the parts of the line's quantity, none negative
    :param roundings: ``{"_currency": document's rounding, "": company's rounding}``
    :return: list of ``{"total": {suffix: amount}, "taxes": {tax id: {field: amount}},
        "exact": bool}``; ``exact`` when plain multiplication gives the same amounts,
        so that nothing needs to be fixed
    """
    details = base_line["tax_details"]
    if not quantities:
        return []
    shares = [{"total": {}, "taxes": {}, "exact": True} for _quantity in quantities]
    for suffix in SUFFIXES:
        parts = _share(
            _get_excluded(details, suffix),
            details[f"raw_total_excluded{suffix}"],
            quantities,
            roundings[suffix],
        )
        for share, (part, exact) in zip(shares, parts, strict=True):
            share["total"][suffix] = part
            share["exact"] &= exact
    for tax_data in details["taxes_data"]:
        if not tax_data["is_reverse_charge"]:
            _share_tax(tax_data, shares, quantities, roundings)
    return shares


def get_rest(base_line, taken, part):
    """Return the base line less what was shared out of it before.

    :param base_line: a rounded base line, see the module's docstring
    :param taken: rounded base lines that keep what they have
    :param part: which part of the line's quantity is left, 0 to 1
    """
    details = base_line["tax_details"]
    rest = {**details, "taxes_data": []}
    for suffix in SUFFIXES:
        rest[f"total_excluded{suffix}"] = _get_excluded(details, suffix) - sum(
            _get_excluded(other["tax_details"], suffix) for other in taken
        )
        rest[f"delta_total_excluded{suffix}"] = 0.0
        rest[f"raw_total_excluded{suffix}"] *= part
    for tax_data in details["taxes_data"]:
        own = {**tax_data}
        for field in TAX_FIELDS:
            own[field] -= sum(
                _get_tax_amount(other, tax_data, field) for other in taken
            )
            own[f"raw_{field}"] *= part
        rest["taxes_data"].append(own)
    return {**base_line, "tax_details": rest}


def is_fair(rest, count, roundings):
    """Return whether ``count`` may share the rest without anybody being off by more
    than one unit from the exact proportion; nobody shares nothing."""
    details = rest["tax_details"]
    fields = [(details, f"total_excluded{suffix}") for suffix in SUFFIXES]
    fields += [
        (tax_data, field) for tax_data in details["taxes_data"] for field in TAX_FIELDS
    ]
    return all(
        abs(amounts[field] - amounts[f"raw_{field}"])
        < (count + 0.001) * roundings[_get_suffix(field)]
        for amounts, field in fields
    )


def fix_amounts(base_line, rest, round_amount):
    """Return the amounts of the whole line where the rest is shared exactly, rounded,
    whatever those who keep theirs have: a share as from `share_base_line`.

    :param round_amount: called with an amount and its suffix
    """
    details, left = base_line["tax_details"], rest["tax_details"]
    share = {"total": {}, "taxes": {}, "exact": False}
    for suffix in SUFFIXES:
        raw = round_amount(left[f"raw_total_excluded{suffix}"], suffix)
        taken = _get_excluded(details, suffix) - left[f"total_excluded{suffix}"]
        share["total"][suffix] = round_amount(taken + raw, suffix)
    for whole, own in zip(details["taxes_data"], left["taxes_data"], strict=True):
        if own["is_reverse_charge"]:
            continue
        share["taxes"][str(own["tax"].id)] = {
            field: round_amount(
                whole[field]
                - own[field]
                + round_amount(own[f"raw_{field}"], _get_suffix(field)),
                _get_suffix(field),
            )
            for field in TAX_FIELDS
        }
    return share


def get_share_sums(share):
    """Return ``(untaxed, tax)`` of a share, in the document's currency."""
    tax = sum(amounts["tax_amount_currency"] for amounts in share["taxes"].values())
    return share["total"]["_currency"], tax


def _get_excluded(details, suffix):
    return details[f"total_excluded{suffix}"] + details[f"delta_total_excluded{suffix}"]


def _get_suffix(field):
    return "_currency" if field.endswith("_currency") else ""


def _get_tax_amount(base_line, tax_data, field):
    return sum(
        own[field]
        for own in base_line["tax_details"]["taxes_data"]
        if own["tax"] == tax_data["tax"]
        and own["is_reverse_charge"] == tax_data["is_reverse_charge"]
    )


def _share_tax(tax_data, shares, quantities, roundings):
    tax_id = str(tax_data["tax"].id)
    for share in shares:
        share["taxes"][tax_id] = {}
    for suffix in SUFFIXES:
        for prefix in ("tax", "base"):
            field = f"{prefix}_amount{suffix}"
            parts = _share(
                tax_data[field], tax_data[f"raw_{field}"], quantities, roundings[suffix]
            )
            for share, (part, exact) in zip(shares, parts, strict=True):
                share["taxes"][tax_id][field] = part
                share["exact"] &= exact


def _share(amount, raw_amount, quantities, rounding):
    """Return ``[(part, whether it equals the unrounded proportion)]``."""
    total = sum(quantities)
    parts = allocate(amount, quantities, rounding)
    return [
        (part, abs(raw_amount * quantity / total - part) < rounding / 1000)
        for part, quantity in zip(parts, quantities, strict=True)
    ]
