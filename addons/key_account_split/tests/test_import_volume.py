import logging
import time

from odoo.tests import tagged

from .common_import import HEADER, ImportCase, make_workbook

_logger = logging.getLogger(__name__)

ROWS = 10_000
FAULTY = range(27, 10_000, 50)
SECONDS = 60


def make_rows():
    """Return the rows of 5,000 recipients with two products each."""
    rows = []
    for number in range(ROWS // 2):
        own = [f"Shop {number}", f"555-{number}", f"{number} Main Street", "Rome"]
        rows += [[*own, "TEA", 2, f"R{number}"], [*own, "007", 1, f"R{number}"]]
    return rows


@tagged("post_install", "-at_install")
class TestImportVolume(ImportCase):
    def test_ten_thousand_rows_in_a_minute(self):
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
        self.assertLess(done - began, SECONDS)
        began = time.perf_counter()
        self.load(content)
        self.env.flush_all()
        _logger.info("replaced by the same in %.1f s", time.perf_counter() - began)
        # The addresses are those of the first import.
        self.assertEqual(self.order.recipient_ids.partner_id, recipients.partner_id)
