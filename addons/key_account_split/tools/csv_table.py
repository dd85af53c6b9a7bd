"""Read text tables (.csv) in whatever encoding and with whatever delimiter an office
program wrote them; knows nothing of Odoo."""

import codecs
import csv
import io
import re

from odoo.addons.key_account.tools.workbook import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    WorkbookError,
)

ENCODINGS = ("utf-8", "utf-16", "gb18030", "cp1252")
# Of two that fit, the one that is rarer in texts.
DELIMITERS = ("\t", ";", "|", ",")
# UTF-32 begins like UTF-16 and has to be asked for first.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What no cell may hold: control characters and halves of characters.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)
LINE_END = re.compile(r"[\r\n\t\v\f\u2028\u2029]+")
SAMPLE_ROWS = 20
# A text in GB18030 has most characters from the plane of the old standard.
GB_PAIR = re.compile(rb"[\x81-\xfe]([\x40-\x7e\x80-\xfe])")


def clean_text(text):
    """Return ``text`` as it can be stored and shown: one line, without control
    characters."""
    return UNPRINTABLE.sub("", LINE_END.sub(" ", text)).strip()


def read_csv(content, max_rows=MAX_ROWS, encoding=None):
    """Return the filled rows, ``[(row number, cells)]`` as of a workbook's sheet; an
    empty cell is None. Rows are counted as a spreadsheet program shows them.

    :param content: the file's bytes
    :param max_rows: below the header
    :param encoding: one of ``ENCODINGS``; found out where it is not given
    :raise WorkbookError: ``empty``, ``large``, ``encoding``, ``broken``, ``blank``,
        ``rows`` or ``columns``
    """
    if not content:
        raise WorkbookError("empty")
    if len(content) > MAX_BYTES:
        raise WorkbookError("large")
    text = decode(content, encoding)
    delimiter, text, first = _find_delimiter(text)
    found = []
    try:
        for number, texts in enumerate(_parse(text, delimiter), start=first):
            cells = _make_cells(texts)
            if not cells:
                continue
            if len(cells) > MAX_COLUMNS:
                raise WorkbookError("columns")
            # The header is a row, too.
            if len(found) > max_rows:
                raise WorkbookError("rows")
            found.append((number, cells))
    except csv.Error as error:
        raise WorkbookError("broken") from error
    if not found:
        raise WorkbookError("blank")
    return found


def decode(content, encoding=None):
    """Return the text of a file.

    :raise WorkbookError: ``encoding``
    """
    for mark, name in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            encoding = name
            break
    encoding = encoding or _guess_encoding(content)
    if encoding == "utf-16" and not content.startswith(
        (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    ):
        encoding = _guess_byte_order(content) or "utf-16-le"
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise WorkbookError("encoding") from error


def _guess_encoding(content):
    # Before UTF-8: letters with a NUL beside each are valid UTF-8, too.
    if found := _guess_byte_order(content):
        return found
    if _is_text(content, "utf-8"):
        return "utf-8"
    if not _is_text(content, "gb18030"):
        return "cp1252"
    # In Chinese text both bytes of nearly all characters are high; an accented letter
    # is followed by a plain one.
    seconds = [pair[0] for pair in GB_PAIR.findall(content)]
    high = sum(second >= 0xA1 for second in seconds)
    return "gb18030" if high * 2 > len(seconds) else "cp1252"


def _is_text(content, encoding):
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _guess_byte_order(content):
    """Return the byte order of UTF-16 without a mark, or None: delimiters and line ends
    have a NUL before or after them."""
    ends = {"utf-16-le": 0, "utf-16-be": 0}
    for character in (b",", b";", b"\t", b"\n", b"|"):
        ends["utf-16-le"] += content.count(character + b"\0")
        ends["utf-16-be"] += content.count(b"\0" + character)
    name = max(ends, key=ends.get)
    # A stray NUL in other text is no reason: half of the bytes are.
    is_sure = ends[name] and len(content) % 2 == 0
    plain = sum(content.count(character) for character in (b",", b";", b"\t", b"\n"))
    return name if is_sure and ends[name] * 2 > plain else None


def _find_delimiter(text):
    """Return ``(delimiter, text, number of its first line)``."""
    first, _end, rest = text.partition("\n")
    if match := re.fullmatch(r'"?sep=(.)"?\r?', first):
        # How Excel is told; no other program writes or shows this line.
        return match[1] if match[1] not in '"\0' else ",", rest, 2
    widths = {}
    for delimiter in DELIMITERS:
        try:
            rows = [
                len(row)
                for _number, row in zip(
                    range(SAMPLE_ROWS), _parse(text, delimiter), strict=False
                )
                if row
            ]
        except csv.Error:
            continue
        # Where rows differ, what separates them alike is more likely.
        widths[delimiter] = (min(rows[:1] + rows[-1:]), max(rows)) if rows else (0, 0)
    return max(widths, key=widths.get, default=","), text, 1


def _parse(text, delimiter):
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _make_cells(texts):
    cells = [Cell(text) if (text := clean_text(value)) else None for value in texts]
    while cells and cells[-1] is None:
        cells.pop()
    return cells
