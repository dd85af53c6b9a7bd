"""Write a table of texts and days as an Excel workbook (.xlsx); knows nothing of Odoo."""

import io
from datetime import date

import xlsxwriter

# What a spreadsheet would take for the beginning of a formula.
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")
MAX_TEXT = 32767


def write_table(title, header, rows, widths):
    """Return the bytes of a workbook with one sheet.

    Text stays text: what starts like a formula is not calculated, not even after
    somebody has edited the cell.

    :param rows: lists of texts, dates or None
    :param widths: of the columns, in characters
    """
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        formats = {
            "head": book.add_format({"bold": True, "bg_color": "#D9E1F2"}),
            "text": book.add_format({"num_format": "@"}),
            "quoted": book.add_format({"num_format": "@", "quote_prefix": True}),
            "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        }
        sheet = book.add_worksheet()
        sheet.set_header(f"&L{title.replace('&', '&&')[:200]}")
        sheet.freeze_panes(1, 0)
        for column, (text, width) in enumerate(zip(header, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, text, formats["head"])
        for row, values in enumerate(rows, start=1):
            for column, value in enumerate(values):
                _write_cell(sheet, row, column, value, formats)
        sheet.autofilter(0, 0, len(rows), len(header) - 1)
    return stream.getvalue()


def _write_cell(sheet, row, column, value, formats):
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["date"])
    elif value:
        is_risky = value.startswith(FORMULA_BEGINS)
        name = "quoted" if is_risky else "text"
        sheet.write_string(row, column, value[:MAX_TEXT], formats[name])
