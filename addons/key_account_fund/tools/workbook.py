"""Write Excel workbooks (.xlsx) with amounts; knows nothing of Odoo."""

import io
import re
from dataclasses import dataclass, field
from datetime import date

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

DATE_FORMAT = "yyyy-mm-dd"
HEAD_FILL = PatternFill("solid", fgColor="D9E1F2")


@dataclass
class Sheet:
    """One sheet.

    :param title: any text; what Excel does not allow in it is left out
    :param caption: lines above the table
    :param header: the table's column names
    :param rows: lists of texts, dates, numbers or None
    :param widths: of the columns, in characters
    :param decimals: places of the numbers
    :param bold: which rows are, counted from 0
    """

    title: str
    caption: list
    header: list
    rows: list
    widths: list = field(default_factory=list)
    decimals: int = 2
    bold: frozenset = frozenset()


def write_workbook(sheets):
    """Return the bytes of a workbook with these ``Sheet``s.

    Text stays text: what starts like a formula is not calculated.
    """
    book = openpyxl.Workbook(write_only=True)
    for number, sheet in enumerate(sheets, start=1):
        # Numbered: two sheets of one name are one too many for Excel.
        title = f"{number} {sheet.title}" if len(sheets) > 1 else sheet.title
        _write_sheet(book, sheet, re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_sheet(book, sheet, title):
    page = book.create_sheet(title)
    page.freeze_panes = f"A{len(sheet.caption) + 2}"
    for index, width in enumerate(sheet.widths, start=1):
        page.column_dimensions[get_column_letter(index)].width = width
    number_format = "#,##0" + (f".{'0' * sheet.decimals}" if sheet.decimals else "")
    for text in sheet.caption:
        page.append([_make_cell(page, text, number_format, is_bold=True)])
    head = []
    for text in sheet.header:
        cell = _make_cell(page, text, number_format, is_bold=True)
        cell.fill = HEAD_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        head.append(cell)
    page.append(head)
    for number, values in enumerate(sheet.rows):
        is_bold = number in sheet.bold
        page.append([_make_cell(page, v, number_format, is_bold) for v in values])


def _make_cell(page, value, number_format, is_bold=False):
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell = WriteOnlyCell(page, value=value)
    if isinstance(value, str):
        # openpyxl takes text that starts with = for a formula.
        cell.data_type = "s"
        if value.startswith(("=", "+", "-", "@", "\t", "\r")):
            # As if typed after an apostrophe: Excel keeps it as text when it is edited.
            cell.quotePrefix = True
    elif isinstance(value, date):
        cell.number_format = DATE_FORMAT
    else:
        cell.number_format = number_format
    if is_bold:
        cell.font = Font(bold=True)
    return cell
