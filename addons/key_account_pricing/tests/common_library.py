from odoo.fields import Command

from .common import PricingCase


class LibraryCase(PricingCase):
    """Factories for documents whose prices the library shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.load_chart()
        cls.euro = cls.make_currency("EUR", 1)
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.library = cls.env["key.account.price.record"]

    @classmethod
    def make_priced_order(cls, price=100, quantity=1, partner=None, order=None, **line):
        """Return a quotation over the product at a price.

        :param order: values of the order
        :param line: more values of its line
        """
        return cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.account.partner_id).id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            **line,
                        }
                    )
                ],
                **(order or {}),
            }
        )

    @classmethod
    def make_invoice(cls, price=100, quantity=1, post=True, invoice=None, **line):
        """Return an invoice to the account over the product at a price.

        :param invoice: values of the invoice
        :param line: more values of its line
        """
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.account.partner_id.id,
                "invoice_date": cls.today,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                            **line,
                        }
                    )
                ],
                **(invoice or {}),
            }
        )
        if post:
            move.action_post()
        return move

    def rows(self, *domain, user=None):
        """Return the library's rows of the test's product."""
        records = self.library.with_user(user) if user else self.library
        return records.search([("product_id", "=", self.product.id), *domain])

    def assertRow(self, row, **values):
        """Assert the values of one row; numbers to six places."""
        self.assertEqual(len(row), 1)
        for name, value in values.items():
            with self.subTest(field=name):
                if isinstance(value, float):
                    self.assertAlmostEqual(row[name], value, places=6)
                else:
                    self.assertEqual(row[name], value)
