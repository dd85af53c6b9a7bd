"""What an uploaded sheet says and what would become of it."""

import hashlib
import json
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """A column of the sheet, see `_get_exchange_columns` of the lines.

    :param labels: headers that mean it, normalized
    :param choices: ``{normalized text: value}`` of a selection
    :param decimals: that are kept; None: all
    """

    name: str
    label: str
    type: str
    labels: frozenset
    choices: dict = field(default_factory=dict)
    choice_labels: dict = field(default_factory=dict)
    required: bool = False
    is_required_by_model: bool = False
    is_info: bool = False
    is_percent: bool = False
    is_number: bool = False
    decimals: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    comodel: str | None = None
    hint: str = ""
    example: object = ""


@dataclass
class Row:
    """A row of the sheet.

    :param cells: ``{column: cell}`` of the cells that are filled in
    :param columns: names of the columns that the sheet has
    :param values: ``{column: value}`` of the cells that could be read
    :param line: the present line that it is about, if any
    :param keeps: that line keeps what the sheet has no column for
    :param defaults: what the line has where the sheet says nothing
    """

    number: int
    cells: dict
    columns: frozenset
    values: dict = field(default_factory=dict)
    line: object = None
    keeps: bool = False
    defaults: dict = field(default_factory=dict)
    has_errors: bool = False

    def is_given(self, name):
        """Return whether the row's cell is filled in."""
        return name in self.cells

    def get(self, name):
        """Return the value that the line will have; records as ids."""
        if name in self.values:
            return self.values[name]
        return self.defaults.get(name, False)


@dataclass
class Remark:
    """Something about a cell, or about the row where ``column`` is empty.

    :param level: ``error``, or ``notice``: it does not stop the import
    """

    row: int
    column: str
    index: int | None
    value: str
    text: str
    level: str = "error"


@dataclass
class Plan:
    """What would become of the document's lines.

    :param rows: of the file, all of them
    :param raw: ``[(row number, cells)]`` as read, the header first
    :param known: all columns that the sheet may have
    :param columns: ``[(position from 0, column)]`` of those that it has
    :param removed: lines that are not in the file
    :param changes: ``[(line, {field: value})]``
    :param numbers: ``[(line, sequence)]`` of lines that only move
    :param creates: values of new lines, in order
    """

    mode: str
    raw: list
    known: list = field(default_factory=list)
    columns: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    remarks: list = field(default_factory=list)
    changes: list = field(default_factory=list)
    creates: list = field(default_factory=list)
    numbers: list = field(default_factory=list)
    removed: object = None
    unchanged: int = 0

    @property
    def errors(self):
        return [remark for remark in self.remarks if remark.level == "error"]

    @property
    def index(self):
        """``{column name: position in the sheet, from 0}``"""
        return {column.name: index for index, column in self.columns}

    def get_digest(self):
        """Return a short text that differs when something else would be done."""
        content = [
            [(line.id, sorted(vals.items())) for line, vals in self.changes],
            [(line.id, number) for line, number in self.numbers],
            [sorted(vals.items()) for vals in self.creates],
            self.removed.ids if self.removed else [],
            [(remark.row, remark.text) for remark in self.errors],
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()
