"""The sample of the retail story, and what it adds up to: by code that shares nothing with
the story's own reader."""

import csv
from collections import defaultdict
from decimal import Decimal

from copies import CLONE
from story_files import load_reader

SAMPLE = CLONE / "data" / "retail_sample.csv"
HOME = "United Kingdom"

retail = load_reader("retail")


def read_lines():
    with SAMPLE.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def read_sales():
    """Return the lines that somebody has bought."""
    lines = read_lines()
    revenue = defaultdict(Decimal)
    for line in lines:
        revenue[line["InvoiceNo"]] += Decimal(line["UnitPrice"])
    return [
        line
        for line in lines
        if "C" not in line["InvoiceNo"]
        and int(line["Quantity"]) > 0
        and (line["CustomerID"] or revenue[line["InvoiceNo"]])
    ]


def total_of(lines):
    """Return the amount of lines, before tax."""
    return sum(Decimal(line["UnitPrice"]) * int(line["Quantity"]) for line in lines)


def days_of_the_sample():
    """Return ``{(country, day): its lines}``."""
    days = defaultdict(list)
    for line in read_sales():
        days[line["Country"], line["InvoiceDate"].split()[0]].append(line)
    return days


def order_lines_of(lines):
    """Return the distinct recipients, products and prices of a day's lines."""
    return {
        (line["CustomerID"], line["StockCode"].lower(), Decimal(line["UnitPrice"]))
        for line in lines
    }
