"""Read and write Excel workbooks (.xlsx); knows nothing of Odoo.

What people upload is hostile until proven otherwise: sizes are limited before anything
is unpacked, rows and columns while they are read.
"""

import io
import math
import re
import warnings
import zipfile
import zlib
from dataclasses import dataclass, field

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_MEMBERS = 1000
MAX_ROWS = 20_000
MAX_COLUMNS = 100
# What a cell holds at most, in characters.
MAX_TEXT = 32_767
# Where Excel's sheets end.
LAST_ROW = 1_048_576

OLE_HEADER = bytes.fromhex("d0cf11e0a1b11ae1")
MACROS = re.compile(rb"vbaProject|macroEnabled", re.IGNORECASE)
ENTITIES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
FORMULA = re.compile(rb"<(\w+:)?f[\s/>]")
# Text in a number format: "%" in it is not a percentage.
LITERAL = re.compile(r'"[^"]*"|\\.')
BAD_FILL = PatternFill("solid", fgColor="FFC7CE")
HEAD_FILL = PatternFill("solid", fgColor="D9E1F2")


class WorkbookError(Exception):
    """A file cannot be read; ``code`` says why."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds.

    :param value: as openpyxl reads it: text, number, bool, date or time
    :param kind: ``percent`` (a number that is shown times 100), ``error`` (``#N/A``),
        ``formula`` (without a value; ``value`` is its text) or ``plain``
    """

    value: object
    kind: str = "plain"


@dataclass
class Sheet:
    """What one sheet of a new workbook holds.

    :param widths: of the columns, in characters
    :param formats: number format of each column; ``@`` for text
    :param rows: lists of values, or ``Cell``s, below the header
    :param offset: empty rows above the header
    :param marked: ``{(row, column)}`` to be shown in red, both from 0
    """

    title: str
    header: list
    rows: list
    offset: int = 0
    widths: list = field(default_factory=list)
    formats: list = field(default_factory=list)
    marked: frozenset = frozenset()


# --------------------------------------------------------------------------- reading


def read_sheet(content, max_rows=MAX_ROWS):
    """Return the filled rows of the first visible sheet, ``[(row number, cells)]``;
    an empty cell is None.

    :param content: the file's bytes
    :param max_rows: below the header
    :raise WorkbookError: ``empty``, ``large``, ``password``, ``old``, ``foreign``,
        ``macro``, ``bomb``, ``broken``, ``blank``, ``rows`` or ``columns``
    """
    has_formulas = check_file(content)
    with warnings.catch_warnings():
        # What openpyxl does not support (styles, validations) is not needed.
        warnings.simplefilter("ignore")
        try:
            rows = _read_rows(content, max_rows)
            if has_formulas:
                _mark_lost_formulas(rows, content, max_rows)
        except WorkbookError:
            raise
        # openpyxl raises whatever comes when the XML is not what it expects.
        except Exception as error:
            raise WorkbookError("broken") from error
    if not rows:
        raise WorkbookError("blank")
    return rows


def check_file(content):
    """Raise what is wrong with the file before it is unpacked.

    :return: whether its sheets have formulas
    """
    if not content:
        raise WorkbookError("empty")
    if len(content) > MAX_BYTES:
        raise WorkbookError("large")
    if content.startswith(OLE_HEADER):
        is_encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise WorkbookError("password" if is_encrypted else "old")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _check_archive(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise WorkbookError("foreign") from error
    # A member that asks for a password, or is not what its header says.
    except (RuntimeError, ValueError, zlib.error) as error:
        raise WorkbookError("broken") from error


def _check_archive(archive):
    members = archive.infolist()
    # The sizes are as the file states them; zipfile reads no more than that.
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise WorkbookError("bomb")
    if len(members) > MAX_MEMBERS:
        raise WorkbookError("bomb")
    names = {member.filename for member in members}
    if "[Content_Types].xml" not in names or not any(
        name.startswith("xl/workbook") for name in names
    ):
        raise WorkbookError("foreign")
    types = archive.read("[Content_Types].xml")
    if MACROS.search(types) or any("vbaProject" in name for name in names):
        raise WorkbookError("macro")
    if b"spreadsheetml.sheet.main+xml" not in types:
        raise WorkbookError("foreign")
    has_formulas = False
    for name in names:
        if name.endswith((".xml", ".rels")):
            data = archive.read(name)
            if ENTITIES.search(data):
                raise WorkbookError("broken")
            if name.startswith("xl/worksheets/"):
                has_formulas = has_formulas or bool(FORMULA.search(data))
    return has_formulas


def _open_sheet(content, data_only):
    book = openpyxl.load_workbook(
        io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False
    )
    visible = [s for s in book.worksheets if s.sheet_state == "visible"]
    sheet = (visible or book.worksheets or [None])[0]
    if sheet is None:
        raise WorkbookError("blank")
    # Files say wrong dimensions; rows and columns are counted instead.
    sheet.reset_dimensions()
    return sheet


def _read_rows(content, max_rows):
    sheet = _open_sheet(content, data_only=True)
    found = []
    cells = sheet.iter_rows(max_col=MAX_COLUMNS + 1, max_row=LAST_ROW)
    for number, row in enumerate(cells, start=1):
        # Rows that a file leaves out at its end come as empty ones.
        if not row or all(cell.value in (None, "") for cell in row):
            continue
        if row[-1].value not in (None, ""):
            raise WorkbookError("columns")
        # The header is a row, too.
        if len(found) > max_rows:
            raise WorkbookError("rows")
        found.append((number, _trim([_read_cell(cell) for cell in row])))
    return found


def _trim(cells):
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def _read_cell(cell):
    value = cell.value
    if isinstance(value, str):
        if cell.data_type == "e":
            return Cell(value, "error")
        value = value.strip()
        return Cell(value) if value else None
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        number_format = cell.number_format or ""
        if "%" in LITERAL.sub("", number_format):
            return Cell(value, "percent")
    return Cell(value)


def _mark_lost_formulas(rows, content, max_rows):
    """Put formulas that no program has calculated yet, they have no value, into
    ``rows`` as cells of the kind ``formula``."""
    found = dict(rows)
    sheet = _open_sheet(content, data_only=False)
    cells = sheet.iter_rows(max_col=MAX_COLUMNS, max_row=LAST_ROW)
    for number, row in enumerate(cells, start=1):
        for index, cell in enumerate(row):
            if cell.data_type != "f":
                continue
            values = found.setdefault(number, [])
            values.extend([None] * (index + 1 - len(values)))
            if values[index] is None:
                text = getattr(cell.value, "text", cell.value)
                values[index] = Cell(str(text), "formula")
        if len(found) > max_rows + 1:
            raise WorkbookError("rows")
    rows[:] = sorted(found.items())


# --------------------------------------------------------------------------- writing


def write_workbook(sheets):
    """Return the bytes of a workbook with these ``Sheet``s.

    Text stays text: what starts like a formula is not calculated.
    """
    book = openpyxl.Workbook(write_only=True)
    for sheet in sheets:
        _write_sheet(book, sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_sheet(book, sheet):
    page = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", sheet.title)[:31])
    page.freeze_panes = f"A{sheet.offset + 2}"
    for index, width in enumerate(sheet.widths, start=1):
        page.column_dimensions[get_column_letter(index)].width = width
    for index, number_format in enumerate(sheet.formats, start=1):
        # What people type into a column of references stays as they type it: 007.
        page.column_dimensions[get_column_letter(index)].number_format = number_format
    for _row in range(sheet.offset):
        page.append([])
    head = []
    for text in sheet.header:
        cell = _make_cell(page, text)
        if cell is not None:
            cell.font = Font(bold=True)
            cell.fill = HEAD_FILL
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        head.append(cell)
    page.append(head)
    for number, values in enumerate(sheet.rows):
        row = []
        for index, value in enumerate(values):
            number_format = sheet.formats[index] if index < len(sheet.formats) else None
            is_bad = (number, index) in sheet.marked
            row.append(_make_cell(page, value, number_format, is_bad))
        page.append(row)


def _make_cell(page, value, number_format=None, is_bad=False):
    if isinstance(value, Cell):
        # Without its format, 10% would come back as 0.1.
        number_format = "0.00####%" if value.kind == "percent" else number_format
        value = value.value
    if value is None and not is_bad:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        value = str(value)
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)[:MAX_TEXT]
    cell = WriteOnlyCell(page, value=value)
    if isinstance(value, str):
        # openpyxl takes text that starts with = for a formula.
        cell.data_type = "s"
        if value.startswith(("=", "+", "-", "@", "\t", "\r")):
            # As if typed after an apostrophe: Excel keeps it as text when it is edited.
            cell.quotePrefix = True
    if number_format:
        cell.number_format = number_format
    if is_bad:
        cell.fill = BAD_FILL
    return cell
