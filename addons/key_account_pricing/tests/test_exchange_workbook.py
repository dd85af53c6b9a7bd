import datetime
import io
import zipfile

import openpyxl

from odoo.tests import BaseCase, tagged

from odoo.addons.key_account.tools import workbook
from odoo.addons.key_account.tools.cells import (
    CellError,
    normalize,
    parse_number,
    read_integer,
    read_number,
    read_text,
)
from odoo.addons.key_account.tools.workbook import (
    Cell,
    Sheet,
    WorkbookError,
    read_sheet,
    write_workbook,
)

from .common_exchange import ExchangeCase


@tagged("post_install", "-at_install")
class TestExchangeCells(BaseCase):
    def assertCode(self, code, function, *args, **kwargs):
        with self.subTest(code=code, args=args), self.assertRaises(CellError) as caught:
            function(*args, **kwargs)
        self.assertEqual(caught.exception.code, code)

    def test_numbers_as_people_type_them(self):
        for text, number in (
            ("1,234.50", "1234.50"),
            ("1.234,50", "1234.50"),
            (" 12 345.6 ", "12345.6"),
            ("１２．５", "12.5"),
            ("-3", "-3"),
            ("−3", "-3"),
            ("+7", "7"),
            ("1,234", "1234"),
            ("1,234,567", "1234567"),
            ("0.10", "0.10"),
        ):
            with self.subTest(text=text):
                self.assertEqual(str(parse_number(text)), number.replace("+", ""))
        for text in ("", "abc", "1,23", "12,34.5", "1.2.3", "¥12", "nan", "inf", "1e5"):
            self.assertCode("text", parse_number, text)

    def test_the_language_says_what_a_single_separator_is(self):
        german = (",", ".")
        for text, number in (
            ("12,5", "12.5"),
            ("1.500", "1500"),
            ("1.5", "1.5"),
            ("1,234.50", "1234.50"),
        ):
            with self.subTest(text=text):
                self.assertEqual(str(parse_number(text, german)), number)

    def test_percentages(self):
        self.assertEqual(read_number(Cell(0.07, "percent"), 2, is_percent=True)[0], 7.0)
        self.assertEqual(read_number(Cell("7.5%"), 2, is_percent=True)[0], 7.5)
        self.assertCode("percent", read_number, Cell(0.07, "percent"), 2)
        self.assertCode("percent", read_number, Cell("7%"), 2)

    def test_decimals_are_cut_off_and_noise_is_not_told(self):
        self.assertEqual(read_number(Cell(0.1 + 0.2), 2), (0.3, False))
        self.assertEqual(read_number(Cell(2.675), 2), (2.68, True))
        self.assertEqual(read_number(Cell(-0.001), 2), (0.0, True))
        self.assertEqual(read_number(Cell("99999.999"), 2), (100000.0, True))
        self.assertEqual(read_number(Cell(1 / 3), None), (1 / 3, False))

    def test_what_is_no_number_is_told_apart(self):
        for code, cell in (
            ("boolean", Cell(True)),
            ("date", Cell(datetime.datetime(2026, 1, 2))),
            ("date", Cell(datetime.time(1, 2))),
            ("infinite", Cell(float("nan"))),
            ("infinite", Cell(float("-inf"))),
            ("large", Cell(1e300)),
            ("error", Cell("#N/A", "error")),
            ("formula", Cell("=A1", "formula")),
        ):
            self.assertCode(code, read_number, cell, 2)
        self.assertCode("fraction", read_integer, Cell(1.5))
        self.assertCode("large", read_integer, Cell(2**31))
        self.assertEqual(read_integer(Cell(10.0)), 10)

    def test_references(self):
        self.assertEqual(read_text(Cell(1001.0)), "1001")
        self.assertEqual(read_text(Cell("007")), "007")
        self.assertCode("date", read_text, Cell(datetime.datetime(2026, 1, 2)))
        self.assertEqual(normalize(" Discount （%）* "), normalize("discount(%)"))


@tagged("post_install", "-at_install")
class TestExchangeWorkbook(BaseCase):
    def assertRefused(self, code, content):
        with self.subTest(code=code), self.assertRaises(WorkbookError) as caught:
            read_sheet(content)
        self.assertEqual(caught.exception.code, code)

    def book(self, *rows, **kw):
        return ExchangeCase.make_book(*rows, **kw)

    def repack(self, content, **members):
        """Return the workbook with members added or replaced."""
        stream = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(content)) as old,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for name in old.namelist():
                if name not in members:
                    new.writestr(name, old.read(name))
            for name, data in members.items():
                new.writestr(name, data)
        return stream.getvalue()

    def test_files_that_are_none(self):
        good = self.book(["Product"], ["W-1"])
        encrypted = workbook.OLE_HEADER + "EncryptedPackage".encode("utf-16-le")
        plain_zip = io.BytesIO()
        with zipfile.ZipFile(plain_zip, "w") as archive:
            archive.writestr("a.txt", "text")
        for code, content in (
            ("empty", b""),
            ("large", b"PK" + b"0" * workbook.MAX_BYTES),
            ("password", encrypted),
            ("old", workbook.OLE_HEADER + b"0" * 600),
            ("foreign", b"Product,Price\nW-1,3\n"),
            ("foreign", plain_zip.getvalue()),
            ("foreign", good[: len(good) // 2]),
            ("blank", self.book()),
        ):
            self.assertRefused(code, content)

    def test_hostile_archives(self):
        good = self.book(["Product"], ["W-1"])
        types = zipfile.ZipFile(io.BytesIO(good)).read("[Content_Types].xml")
        sheet = "xl/worksheets/sheet1.xml"
        page = zipfile.ZipFile(io.BytesIO(good)).read(sheet)
        entity = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
        for code, members in (
            ("bomb", {"xl/media/a.bin": b"0" * (workbook.MAX_UNPACKED + 1)}),
            ("bomb", {f"xl/media/{n}": b"" for n in range(workbook.MAX_MEMBERS)}),
            ("macro", {"xl/vbaProject.bin": b"0"}),
            (
                "macro",
                {
                    "[Content_Types].xml": types.replace(
                        b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.main",
                        b"vnd.ms-excel.sheet.macroEnabled.main",
                    )
                },
            ),
            ("broken", {sheet: entity + page}),
            ("broken", {sheet: page[:-40]}),
            ("broken", {sheet: b"not xml"}),
            ("broken", {"xl/styles.xml": b"<styleSheet>"}),
        ):
            self.assertRefused(code, self.repack(good, **members))

    def test_rows_and_columns_are_limited(self):
        def far(sheet):
            sheet.cell(row=2, column=workbook.MAX_COLUMNS + 1, value=1)

        self.assertRefused("columns", self.book(["Product"], prepare=far))
        many = [[n] for n in range(workbook.MAX_ROWS + 1)]
        self.assertRefused("rows", write_workbook([Sheet("A", ["Product"], many)]))
        self.assertEqual(
            len(read_sheet(write_workbook([Sheet("A", ["Product"], many[:-1])]))),
            workbook.MAX_ROWS + 1,
        )

    def test_empty_rows_count_for_the_row_number_only(self):
        rows = read_sheet(self.book([], ["Product"], [], ["W-1", " "], [None]))
        self.assertEqual(rows, [(2, [Cell("Product")]), (4, [Cell("W-1")])])

    def test_hidden_sheets_are_not_read(self):
        book = openpyxl.Workbook()
        book.active.append(["Hidden"])
        book.active.sheet_state = "hidden"
        book.create_sheet("Lines").append(["Product"])
        stream = io.BytesIO()
        book.save(stream)
        self.assertEqual(read_sheet(stream.getvalue()), [(1, [Cell("Product")])])

    def test_formulas_give_their_value_or_say_that_they_have_none(self):
        content = self.book(["Price"], ["=1+1"], ["=2+2"])
        sheet = "xl/worksheets/sheet1.xml"
        page = zipfile.ZipFile(io.BytesIO(content)).read(sheet)
        page = page.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
        page = page.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
        rows = read_sheet(self.repack(content, **{sheet: page}))
        self.assertEqual(
            rows,
            [(1, [Cell("Price")]), (2, [Cell(2)]), (3, [Cell("=2+2", "formula")])],
        )

    def test_percent_formats(self):
        content = self.book(
            ["Discount"], [0.1], [5], formats={"A2": "0%", "A3": '0"%"'}
        )
        self.assertEqual(
            [cells[0] for _number, cells in read_sheet(content)[1:]],
            [Cell(0.1, "percent"), Cell(5)],
        )

    def test_text_stays_text(self):
        texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "007", "#N/A", "a\x00b"]
        content = write_workbook([Sheet("A/B", ["x"], [[text] for text in texts])])
        page = openpyxl.load_workbook(io.BytesIO(content)).active
        for row, text in zip(page.iter_rows(min_row=2), texts, strict=True):
            self.assertEqual(row[0].data_type, "s", text)
            self.assertEqual(row[0].value.strip(), text.replace("\x00", "").strip())
        self.assertEqual([page.cell(r, 1).quotePrefix for r in (2, 7)], [True, False])
