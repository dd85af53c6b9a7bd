from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from .common import SplitCase

quantity = st.integers(1, 40)


@tagged("post_install", "-at_install")
class TestConservation(SplitCase):
    """The children add up to their parent to the cent, whatever prices and taxes do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Tax = cls.env["account.tax"]
        cls.taxes = {
            "none": Tax,
            "vat": Tax.create({"name": "VAT 13", "amount": 13}),
            "included": Tax.create(
                {
                    "name": "Incl 7",
                    "amount": 7,
                    "price_include_override": "tax_included",
                }
            ),
            "fixed": Tax.create(
                {"name": "Eco", "amount": 0.17, "amount_type": "fixed"}
            ),
        }
        cls.products = [cls.make_product(f"P{i}") for i in range(3)]

    def assertAddsUp(self, parent):
        children = parent.child_order_ids
        for name in ("amount_untaxed", "amount_tax", "amount_total"):
            self.assertEqual(
                round(sum(children.mapped(name)), 2), round(parent[name], 2), name
            )
        for line in parent.order_line:
            self.assertEqual(
                sum(line.child_line_ids.mapped("product_uom_qty")), line.product_uom_qty
            )

    def split(self, prices, discount, tax_names, shares, rounding="round_globally"):
        self.env.company.tax_calculation_rounding_method = rounding
        parent = self.make_parent(self.products[: len(prices)], shares)
        for line, price, name in zip(parent.order_line, prices, tax_names, strict=True):
            line.write(
                {
                    "price_unit": price,
                    "discount": discount,
                    "tax_ids": [Command.set(self.taxes[name].ids)],
                }
            )
        parent.action_split()
        return parent

    def test_a_third_of_a_cent_is_not_lost(self):
        parent = self.split([0.335], 0, ["none"], [(1,)] * 7)
        self.assertAddsUp(parent)
        subtotals = sorted(parent.child_order_ids.mapped("amount_untaxed"))
        # 2.345 rounds to 2.35 (or 2.34); no child is a cent off its 0.335.
        self.assertTrue(set(subtotals) <= {0.33, 0.34}, subtotals)

    def test_taxes_are_shared_to_the_cent(self):
        parent = self.split([1.452, 2.569], 7, ["vat", "vat"], [(7, 1), (7, 1), (7, 2)])
        self.assertAddsUp(parent)

    def test_price_that_multiplies_exactly_is_left_to_core(self):
        parent = self.split([12.5], 0, ["none"], [(3,), (2,)])
        self.assertFalse(
            any(parent.child_order_ids.order_line.mapped("extra_tax_data"))
        )

    def test_currency_without_cents_and_company_amounts_add_up(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": yen.id, "rate": 151.37, "name": "2020-01-01"}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Yen", "currency_id": yen.id}
        )
        self.customer.property_product_pricelist = pricelist
        parent = self.split([1234.5], 3, ["vat"], [(1,), (1,), (1,)])
        self.assertEqual(parent.currency_id, yen)
        self.assertAddsUp(parent)
        self.deliver(parent.child_order_ids)
        parent.action_create_child_invoice()
        self.assertEqual(parent.invoice_ids.amount_total, parent.amount_total)

    def test_one_invoice_of_all_children_equals_the_parent(self):
        for tax in ("none", "vat", "included"):
            with self.subTest(tax=tax):
                parent = self.split([0.335], 3, [tax], [(7,)] * 5)
                self.deliver(parent.child_order_ids)
                parent.action_create_child_invoice()
                invoice = parent.invoice_ids
                self.assertEqual(invoice.amount_untaxed, parent.amount_untaxed)
                self.assertEqual(invoice.amount_tax, parent.amount_tax)

    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.differing_executors],
    )
    @given(
        prices=st.lists(
            st.decimals("0.001", "999.999", places=3), min_size=1, max_size=3
        ),
        discount=st.sampled_from([0, 3, 7.5, 33.33]),
        tax=st.sampled_from(["none", "vat", "included", "fixed"]),
        rounding=st.sampled_from(["round_globally", "round_per_line"]),
        data=st.data(),
    )
    def test_any_split_conserves_every_cent(
        self, prices, discount, tax, rounding, data
    ):
        row = st.tuples(*[quantity for _price in prices])
        shares = data.draw(st.lists(row, min_size=1, max_size=6))
        with self.env.cr.savepoint() as savepoint:
            parent = self.split(
                [float(price) for price in prices],
                discount,
                [tax] * len(prices),
                shares,
                rounding,
            )
            self.assertAddsUp(parent)
            savepoint.rollback()
        self.env.invalidate_all()
