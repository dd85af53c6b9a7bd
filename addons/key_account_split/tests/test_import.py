from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import RecipientFileError, SplitLockedError
from .common_import import HEADER, ImportCase, make_csv, make_workbook

CHINESE = [
    "收货人",
    "手机号",
    "详细地址",
    "商品编码",
    "数量",
    "期望日期",
    "备注",
    "工号",
]


@tagged("post_install", "-at_install")
class TestImport(ImportCase):
    # ----------------------------------------------------------------- what is read

    def test_one_row_for_each_recipient_and_product(self):
        recipients = self.load_rows(
            ["Ann", "555-1", "Oak 1", "Rome", "TEA", 3, "A-1"],
            ["Ann", "555-1", "Oak 1", "Rome", "007", 1, "A-1"],
            ["Bob", None, "Elm 2", "Rome", "tea", "7", None],
            [None, None, None, None, "4006381333931", 2.5, None],
        )
        tea, cup = self.order.order_line
        self.assertEqual(
            self.describe(self.order),
            [
                (
                    "Ann",
                    "Oak 1, Rome, United States",
                    "555-1",
                    "A-1",
                    False,
                    False,
                    {tea: 3, cup: 1},
                ),
                (
                    "Bob",
                    "Elm 2, Rome, United States",
                    False,
                    False,
                    False,
                    False,
                    {tea: 7, cup: 2.5},
                ),
            ],
        )
        self.assertEqual(recipients.mapped("sequence"), [1, 2])

    def test_a_column_for_each_product(self):
        self.load(
            make_csv(
                ["Name", "Street", "City", "TEA", "Cup"],
                ["Ann", "Oak 1", "Rome", 3, ""],
                ["Bob", "Elm 2", "Rome", 7, 10],
            )
        )
        tea, cup = self.order.order_line
        self.assertEqual(
            [row[-1] for row in self.describe(self.order)],
            [{tea: 3}, {tea: 7, cup: 10}],
        )

    def test_chinese_headers_and_addresses(self):
        row = ["王伟", 13800138000, "广东省深圳市南山区科技园路1号", "TEA", 10]
        row += ["2026年5月31日", "周末不送", "E-1"]
        recipient = self.load(make_workbook(CHINESE, row))
        address = recipient.partner_id
        self.assertEqual(address.country_id, self.env.ref("base.cn"))
        self.assertEqual(address.state_id, self.env.ref("base.state_cn_GD"))
        self.assertEqual(
            (address.name, address.city, address.street, address.phone),
            ("王伟", "深圳市", "南山区科技园路1号", "13800138000"),
        )
        self.assertEqual(recipient.date_wished, date(2026, 5, 31))
        self.assertEqual((recipient.note, recipient.reference), ("周末不送", "E-1"))

    def test_encodings_and_delimiters(self):
        row = [
            "王伟",
            "138",
            "广东省深圳市南山区1号",
            "TEA",
            "10",
            "2026-05-31",
            "",
            "E-1",
        ]
        french = [
            "Société Müller",
            "5",
            "Rue de l’Été 1",
            "Besançon",
            "TEA",
            "10",
            "R-1",
        ]
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "gbk"):
            for delimiter in (",", ";", "\t"):
                with self.subTest(encoding=encoding, delimiter=delimiter):
                    content = make_csv(
                        CHINESE, row, delimiter=delimiter, encoding=encoding
                    )
                    self.assertEqual(self.load(content).partner_id.name, "王伟")
        content = make_csv(HEADER, french, delimiter=";", encoding="cp1252")
        recipient = self.load(content)
        self.assertEqual(recipient.partner_id.name, "Société Müller")
        self.assertEqual(recipient.address, "Rue de l’Été 1, Besançon, United States")

    def test_an_encoding_that_somebody_chooses(self):
        row = ["Zoé", "1", "A 1", "B", "TEA", 1, "R"]
        wizard = self.check(make_csv(HEADER, row), encoding="cp1252")
        self.assertEqual(wizard.preview_ids.name, "ZoÃ©")
        wizard = self.make_import(make_csv(HEADER, row, encoding="cp1252"))
        wizard.encoding = "utf-8"
        with self.assertRaisesRegex(RecipientFileError, "choose another encoding"):
            wizard.action_check()
        wizard.encoding = False
        wizard.action_check()
        self.assertEqual(wizard.preview_ids.name, "Zoé")

    # ------------------------------------------------------------------- columns

    def test_columns_are_remembered_for_the_customer(self):
        header = ["Who", "Where", "Town", "Article", "Pieces of it", "Code"]
        row = ["Ann", "Oak 1", "Rome", "TEA", 3, "secret"]
        wizard = self.check(make_workbook(header, row))
        self.assertEqual(
            wizard.column_ids.mapped("name"),
            [False, False, "city", "product", False, False],
        )
        names = ["name", "street", "city", "product", "quantity", False]
        for column, name in zip(wizard.column_ids, names, strict=True):
            column.name = name
        wizard.action_check()
        wizard.action_import()
        again = self.make_order(self.customer, {self.tea: 1})
        wizard = self.check(make_workbook(header[::-1], row[::-1]), again)
        self.assertEqual(wizard.column_ids.mapped("name"), names[::-1])
        self.assertEqual(wizard.state, "ready")
        stranger = self.make_account(self.make_company("Stranger")).partner_id
        other = self.make_order(stranger, {self.tea: 1})
        wizard = self.check(make_workbook(header, row), other)
        self.assertEqual(wizard.column_ids[0].name, False)

    def test_a_column_for_a_product_is_remembered(self):
        header, row = ["Name", "Street", "City", "Mugs"], ["Ann", "Oak 1", "Rome", 4]
        wizard = self.check(make_workbook(header, row))
        wizard.column_ids[3].write(
            {"name": "line", "order_line_id": self.order.order_line[1].id}
        )
        wizard.action_check()
        wizard.action_import()
        again = self.make_order(self.customer, {self.cup: 4})
        recipient = self.load(make_workbook(header, row), again)
        self.assertEqual(recipient.line_ids.order_line_id, again.order_line)

    def test_a_column_for_a_line_of_another_order_is_left_out(self):
        other = self.make_order(self.customer, {self.tea: 1})
        header, row = ["Name", "Street", "City", "TEA"], ["Ann", "Oak 1", "Rome", 4]
        wizard = self.check(make_workbook(header, row))
        wizard.column_ids[3].order_line_id = other.order_line
        wizard.action_check()
        self.assertErrors(
            wizard, (1, "", "for Product Code"), (1, "", "for Quantity: say")
        )

    # ------------------------------------------------------------------ products

    def test_two_lines_of_one_product_need_a_number(self):
        order = self.make_order(self.customer, {self.tea: 1})
        order.order_line = [Command.create({"product_id": self.tea.id})]
        row = ["Ann", "1", "Oak 1", "Rome", "TEA", 1, None]
        wizard = self.check(make_workbook(HEADER, row), order)
        self.assertErrors(wizard, (2, "Product Code", "Several lines .* TEA#1"))
        rows = [[*row[:4], code, 1, None] for code in ("TEA#1", "TEA#2")]
        self.load_rows(*rows, order=order)
        self.assertEqual(order.recipient_ids.line_ids.order_line_id, order.order_line)

    def test_a_code_that_lost_its_zeros(self):
        self.load_rows(["Ann", "1", "Oak 1", "Rome", 7, 2, None])
        self.assertEqual(self.order.recipient_ids.line_ids.product_id, self.cup)

    # -------------------------------------------------------------------- preview

    def test_preview_says_who_gets_what_and_what_is_missing(self):
        contact = self.make_address("Ann", city="Rome", street="Oak 1")
        wizard = self.check(
            make_workbook(
                HEADER,
                ["Ann", None, "Oak 1", "Rome", "TEA", 3, "A-1"],
                ["Bob", None, "Elm 2", "Rome", "TEA", 7, None],
                ["Bob", None, "Elm 2", "Rome", "007", 11, None],
            )
        )
        self.assertEqual(wizard.state, "ready")
        self.assertRegex(wizard.summary, "Recipients: 2, of which 1 at known addresses")
        self.assertEqual(wizard.preview_ids.mapped("name"), ["Ann", "Bob"])
        self.assertEqual(wizard.preview_ids.partner_id, contact)
        self.assertEqual(wizard.preview_ids[1].quantities, "TEA: 7, 007: 11")
        self.assertEqual(
            [
                (t.quantity_ordered, t.quantity_imported, t.quantity_missing)
                for t in wizard.total_ids
            ],
            [(10, 10, 0), (10, 11, -1)],
        )
        self.assertFalse(self.order.recipient_ids)

    # ---------------------------------------------------------------------- modes

    def test_replace_and_add(self):
        row = ["Ann", None, "Oak 1", "Rome", "TEA", 3, "A-1"]
        self.load_rows(row)
        self.load_rows(["Bob", None, "Elm 2", "Rome", "TEA", 4, None], mode="add")
        self.assertEqual(self.order.recipient_ids.mapped("quantity_total"), [3, 4])
        wizard = self.check(make_workbook(HEADER, row))
        self.assertIn("They replace the 2 recipients of the order", wizard.summary)
        wizard.action_import()
        self.assertEqual(self.order.recipient_ids.partner_id.name, "Ann")

    def test_adding_somebody_who_is_there(self):
        row = ["Ann", None, "Oak 1", "Rome", "TEA", 3, "A-1"]
        self.load_rows(row)
        content = make_workbook(HEADER, row, [*row[:4], "007", 2, "A-1"])
        wizard = self.check(content, mode="add")
        self.assertEqual(wizard.state, "refused")
        self.assertIn("has this recipient already", wizard.error_ids.text)
        self.load(content, mode="add", duplicates="merge")
        self.assertEqual(self.order.recipient_ids.line_ids.mapped("quantity"), [6, 2])
        self.load(content, mode="add", duplicates="keep")
        self.assertEqual(self.order.recipient_ids.mapped("quantity_total"), [8, 5])
        # The same one-time address serves all of them.
        self.assertEqual(len(self.order.recipient_ids.partner_id), 1)

    def test_two_rows_of_somebody_who_is_there_add_up(self):
        """One names the address, the other the reference."""
        self.load_rows(["Ann", None, "Oak 1", "Rome", "TEA", 3, "A-1"])
        self.load_rows(
            ["Ann", None, "Oak 1", "Rome", "007", 2, None],
            ["Ann Lee", None, "Elm 2", "Rome", "007", 4, "A-1"],
            mode="add",
            duplicates="merge",
        )
        self.assertEqual(self.order.recipient_ids.line_ids.mapped("quantity"), [3, 6])

    # ----------------------------------------------------------------- duplicates

    def test_duplicates_are_refused_or_merged(self):
        rows = [
            ["Ann", "1", "Oak 1", "Rome", "TEA", 3, "A-1"],
            ["ANN", "1", "oak 1.", "Rome", "TEA", 2, "B-2"],
            ["Bob", "2", "Elm 2", "Rome", "TEA", 1, "C-3"],
            ["Bob", "2", "Elm 2", "Rome", "TEA", 1, "C-3"],
            ["Cid", "3", "Ash 3", "Rome", "TEA", 1, "C-3"],
        ]
        content = make_workbook(HEADER, *rows)
        self.assertErrors(
            self.check(content),
            (3, "Name", "in row 2 already"),
            (5, "Product Code", "gets .*Tea in row 4 already"),
            (6, "Name", "Row 4 says something else"),
            (6, "Phone", "Row 4 says something else"),
            (6, "Street", "Row 4 says something else"),
            (6, "Product Code", "in row 4 already"),
        )
        self.load(content, duplicates="merge")
        self.assertEqual(
            [(row[0], row[3], *row[-1].values()) for row in self.describe(self.order)],
            [("Ann", "A-1", 5), ("Bob", "C-3", 3)],
        )

    def test_recipients_alike_are_kept_apart_on_wish(self):
        header = ["No.", *HEADER]
        row = ["Ann", "1", "Oak 1", "Rome", "TEA", 3, "A-1"]
        content = make_workbook(header, [1, *row], [2, *row])
        self.assertErrors(self.check(content), (3, "Name", "in row 2 already"))
        self.load(content, duplicates="keep")
        self.assertEqual(len(self.order.recipient_ids), 2)

    # -------------------------------------------------------------------- refusals

    def test_only_quotations_take_recipients(self):
        parent = self.make_parent([self.make_stock(self.tea, 100)], [(1,), (2,)])
        wizard = self.make_import(make_workbook(HEADER), parent)
        parent.action_split()
        for call in (wizard.action_check, wizard.action_import):
            with self.assertRaisesRegex(RecipientFileError, "not a quotation any more"):
                call()
        child = parent.child_order_ids[0]
        for order in (parent, child):
            with self.assertRaises(RecipientFileError):
                order.action_import_recipients()
        with self.assertRaises(SplitLockedError):
            wizard._apply(wizard._read()[1])

    def test_all_or_nothing(self):
        self.load_rows(["Ann", "1", "Oak 1", "Rome", "TEA", 3, "A-1"])
        before = self.describe(self.order)
        partners = self.env["res.partner"].with_context(active_test=False)
        count = partners.search_count([])
        wizard = self.make_import(
            make_workbook(
                HEADER,
                ["Bob", "1", "Oak 1", "Rome", "TEA", 3, "B-1"],
                ["Cid", "1", "Oak 1", "Rome", "TEA", -3, "C-1"],
            )
        )
        wizard.action_import()
        self.assertEqual(wizard.state, "refused")
        self.assertEqual(self.describe(self.order), before)
        self.assertEqual(partners.search_count([]), count)
