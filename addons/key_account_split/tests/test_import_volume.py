import logging
import time

from odoo.tests import tagged

from .common_import import HEADER, ImportCase, make_workbook

_logger = logging.getLogger(__name__)

ROWS = 10_000
FAULTY = range(27, ROWS, 50)
# What may be wrong with a row: position of the cell, value, sentence.
FAULTS = (
    (5, "many", "no number"),
    (5, -1, "negative"),
    (5, 0, "zero"),
    (5, None, "Quantity is missing"),
    (5, "=1/0", "formula"),
    (5, "NaN", "no number"),
    (5, 1e12, "too large"),
    (5, 0.001, "too many decimals"),
    (4, "COFFEE", "of no product"),
    (4, None, "Product Code is missing"),
    (1, "1.38E+10", "long number"),
    (2, "x" * 300, "shorten"),
)


def make_rows():
    """Return the rows of 5,000 recipients with two products each."""
    rows = []
    for number in range(ROWS // 2):
        own = [f"Shop {number}", f"555-{number}", f"{number} Main Street", "Rome"]
        rows += [[*own, "TEA", 2, f"R{number}"], [*own, "007", 1, f"R{number}"]]
    return rows


@tagged("post_install", "-at_install")
class TestImportVolume(ImportCase):
    def test_ten_thousand_rows_make_five_thousand_recipients(self):
        content = make_workbook(HEADER, *make_rows())
        wizard = self.make_import(content)
        began = time.perf_counter()
        wizard.action_check()
        checked = time.perf_counter()
        self.assertEqual((wizard.state, wizard.recipient_count), ("ready", 5000))
        wizard.action_import()
        self.env.flush_all()
        done = time.perf_counter()
        _logger.info(
            "%s rows: checked in %.1f s, imported in %.1f s",
            ROWS,
            checked - began,
            done - checked,
        )
        recipients = self.order.recipient_ids
        self.assertEqual((len(recipients), len(recipients.line_ids)), (5000, ROWS))
        self.assertEqual(sum(recipients.line_ids.mapped("quantity")), 15_000)
        addresses = recipients.partner_id
        began = time.perf_counter()
        self.load(content)
        self.env.flush_all()
        _logger.info("replaced by the same in %.1f s", time.perf_counter() - began)
        # The addresses are those of the first import.
        self.assertEqual(self.order.recipient_ids.partner_id, addresses)

    def test_two_hundred_faulty_rows_are_told_and_nothing_is_changed(self):
        rows = make_rows()
        for number, place in enumerate(FAULTY):
            index, value, _sentence = FAULTS[number % len(FAULTS)]
            rows[place] = [*rows[place]]
            rows[place][index] = value
        self.assertEqual(len(FAULTY), 200)
        self.load_rows(["Ann", "1", "Oak 1", "Rome", "TEA", 3, "A-1"])
        partners = self.env["res.partner"].with_context(active_test=False)
        before = self.describe(self.order), partners.search_count([])
        wizard = self.check(make_workbook(HEADER, *rows))
        wizard.action_import()
        self.assertEqual((wizard.state, wizard.error_count), ("refused", 200))
        # The header is row 1.
        self.assertEqual(
            wizard.error_ids.mapped("row"), [place + 2 for place in FAULTY]
        )
        for number, error in enumerate(wizard.error_ids):
            index, _value, sentence = FAULTS[number % len(FAULTS)]
            self.assertEqual(error.column, HEADER[index])
            self.assertRegex(error.text, sentence)
        self.assertEqual((self.describe(self.order), partners.search_count([])), before)
        # The same file with its errors beside it, corrected there.
        table = self.read_workbook(self.get_download(wizard.action_download_errors()))
        self.assertEqual(table[0][-1], "Errors")
        told = [number for number, row in enumerate(table[1:]) if row[-1]]
        self.assertEqual(told, list(FAULTY))
        for place, correct in enumerate(make_rows()):
            table[place + 1][: len(HEADER)] = correct
        self.load(make_workbook(*table))
        self.assertEqual(len(self.order.recipient_ids), 5000)

    def test_queries_do_not_grow_with_rows(self):
        def count(rows):
            wizard = self.make_import(make_workbook(HEADER, *rows))
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_check()
            checked = self.env.cr.sql_log_count
            wizard.action_import()
            self.env.flush_all()
            return checked - before, self.env.cr.sql_log_count - checked

        rows = make_rows()
        count(rows[:4])
        count(rows[8:10])
        few, many = count(rows[4:8]), count(rows[100:140])
        self.assertEqual(few, many)

    def test_queries_do_not_grow_with_rows_that_are_merged(self):
        rows = make_rows()
        self.load_rows(*rows[:60])

        def count(rows):
            content = make_workbook(HEADER, *rows)
            wizard = self.check(content, mode="add", duplicates="merge")
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_import()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(rows[:2])
        self.assertEqual(count(rows[2:4]), count(rows[4:44]))

    def test_a_file_without_one_good_row_is_told_at_once(self):
        rows = [[*row[:5], "many", "1.5E+10"] for row in make_rows()[:6000]]
        wizard = self.check(make_workbook(HEADER, *rows))
        self.assertEqual((wizard.error_count, len(wizard.error_ids)), (12_000, 5000))
        self.assertIn("the first 5000 are listed", wizard.summary)
        table = self.read_workbook(self.get_download(wizard.action_download_errors()))
        self.assertEqual(sum(bool(row[-1]) for row in table[1:]), 6000)
