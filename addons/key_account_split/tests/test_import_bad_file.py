import io
import tracemalloc
import zipfile

import openpyxl
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.key_account.tools.workbook import MAX_UNPACKED

from ..exceptions import RecipientFileError
from .common_import import HEADER, ImportCase, make_csv, make_workbook, save_workbook

ROW = ["Ann", "555", "Oak 1", "Rome", "TEA", 3, "A-1"]
# What people and programs put into cells.
TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            "TEA",
            "007",
            "=1+1",
            "=SUM(A1:A9)",
            "#N/A",
            "1e999",
            "NaN",
            "-1",
            "inf",
            "1.38E+10",
            "2026-02-30",
            "31.12.2026",
            "广东省深圳市南山区科技园路1号",
            "北京市",
            "CN",
            "CH",
            "\x00",
            "'",
            '"',
        ]
    ),
    st.text(max_size=30),
)
VALUES = st.one_of(
    TEXTS,
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.booleans(),
    st.none(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
)
HEADERS = st.one_of(
    st.sampled_from(
        [*HEADER, "TEA", "Cup", "省份", "国家", "No.", "Wished Date", "Note"]
    ),
    TEXTS,
)
FUZZ = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@tagged("post_install", "-at_install")
class TestImportBadFile(ImportCase):
    """Whatever is uploaded: recipients, errors in a list, or one sentence."""

    def feed(self, content, filename="recipients", **vals):
        """Check, import and download the errors of a file, as a user would, and undo
        it; return what was said instead."""
        savepoint = self.env.cr.savepoint()
        try:
            wizard = self.make_import(content, filename=filename, **vals)
            wizard.action_check()
            state = wizard.state
            self.assertEqual(bool(wizard.error_ids), state == "refused")
            if state == "refused":
                wizard.action_download_errors()
            wizard.action_import()
            self.env.flush_all()
            self.assertEqual(bool(self.order.recipient_ids), state == "ready")
        except UserError as error:
            self.assertEqual(len(str(error).splitlines()), 1)
            return str(error)
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
        return state

    def assertRefused(self, sentence, content, **vals):
        self.assertRegex(self.feed(content, **vals), sentence)

    # --------------------------------------------------------------------- files

    def test_files_that_are_no_table(self):
        good = make_workbook(HEADER, ROW)
        old = bytes.fromhex("d0cf11e0a1b11ae1") + b"0" * 600
        for content, sentence in (
            (b"", "No file was chosen"),
            (b"   \r\n ", "is empty: put headers"),
            (good[: len(good) // 2], "neither an Excel workbook"),
            (b"PK\x03\x04" + b"0" * 100, "neither an Excel workbook"),
            (old, "old Excel format"),
            (make_workbook(), "is empty: put headers"),
            (make_workbook([None, None]), "is empty: put headers"),
            (b"\x81\x20\x8d,\n", "letters of the file cannot be read"),
            (b"a," * 200, "more than 100 columns"),
            (make_workbook(["x"] * 101), "more than 100 columns"),
        ):
            with self.subTest(sentence=sentence):
                self.assertRefused(sentence, content)
        self.assertRefused("neither an Excel", b"a,b\n1,2", filename="a.xlsx")
        self.assertRefused(
            "letters of the file cannot be", b"\x89PNG\r\n\x1a\n" + bytes(range(256))
        )

    def test_cells_that_are_wrong_inside_a_workbook(self):
        with zipfile.ZipFile(io.BytesIO(make_workbook(HEADER, ROW))) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        sheet = parts["xl/worksheets/sheet1.xml"]
        for wrong in (
            sheet.replace(b'r="2"', b'r="99999999999999999999"'),
            sheet.replace(b'r="A2"', b'r="ZZZZZZ2"'),
            sheet.replace(b"<v>3</v>", b"<v>many</v>"),
            sheet.replace(b"<v>3</v>", b"<v>1e999</v>"),
            sheet.replace(b't="s"', b't="z"'),
            sheet[:300],
            b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + sheet,
            b"",
        ):
            stream = io.BytesIO()
            with zipfile.ZipFile(stream, "w") as archive:
                for name, data in parts.items():
                    is_sheet = name == "xl/worksheets/sheet1.xml"
                    archive.writestr(name, wrong if is_sheet else data)
            with self.subTest(wrong=wrong[:40]):
                self.assertTrue(self.feed(stream.getvalue()))

    def test_a_hundred_megabytes_are_refused_at_once(self):
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", b"x")
            archive.writestr("xl/workbook.xml", b"0" * (MAX_UNPACKED + 1))
        many = b"a,b,c\n" + b"1,2,3\n" * 1_500_000
        far = openpyxl.Workbook()
        far.active.cell(row=1, column=1, value="Name")
        far.active.cell(row=1_048_576, column=1, value="Ann")
        for content, sentence in (
            (b"x" * 100 * 1024**2, "larger than 10 MB: divide it"),
            (bomb.getvalue(), "far larger than its file"),
            (many, "more than 20000 rows: divide it"),
        ):
            with self.subTest(sentence=sentence):
                self.assertRefusedCheaply(sentence, content)
        self.assertEqual(self.feed(save_workbook(far)), "refused")

    def assertRefusedCheaply(self, sentence, content):
        """Assert that a file is refused before it is unpacked or parsed as a whole."""
        tracemalloc.start()
        with self.assertRaisesRegex(RecipientFileError, sentence):
            self.check(content)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        self.assertLess(peak, 300 * 1024**2)

    def test_a_file_with_too_many_rows_takes_no_memory(self):
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"constant_memory": True})
        sheet = book.add_worksheet()
        for row in range(100_000):
            sheet.write_row(row, 0, ["Ann", row])
        book.close()
        self.assertRefusedCheaply("more than 20000 rows", stream.getvalue())

    def test_the_limit_of_rows_is_the_companys(self):
        self.env.company.recipient_import_limit = 1
        self.assertEqual(self.feed(make_workbook(HEADER, ROW)), "ready")
        self.assertRefused("more than 1 rows", make_workbook(HEADER, ROW, ROW))
        self.assertRefused("more than 1 rows", make_csv(HEADER, ROW, ROW))

    # --------------------------------------------------------------------- cells

    def test_merged_cells_formulas_dates_and_percentages(self):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(HEADER)
        sheet.append(ROW)
        sheet.append([None, None, None, None, "007", 1, None])
        for column in "ABCDG":
            sheet.merge_cells(f"{column}2:{column}3")
        wizard = self.check(save_workbook(book))
        self.assertEqual((wizard.state, wizard.recipient_count), ("ready", 1))
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream)
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ROW)
        # What the program has calculated counts.
        sheet.write_formula(1, 5, "=1+1", None, 2)
        sheet.write_row(2, 0, [*ROW[:4], "007", None, "A-1"])
        sheet.write_formula(2, 5, "=1/0", None, "#DIV/0!")
        sheet.write_row(3, 0, ["Bob", "1", "Elm 2", "Rome", "TEA", None, "B"])
        sheet.write_number(3, 5, 0.5, book.add_format({"num_format": "0%"}))
        book.close()
        wizard = self.check(stream.getvalue())
        self.assertErrors(
            wizard,
            (3, "Quantity", "an error of Excel"),
            (4, "Quantity", "a percentage"),
        )

    def test_every_error_says_row_column_and_what_to_do(self):
        header = [*HEADER, "Country", "State", "Wished Date"]
        rows = [
            [*ROW, "Atlantis", None, None],
            ["Bob", "1", "Elm 2", "Rome", "TEA", 1, "B", "US", "Guangdong", None],
            ["Cid", "1", "Elm 2", None, "TEA", 1, "C", None, None, "soon"],
            [None, "1", "Elm 3", "Rome", "TEA", 1, None, None, None, None],
            ["Dan", True, "Elm 4", "Rome", "TEA", 1, "D", None, None, None],
            ["Eve", "1", "Elm 5", "Rome", "TEA", "1e400", "E", None, None, None],
        ]
        self.assertErrors(
            self.check(make_workbook(header, *rows)),
            (2, "Country", "country is not known: write"),
            (3, "State", "not known in this country: write"),
            (4, "City", "City is missing: fill it in"),
            (4, "Wished Date", "no day from 2000 to 2100: enter one"),
            (5, "Name", "Name is missing: fill it in"),
            (6, "Phone", "contains yes or no: enter"),
            (7, "Quantity", "no number: enter one"),
        )
        self.assertErrors(
            self.check(make_workbook(["Name", "Qty", "Extra", "Cup"], ["Ann"])),
            (1, "", "columns for single products and columns with"),
        )
        self.assertErrors(
            self.check(make_workbook(["x", "Quantity"], ["Ann"])),
            (1, "", "No column is taken for Name: say"),
            (1, "", "No column is taken for Product Code"),
        )
        self.assertErrors(self.check(make_workbook(HEADER)), (1, "", "no rows below"))

    def test_a_column_taken_twice(self):
        wizard = self.check(make_workbook([*HEADER, "Remarks"], [*ROW, "x"]))
        wizard.column_ids[-1].name = "name"
        wizard.action_check()
        self.assertErrors(wizard, (1, "Name", "Two columns are taken for Name: leave"))

    # ---------------------------------------------------------------------- fuzz

    def test_random_workbooks(self):
        @FUZZ
        @given(
            st.lists(HEADERS, max_size=8),
            st.lists(st.lists(VALUES, max_size=8), max_size=5),
        )
        def run(header, rows):
            stream = io.BytesIO()
            book = xlsxwriter.Workbook(
                stream, {"nan_inf_to_errors": True, "strings_to_numbers": False}
            )
            sheet = book.add_worksheet()
            for number, row in enumerate([header, *rows]):
                for index, value in enumerate(row):
                    try:
                        sheet.write(number, index, value)
                    except (OverflowError, ValueError, TypeError):
                        sheet.write_string(number, index, str(value))
            book.close()
            self.assertTrue(self.feed(stream.getvalue()))

        run()

    def test_random_rows_under_good_headers(self):
        header = [*HEADER, "Country", "State", "ZIP", "Wished Date", "Note", "No."]

        @FUZZ
        @given(
            st.lists(st.lists(TEXTS, min_size=13, max_size=13), min_size=1, max_size=6),
            st.sampled_from(("utf-8", "utf-16", "gb18030")),
            st.sampled_from((",", ";", "\t")),
            st.sampled_from(("refuse", "merge", "keep")),
        )
        def run(rows, encoding, delimiter, duplicates):
            lines = [header, *rows]
            text = "\n".join(delimiter.join(line) for line in lines)
            content = text.encode(encoding, errors="ignore")
            self.assertTrue(self.feed(content, duplicates=duplicates))

        run()

    def test_random_bytes(self):
        good = make_workbook(HEADER, ROW)

        @FUZZ
        @given(
            st.binary(max_size=300),
            st.sampled_from(
                (b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", b"Name,Quantity\n")
            ),
            st.integers(0, len(good)),
        )
        def run(noise, start, cut):
            self.assertTrue(self.feed(start + noise))
            self.assertTrue(self.feed(good[:cut] + noise + good[cut + len(noise) :]))

        run()
