import base64
import io

import openpyxl

from .common import PricingCase

HEADER = ["Product", "From Quantity", "Price"]


class ExchangeCase(PricingCase):
    """Factories for workbooks, and what a user does with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.default_code = "W-1"
        cls.product.barcode = "4006381333931"
        cls.other = cls.make_product(name="Gadget", default_code="G-1")
        cls.category = cls.env["product.category"].create({"name": "Exchange Goods"})
        cls.sub = cls.env["product.category"].create(
            {"name": "Small", "parent_id": cls.category.id}
        )

    @staticmethod
    def make_book(*rows, formats=None, prepare=None):
        """Return the bytes of a workbook.

        :param rows: the header, then the rows
        :param formats: ``{coordinate: number format}``
        :param prepare: is given the sheet
        """
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(list(row))
        for coordinate, number_format in (formats or {}).items():
            book.active[coordinate].number_format = number_format
        if prepare:
            prepare(book.active)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    def make_import(
        self, document, *rows, mode="update", user=None, content=None, **kw
    ):
        """Return the wizard with a workbook, as the user opened it."""
        content = self.make_book(*rows, **kw) if content is None else content
        user = user or self.salesperson
        action = document.with_user(user).action_import_lines()
        return (
            self.env["key.account.price.import"]
            .with_user(user)
            .with_context(**action["context"])
            .create(
                {
                    "file": base64.b64encode(content),
                    "filename": "prices.xlsx",
                    "mode": mode,
                }
            )
        )

    def check(self, document, *rows, **kw):
        """Return the wizard after the check."""
        wizard = self.make_import(document, *rows, **kw)
        wizard.action_check()
        return wizard

    def check_empty(self, *rows, **kw):
        """Check a file for a draft without lines."""
        return self.check(self.make_agreement(state="draft"), *rows, **kw)

    def import_rows(self, document, *rows, **kw):
        """Import without errors and return the wizard."""
        wizard = self.check(document, *rows, **kw)
        self.assertFalse(
            wizard.remark_ids.filtered(lambda r: r.level == "error").mapped("text")
        )
        wizard.action_import()
        return wizard

    def remarks(self, wizard, level="error"):
        """Return ``[(row, column, value, text)]``."""
        found = wizard.remark_ids.filtered(lambda remark: remark.level == level)
        return [(r.row, r.column, r.value, r.text) for r in found.sorted("id")]

    def counts(self, wizard):
        """Return how many lines are added, changed, removed, unchanged."""
        return (
            wizard.added_count,
            wizard.changed_count,
            wizard.removed_count,
            wizard.unchanged_count,
        )

    def lines(self, document):
        """Return the lines' content, in order."""
        document.invalidate_recordset()
        names = (
            "product_id",
            "product_tmpl_id",
            "categ_id",
            "quantity_min",
            "price_kind",
            "price",
            "discount",
            "quantity_committed",
        )
        return [
            tuple(line[n].id if line._fields[n].relational else line[n] for n in names)
            for line in document.line_ids.sorted(lambda line: (line.sequence, line.id))
        ]

    def download(self, action):
        """Return ``(file name, bytes)`` of what an action downloads."""
        number = int(action["url"].split("id=")[1].split("&")[0])
        file = self.env["key.account.price.export"].browse(number)
        return file.name, base64.b64decode(file.file)

    def read_book(self, content, sheet=0):
        """Return the rows of a sheet as lists of values."""
        book = openpyxl.load_workbook(io.BytesIO(content))
        return [[c.value for c in row] for row in book.worksheets[sheet].iter_rows()]


class DraftExchangeCase(ExchangeCase):
    """A draft with two prices of one product, which a file changes or leaves alone."""

    def setUp(self):
        super().setUp()
        self.agreement = self.make_agreement(
            {"price": 80}, {"price": 70, "quantity_min": 10}, state="draft"
        )

    def assertUntouched(self):
        self.assertEqual(
            [(line[3], line[5]) for line in self.lines(self.agreement)],
            [(0, 80), (10, 70)],
        )
