"""Share the rounded tax details of a document line among the lines it is split into.

The input is a base line of ``account.tax`` after ``_round_base_lines_tax_details``:
its amounts add up to the document's. The output keeps that property.
"""

from odoo.addons.key_account.tools.allocation import allocate

# Both currencies of a base line: the document's and the company's.
SUFFIXES = ("_currency", "")


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
    shares = [{"total": {}, "taxes": {}, "exact": True} for _quantity in quantities]
    for suffix in SUFFIXES:
        amount = (
            details[f"total_excluded{suffix}"]
            + details[f"delta_total_excluded{suffix}"]
        )
        parts = _share(
            amount,
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
