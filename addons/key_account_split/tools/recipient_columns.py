"""Which column of a recipients file is what: known headers in English and Chinese, those
that a customer used before, and the products of the order."""

import csv
from pathlib import Path

from odoo.addons.key_account.tools.cells import normalize

# What tells recipients apart, then who and where they are, then what they get.
ADDRESS_FIELDS = ("street", "street2", "city", "state", "country", "zip")
RECIPIENT_FIELDS = (
    "number",
    "reference",
    "name",
    "phone",
    *ADDRESS_FIELDS,
    "date_wished",
    "note",
)
# A column for each product instead of these two.
LONG_FIELDS = ("product", "quantity")
# The order of the template.
FIELDS = (
    "number",
    "name",
    "phone",
    "street",
    "street2",
    "city",
    "state",
    "country",
    "zip",
    "product",
    "quantity",
    "date_wished",
    "note",
    "reference",
)
LINE = "line"
REQUIRED = ("name",)

# How people call the columns, in English and Chinese.
HEADERS = Path(__file__).with_name("recipient_headers.csv")


def _read_headers():
    with HEADERS.open(encoding="utf-8", newline="") as file:
        return {
            normalize(text): row["field"]
            for row in csv.DictReader(file)
            for text in row["headers"].split("|")
        }


KNOWN = _read_headers()


def propose(headers, labels, remembered, lines):
    """Return ``[(field, line)]`` for each header, in their order: one of ``FIELDS``;
    ``LINE`` with the line whose quantities the column holds; or ``(None, None)``.

    :param headers: texts, None where a column has no header
    :param labels: ``{normalized label: field}`` of the template, "" for the column of
        errors
    :param remembered: ``{normalized header: (field, line)}`` as this customer's file was
        taken before
    :param lines: ``{normalized product code: line}``
    """
    taken = set()
    found = []
    for header in headers:
        column = _propose_one(header, labels, remembered, lines)
        # Of two columns for the same the first is the one.
        if column in taken:
            column = (None, None)
        elif column[0]:
            taken.add(column)
        found.append(column)
    return found


def _propose_one(header, labels, remembered, lines):
    text = normalize(header or "")
    if not text:
        return None, None
    if text in remembered:
        return remembered[text]
    if text in labels:
        return labels[text] or None, None
    # A product may be called as a column is: the code stands for the product.
    if text in lines:
        return LINE, lines[text]
    return KNOWN.get(text), None
