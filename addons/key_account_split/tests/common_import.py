import base64
import io

import openpyxl

from .common import SplitCase

HEADER = (
    "Name",
    "Phone",
    "Street",
    "City",
    "Product Code",
    "Quantity",
    "Own Reference",
)


def make_workbook(*rows):
    """Return the bytes of a workbook whose first sheet has these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return save_workbook(book)


def save_workbook(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def make_csv(*rows, delimiter=",", encoding="utf-8"):
    """Return the bytes of a text table."""
    lines = (delimiter.join(str(value) for value in row) for row in rows)
    return "\r\n".join(lines).encode(encoding)


class ImportCase(SplitCase):
    """An order of two products for a customer, and files of its recipients."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_product("Tea", 12.5, default_code="TEA")
        cls.cup = cls.make_product(
            "Cup", 3.2, default_code="007", barcode="4006381333931"
        )
        cls.order = cls.make_order(cls.customer, {cls.tea: 10, cls.cup: 10})

    @classmethod
    def make_import(cls, content, order=None, user=None, **vals):
        """Return the dialog with a file that nobody has checked yet."""
        env = cls.env if user is None else cls.env(user=user)
        return env["sale.order.recipient.import"].create(
            {
                "order_id": (order or cls.order).id,
                "file": base64.b64encode(content),
                "filename": "recipients",
                **vals,
            }
        )

    @classmethod
    def check(cls, content, order=None, **vals):
        """Return the dialog with a file that was checked."""
        wizard = cls.make_import(content, order, **vals)
        wizard.action_check()
        return wizard

    @classmethod
    def load(cls, content, order=None, **vals):
        """Import a file that has no errors; return the recipients of the order."""
        wizard = cls.check(content, order, **vals)
        assert wizard.state == "ready", wizard.error_ids.mapped("text")
        wizard.action_import()
        return wizard.order_id.recipient_ids

    @classmethod
    def load_rows(cls, *rows, header=HEADER, order=None, **vals):
        return cls.load(make_workbook(header, *rows), order, **vals)

    def get_download(self, action):
        """Return the bytes that an action downloads."""
        self.assertEqual(action["type"], "ir.actions.act_url")
        files = self.env["sale.order.recipient.export"].search([], order="id desc")
        self.assertIn(f"id={files[0].id}&", action["url"])
        return base64.b64decode(files[0].file)

    def read_workbook(self, content, sheet=0):
        book = openpyxl.load_workbook(io.BytesIO(content))
        return [list(row) for row in book.worksheets[sheet].iter_rows(values_only=True)]

    @staticmethod
    def describe(order):
        """Return what a user sees of an order's recipients."""
        return [
            (
                recipient.partner_id.name,
                recipient.address,
                recipient.partner_id.phone,
                recipient.reference,
                recipient.date_wished,
                recipient.note,
                {
                    line.order_line_id: line.quantity
                    for line in recipient.line_ids
                    if line.quantity
                },
            )
            for recipient in order.recipient_ids
        ]

    def assertErrors(self, wizard, *errors):
        """Assert that these are all errors of a file: ``(row, column, sentence)``."""
        self.assertEqual(wizard.state, "refused")
        found = [(error.row, error.column or "") for error in wizard.error_ids]
        self.assertEqual(
            found,
            [(row, column) for row, column, _text in errors],
            wizard.error_ids.mapped("text"),
        )
        for error, (_row, _column, text) in zip(wizard.error_ids, errors, strict=True):
            self.assertRegex(error.text, text)
        self.assertFalse(wizard.order_id.recipient_ids)
