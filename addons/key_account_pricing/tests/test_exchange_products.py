from odoo.fields import Command
from odoo.tests import tagged

from .common_exchange import HEADER, ExchangeCase


@tagged("post_install", "-at_install")
class TestExchangeProducts(ExchangeCase):
    # ---------------------------------------------------------------- products

    def test_how_products_are_found(self):
        red = self.make_product(name="Lamp (Red)")
        self.env["ir.model.data"].create(
            {
                "module": "test_exchange",
                "name": "lamp",
                "model": "product.product",
                "res_id": red.id,
            }
        )
        number = self.make_product(name="Numbered", default_code="1001")
        old = self.make_product(name="Old", default_code="W-9")
        old.active = False
        new = self.make_product(name="New", default_code="W-9")
        for cell, product in (
            ("W-1", self.product),
            (" W-1 ", self.product),
            ("4006381333931", self.product),
            (4006381333931, self.product),
            ("Widget", self.product),
            ("[W-1] Widget", self.product),
            ("Lamp (Red)", red),
            ("test_exchange.lamp", red),
            (f"product.product,{red.id}", red),
            (1001, number),
            ("W-9", new),
        ):
            with self.subTest(cell=cell):
                agreement = self.make_agreement(state="draft")
                self.import_rows(agreement, HEADER, [cell, 0, 1])
                self.assertEqual(agreement.line_ids.product_id, product)

    def test_variants_are_found_by_what_odoo_shows(self):
        attribute = self.env["product.attribute"].create({"name": "Colour"})
        values = self.env["product.attribute.value"].create(
            [{"name": name, "attribute_id": attribute.id} for name in ("Red", "Blue")]
        )
        template = self.env["product.template"].create(
            {
                "name": "Chair (new)",
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(values.ids)],
                        }
                    )
                ],
            }
        )
        red, blue = template.product_variant_ids
        agreement = self.make_agreement(state="draft")
        header = ["Product", "All Variants of", "Price"]
        self.import_rows(
            agreement,
            header,
            ["Chair (new) (Blue)", None, 1],
            ["Chair (new) (Red)", None, 2],
            [None, "Chair (new)", 3],
        )
        self.assertEqual(
            [line[:2] for line in self.lines(agreement)],
            [(blue.id, False), (red.id, False), (False, template.id)],
        )
        wizard = self.check_empty(HEADER, ["Chair (new)", 0, 1])
        self.assertRegex(self.remarks(wizard)[0][3], "Several have")

    def test_categories_by_path_or_by_a_name_that_only_one_has(self):
        header = ["Product Category", "Price"]
        for cell in ("Exchange Goods / Small", "Small"):
            agreement = self.make_agreement(state="draft")
            self.import_rows(agreement, header, [cell, 1])
            self.assertEqual(agreement.line_ids.categ_id, self.sub)
        self.sub.copy({"parent_id": self.sub.id, "name": "Small"})
        wizard = self.check_empty(header, ["Small", 1])
        self.assertRegex(self.remarks(wizard)[0][3], "Several have")

    def test_products_of_another_company_are_not_found(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.make_product(name="Foreign", default_code="F-1", company_id=company.id)
        self.salesperson.company_ids += company
        wizard = self.check_empty(HEADER, ["F-1", 0, 1])
        self.assertRegex(self.remarks(wizard)[0][3], "Nothing has")
