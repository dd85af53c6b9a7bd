"""What the readers of the stories share: rows of CSV files, and an error that names the
file and the row."""

import csv
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]


class SourceError(Exception):
    """A file is missing or a row cannot be read; the message names file and row."""


@contextmanager
def naming(file, number):
    """Name the file and the row in what goes wrong inside."""
    try:
        yield
    except KeyError as error:
        raise SourceError(
            f"{file} row {number}: there is no column {error}."
        ) from error
    except SourceError as error:
        raise SourceError(f"{file} row {number}: {error}.") from error


def read_rows(handle, file, spill=None):
    """Yield the rows of an open CSV file as dicts.

    :param file: its name, for the error
    :param spill: the column whose unquoted commas made some rows longer than the
        header; what they pushed to the right is moved back
    """
    reader = csv.reader(handle)
    header = next(reader, [])
    for number, row in enumerate(reader, start=2):
        if row:
            values = _fit(row, header, spill, file, number)
            yield dict(zip(header, values, strict=True))


def _fit(row, header, spill, file, number):
    extra = len(row) - len(header)
    if extra > 0 and spill in header:
        start = header.index(spill)
        joined = ",".join(row[start : start + extra + 1])
        row = [*row[:start], joined, *row[start + extra + 1 :]]
    if len(row) != len(header):
        raise SourceError(
            f"{file} row {number}: {len(row)} values for {len(header)} columns."
        )
    return row


def parse_number(row, column):
    try:
        number = Decimal(row[column])
    except InvalidOperation as error:
        raise SourceError(f"{column} {row[column]!r} is not a number") from error
    if not number.is_finite():
        raise SourceError(f"{column} {row[column]!r} is not a number")
    return number


def parse_date(row, column):
    """Return the date that a timestamp like ``2010-12-01 08:26:00`` begins with."""
    try:
        return date.fromisoformat(row[column][:10])
    except ValueError as error:
        raise SourceError(f"{column} {row[column]!r} is not a date") from error
