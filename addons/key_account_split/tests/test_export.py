import io

import openpyxl

from odoo.fields import Command
from odoo.tests import tagged

from .common_import import ImportCase


@tagged("post_install", "-at_install")
class TestExport(ImportCase):
    """What goes out comes in again as it was."""

    def export(self, order=None):
        return self.get_download((order or self.order).action_export_recipients())

    def add(self, name, quantities, **vals):
        address = vals.pop("address", {})
        recipient = self.add_recipient(self.order, name, quantities, **vals)
        recipient.partner_id.write(address)
        return recipient

    def make_recipients(self):
        wei = {
            "street": "南山区科技园路1号",
            "city": "深圳市",
            "zip": "518057",
            "phone": "+86 138 0013 8000",
            "country_id": self.env.ref("base.cn").id,
            "state_id": self.env.ref("base.state_cn_GD").id,
        }
        self.add("王伟", (3, 0), address=wei, reference="007", note="周末不送")
        self.add(
            "=1+1",
            (1, 2.5),
            reference="@SUM(A1)",
            note="-2+3",
            date_wished="2026-05-31",
        )
        self.add(
            'O\'Neil "Jr"', (2, 1), reference="'=quoted", note="two  spaces; comma, 1,5"
        )
        self.add("+Plus", (0, 1), reference="1e5", note="1.50")

    def test_round_trip_changes_nothing(self):
        self.make_recipients()
        before = self.describe(self.order)
        partners = self.order.recipient_ids.partner_id
        content = self.export()
        self.load(content)
        self.assertEqual(self.describe(self.order), before)
        self.assertEqual(self.order.recipient_ids.partner_id, partners)

    def test_round_trip_to_another_order_and_back(self):
        self.make_recipients()
        other = self.make_order(self.customer, {self.tea: 10, self.cup: 10})
        self.order.recipient_ids.partner_id.write(
            {
                "active": False,
                "is_one_time_address": True,
                "country_id": self.env.ref("base.cn").id,
            }
        )
        self.load(self.export(), other)
        self.assertEqual(
            self.read_workbook(self.export(other)), self.read_workbook(self.export())
        )

    def test_round_trip_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.make_recipients()
        before = self.describe(self.order)
        order = self.order.with_context(lang="zh_CN")
        content = self.export(order)
        self.assertEqual(len(self.read_workbook(content)), 7)
        self.load(content)
        self.assertEqual(self.describe(self.order), before)

    def test_round_trip_of_recipients_alike(self):
        row = {"reference": False}
        address = self.make_address("Twin")
        for quantity in (1, 2):
            self.add("Twin", (quantity, 1), **row).partner_id = address
        before = self.describe(self.order)
        self.load(self.export(), duplicates="keep")
        self.assertEqual(self.describe(self.order), before)

    def test_two_lines_of_one_product_and_products_without_a_code(self):
        plain = self.make_product("Plain spoon")
        self.order.order_line = [
            Command.create({"product_id": product.id, "product_uom_qty": 5})
            for product in (self.tea, plain)
        ]
        self.add("Ann", (1, 2, 3, 4))
        before = self.describe(self.order)
        content = self.export()
        codes = [row[9] for row in self.read_workbook(content)[1:]]
        self.assertEqual(codes, ["TEA#1", "007", "TEA#2", "Plain spoon"])
        self.load(content)
        self.assertEqual(self.describe(self.order), before)

    def test_text_is_never_a_formula(self):
        self.make_recipients()
        sheet = openpyxl.load_workbook(io.BytesIO(self.export())).active
        texts = [c for row in sheet for c in row if isinstance(c.value, str)]
        dangerous = [cell for cell in texts if cell.value[0] in "=+-@"]
        self.assertGreaterEqual(len(dangerous), 6)
        for cell in dangerous:
            self.assertEqual(
                (cell.data_type, cell.quotePrefix), ("s", True), cell.value
            )

    def test_split_order_is_exported_and_imported_into_the_next(self):
        self.make_stock(self.tea, 100)
        self.make_stock(self.cup, 100)
        self.add("Ann", (4, 10), reference="A-1")
        self.add("Bob", (6, 0))
        self.order.action_split()
        content = self.export()
        again = self.make_order(self.customer, {self.tea: 10, self.cup: 10})
        self.load(content, again)
        self.assertEqual(
            again.recipient_ids.partner_id, self.order.recipient_ids.partner_id
        )
        again.action_split()
        self.assertEqual(len(again.child_order_ids), 2)

    def test_template_is_for_this_order_in_the_users_language(self):
        wizard = self.make_import(b"")
        content = self.get_download(wizard.action_download_template())
        header = self.read_workbook(content)[0]
        self.assertEqual(header[1], "Name")
        products = self.read_workbook(content, sheet=1)
        self.assertEqual(
            [(row[0], row[2]) for row in products[1:]], [("TEA", 10), ("007", 10)]
        )
        self.order.order_line[1].unlink()
        wizard = self.make_import(b"")
        content = self.get_download(wizard.action_download_template())
        self.assertEqual(len(self.read_workbook(content, sheet=1)), 2)
        # Filled in, it is what the import takes.
        book = openpyxl.load_workbook(io.BytesIO(content))
        row = [1, "Ann", 555, "Oak 1", None, "Rome", None, None, "00100", "TEA", 10]
        book.worksheets[0].append(row)
        stream = io.BytesIO()
        book.save(stream)
        recipient = self.load(stream.getvalue())
        self.assertEqual(recipient.partner_id.zip, "00100")
