from odoo.fields import Command

from .common import PricingCase


class FreightCase(PricingCase):
    """Factories for lines with freight in their price, and for their invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        cls.load_chart()
        company.account_sale_tax_id = False
        cls.income = cls.make_income("Goods", "FR1000")
        cls.freight = cls.make_income("Freight", "FR2000")
        company.freight_income_account_id = cls.freight
        cls.product.write(
            {
                "invoice_policy": "order",
                "property_account_income_id": cls.income.id,
                "lst_price": 12.5,
            }
        )
        cls.dozen = cls.env.ref("uom.product_uom_dozen")

    @classmethod
    def make_income(cls, name, code, **vals):
        return cls.env["account.account"].create(
            {"name": name, "code": code, "account_type": "income", **vals}
        )

    @classmethod
    def make_line_vals(cls, quantity=10, price=13.3, freight=0.8, **vals):
        """Return the values of a delivered line whose freight is shown apart."""
        return {
            "product_id": cls.product.id,
            "product_uom_qty": quantity,
            "price_unit": price,
            "price_basis": "delivered",
            "freight_kind": "separate",
            "freight_unit": freight,
            "tax_ids": [Command.clear()],
            **vals,
        }

    @classmethod
    def make_delivered(cls, *lines, **vals):
        """Return a quotation that the salesperson wrote.

        :param lines: values of its lines, see `make_line_vals`; one line when left out
        """
        commands = [
            Command.create(cls.make_line_vals(**line)) for line in lines or ({},)
        ]
        return cls.make_quotation(order_line=commands, **vals)

    @classmethod
    def make_priced_in(cls, currency, *lines, **vals):
        pricelist = cls.env["product.pricelist"].create(
            {"name": currency.name, "currency_id": currency.id}
        )
        return cls.make_delivered(*lines, pricelist_id=pricelist.id, **vals)

    def draft_invoice(self, orders, **vals):
        """Return the invoice of everything ordered, not posted yet, as the accountant
        sees it."""
        orders.sudo().action_confirm()
        invoice = orders.sudo()._create_invoices()
        invoice.write({"invoice_date": self.today, **vals})
        return invoice.sudo(False).with_user(self.accountant)

    def invoice(self, orders, **vals):
        """Return the invoice of everything ordered, posted by the accountant."""
        invoice = self.draft_invoice(orders, **vals)
        invoice.action_post()
        return invoice

    def refund(self, invoice):
        """Return the credit note of the invoice, a draft."""
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": self.today})
        )
        wizard.refund_moves()
        return wizard.new_move_ids

    def items(self, move):
        """Return the freight pairs of a journal entry: ``(account, debit less credit in
        the document's currency)``, sorted."""
        found = move.sudo().line_ids.filtered(
            lambda item: item.display_type == "cogs" and not item.product_id
        )
        return sorted((item.account_id.name, item.amount_currency) for item in found)

    def assertFreight(self, move, amount):
        """Assert that the entry moves so much from goods to freight, in one pair, that
        it is balanced, and that the freight's sign is that of income."""
        sign = 1 if move.move_type == "out_refund" else -1
        pair = [("Freight", sign * amount), ("Goods", -sign * amount)] if amount else []
        self.assertEqual(self.items(move), pair)
        self.assertAlmostEqual(sum(move.line_ids.mapped("balance")), 0)
