"""The sample files of the Northwind story, and what they add up to: by code that shares nothing
with the story's own reader."""

import csv
import importlib
import importlib.util
import sys
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from copies import CLONE

SAMPLE = CLONE / "data" / "story_sample"
FILES = ("customers", "products", "orders", "order-details")


STORY = CLONE / "addons" / "key_account_suite" / "story"


def load_reader(name):
    """Import a reader from its file: it needs no Odoo, and gets none."""
    if "story" not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            "story", STORY / "__init__.py", submodule_search_locations=[str(STORY)]
        )
        sys.modules["story"] = importlib.util.module_from_spec(spec)
    return importlib.import_module(f"story.{name}")


northwind = load_reader("northwind")


def read_csv(name):
    with (SAMPLE / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def totals_of_the_files():
    """Return ``{(country, month): [amount, quantity, {address}]}``."""
    country = {row["customerID"]: row["country"] for row in read_csv("customers")}
    orders = {row["orderID"]: row for row in read_csv("orders")}
    totals = defaultdict(lambda: [Decimal(0), Decimal(0), set()])
    for row in read_csv("order-details"):
        order = orders[row["orderID"]]
        entry = totals[country[order["customerID"]], order["orderDate"][:7]]
        quantity = Decimal(row["quantity"])
        entry[0] += (
            quantity * Decimal(row["unitPrice"]) * (1 - Decimal(row["discount"]))
        )
        entry[1] += quantity
        entry[2].add((order["customerID"], order["shipName"], order["shipAddress"]))
    for entry in totals.values():
        entry[0] = entry[0].quantize(Decimal("0.01"), ROUND_HALF_UP)
    return totals


def change(folder, name, old, new):
    file = folder / f"{name}.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
