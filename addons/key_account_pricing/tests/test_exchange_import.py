from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..exceptions import ExchangeError
from .common_exchange import HEADER, DraftExchangeCase


@tagged("post_install", "-at_install")
class TestExchangeImport(DraftExchangeCase):
    # ------------------------------------------------------------------- modes

    def test_lines_are_added_and_changed(self):
        kept = self.agreement.line_ids[0]
        wizard = self.check(
            self.agreement, HEADER, ["W-1", 10, 65], ["G-1", 0, 5], ["W-1", 0, 80]
        )
        self.assertEqual((wizard.state, self.counts(wizard)), ("ready", (1, 1, 0, 1)))
        self.assertRegex(wizard.summary, "adds: 1, changes: 1, removes: 0")
        self.assertUntouched()
        wizard.action_import()
        self.assertEqual(
            [(line[0], line[3], line[5]) for line in self.lines(self.agreement)],
            [
                (self.product.id, 0, 80),
                (self.product.id, 10, 65),
                (self.other.id, 0, 5),
            ],
        )
        self.assertIn(kept, self.agreement.line_ids)
        self.assertIn("1 added, 1 changed", self.agreement.message_ids[0].body)

    def test_all_lines_are_replaced(self):
        same = self.agreement.line_ids[1]
        wizard = self.check(
            self.agreement, HEADER, ["G-1", 0, 5], ["W-1", 10, 70], mode="replace"
        )
        self.assertEqual(self.counts(wizard), (1, 0, 1, 1))
        self.assertUntouched()
        wizard.action_import()
        self.assertEqual(
            [(line[0], line[3], line[5]) for line in self.lines(self.agreement)],
            [(self.other.id, 0, 5), (self.product.id, 10, 70)],
        )
        # The line is the same one: approvers see only what has moved.
        self.assertTrue(same.exists())

    def test_a_column_that_is_missing_leaves_lines_as_they_are(self):
        self.agreement.line_ids[0].quantity_committed = 50
        self.import_rows(self.agreement, ["Product", "Price"], ["W-1", 79])
        self.assertEqual(self.agreement.line_ids[0].quantity_committed, 50)
        self.import_rows(
            self.agreement, ["Product", "From Quantity", "Committed"], ["W-1", 0, 60]
        )
        line = self.agreement.line_ids[0]
        self.assertEqual((line.price, line.quantity_committed), (79, 60))

    def test_an_empty_cell_empties(self):
        self.agreement.line_ids[0].quantity_committed = 50
        self.import_rows(self.agreement, [*HEADER, "Committed"], ["W-1", 0, 80, None])
        self.assertEqual(self.agreement.line_ids[0].quantity_committed, 0)

    def test_a_volume_moves_from_one_line_to_another(self):
        self.agreement.line_ids[0].quantity_committed = 50
        header = ["Product", "From Quantity", "Committed"]
        self.import_rows(self.agreement, header, ["W-1", 10, 50], ["W-1", 0, 0])
        self.assertEqual(
            self.agreement.line_ids.mapped("quantity_committed"), [0.0, 50.0]
        )

    def test_what_a_line_gives_follows_from_the_figure(self):
        agreement = self.make_agreement(state="draft")
        header = ["Product", "From Quantity", "Price", "Discount (%)"]
        self.import_rows(
            agreement,
            header,
            ["W-1", 0, 80, None],
            ["W-1", 5, None, 10],
            ["W-1", 9, 0, "12.5%"],
            ["G-1", 0, 0, None],
        )
        self.assertEqual(
            [line[4:7] for line in self.lines(agreement)],
            [
                ("fixed", 80, 0),
                ("discount", 0, 10),
                ("discount", 0, 12.5),
                ("fixed", 0, 0),
            ],
        )

    def test_the_order_of_the_file_becomes_that_of_the_lines(self):
        agreement = self.make_agreement(state="draft")
        self.import_rows(agreement, HEADER, ["G-1", 0, 1], ["W-1", 0, 2])
        first, second = agreement.line_ids
        self.import_rows(
            agreement,
            HEADER,
            ["W-1", 0, 2],
            ["G-1", 5, 1],
            ["G-1", 0, 1],
            mode="replace",
        )
        agreement.invalidate_recordset()
        self.assertEqual(agreement.line_ids[0], second)
        self.assertEqual(agreement.line_ids[2], first)

    # ------------------------------------------------------------------ errors

    def test_all_errors_of_all_rows_come_at_once(self):
        self.other.active = False
        self.make_product(name="Twin", default_code="T-1")
        self.make_product(name="Twin", default_code="T-1")
        header = [
            "Product",
            "All Variants of",
            "Product Category",
            "From Quantity",
            "Gives",
            "Price",
            "Discount (%)",
            "Committed",
        ]
        table = [
            (["X-9", None, None, 0, "Price", 1], [("Product", "X-9", "Nothing has")]),
            (["T-1", None, None, 0, "Price", 1], [("Product", "T-1", "Several have")]),
            (["G-1", None, None, 0, "Price", 1], [("Product", "G-1", "is archived")]),
            (
                [None, None, "Nowhere", -1, "gift", "abc", 101, True],
                [
                    ("Product Category", "Nowhere", "No category"),
                    ("From Quantity", "-1", "below 0"),
                    ("Gives", "gift", "use one of Price, Discount"),
                    ("Price", "abc", "not a number"),
                    ("Discount (%)", "101", "above 100"),
                    ("Committed", "True", "true or false"),
                ],
            ),
            (["W-1", None, None, 1, "Price", -5], [("Price", "-5", "below 0")]),
            (["W-1", None, None, 2, "Price"], [("Price", "", "is missing")]),
            (
                ["W-1", None, None, 3, None, 5, 10],
                [("Gives", "", "empty the one that does not")],
            ),
            (
                ["W-1", None, None, 4, "Price", 5, 10],
                [("Discount (%)", "10", "empty this cell")],
            ),
            (
                [None, None, None, 5, "Price", 5],
                [("Product", "", "does not say what it is for")],
            ),
            (
                ["W-1", None, "Exchange Goods", 6, "Price", 5],
                [("Product Category", "Exchange Goods", "fill in one of them")],
            ),
            (["W-1", None, None, 7, "Price", 5, None, 3], []),
            (
                ["W-1", None, None, 8, "Price", 5, None, 3],
                [("Committed", "3", "committed already .row 12")],
            ),
            (
                ["W-1", None, None, 7, "Price", 6],
                [("Product", "W-1", "Row 12 is for the same")],
            ),
            (
                [None, None, "Exchange Goods / Small", 0, "Price", 5, None, 9],
                [("Committed", "9", "for one product")],
            ),
        ]
        wizard = self.check_empty(header, *[row for row, _errors in table])
        expected = [
            (number, *error)
            for number, (_row, errors) in enumerate(table, start=2)
            for error in errors
        ]
        found = self.remarks(wizard)
        self.assertEqual(
            [(r, c, v) for r, c, v, _text in found],
            [(r, c, v) for r, c, v, _text in expected],
        )
        for got, wanted in zip(found, expected, strict=True):
            self.assertRegex(got[3], wanted[3])
        self.assertEqual((wizard.state, wizard.error_count), ("refused", len(expected)))
        self.assertRegex(wizard.summary, "of 14 rows. Nothing has been imported")
        with self.assertRaises(ExchangeError):
            wizard.action_import()

    def test_a_wrong_row_stops_the_others(self):
        wizard = self.check(self.agreement, HEADER, ["G-1", 0, 1], ["X-9", 0, 1])
        with self.assertRaisesRegex(ExchangeError, "check the file again"):
            wizard.action_import()
        self.assertUntouched()

    def test_what_the_check_lets_through_meets_the_constraints(self):
        model = self.env.registry["key.account.agreement.line"]
        header = [*HEADER, "Committed"]
        with patch.object(model, "_get_exchange_problems", lambda *args: []):
            wizard = self.check(
                self.agreement, header, ["W-1", 0, 80, 5], ["W-1", 10, 60, 5]
            )
            self.assertEqual(wizard.state, "ready")
            with (
                self.assertRaisesRegex(ValidationError, "a volume of .*Widget twice"),
                self.env.cr.savepoint(),
            ):
                wizard.action_import()
        self.assertUntouched()

    def test_cells_that_excel_has_changed(self):
        wizard = self.check_empty(
            HEADER,
            ["W-1", 0, 45],
            ["W-1", 1, "=1+1"],
            ["W-1", 2, 0.5],
            [44, 3, 1],
            formats={"C2": "yyyy-mm-dd", "C4": "0%", "A5": "d-mmm"},
        )
        self.assertEqual(
            [(row, text.split(":")[0]) for row, _c, _v, text in self.remarks(wizard)],
            [
                (2, "Excel has made a date of the cell"),
                (3, "The formula has no value"),
                (4, "The cell contains a percentage"),
                (5, "Excel has made a date of the cell"),
            ],
        )

    def test_more_decimals_are_rounded_with_notice(self):
        agreement = self.make_agreement(state="draft")
        wizard = self.check(
            agreement, HEADER, ["W-1", 0, 12.345], ["W-1", 1, 0.1 + 0.2]
        )
        self.assertEqual(
            self.remarks(wizard, "notice"),
            [(2, "Price", "12.345", "Price keeps 2 decimals: it becomes 12.35.")],
        )
        wizard.action_import()
        self.assertEqual([line[5] for line in self.lines(agreement)], [12.35, 0.3])

    def test_rounded_quantities_may_be_the_same(self):
        wizard = self.check_empty(HEADER, ["W-1", 1.001, 5], ["W-1", 1.002, 6])
        self.assertRegex(self.remarks(wizard)[0][3], "Row 2 is for the same")

    def test_a_committed_volume_of_a_line_that_stays(self):
        self.agreement.line_ids[0].quantity_committed = 50
        header = [*HEADER, "Committed"]
        wizard = self.check(self.agreement, header, ["W-1", 20, 60, 5])
        self.assertRegex(self.remarks(wizard)[0][3], "a line that stays")
        wizard = self.check(self.agreement, header, ["W-1", 20, 60, 5], mode="replace")
        self.assertEqual(wizard.state, "ready")

    # ----------------------------------------------------------------- headers

    def test_headers_that_are_not_known(self):
        wizard = self.check_empty(
            ["Prize", "Product", "Price", "product", None],
            [1, "W-1", 5, "W-1", "stray"],
        )
        self.assertEqual(
            [(r, c, t.split(":")[0]) for r, c, _v, t in self.remarks(wizard)],
            [
                (1, "Prize", "The header is not known"),
                (1, "product", "The column Product is there twice"),
                (2, "", "The column has no header"),
            ],
        )

    def test_columns_that_are_missing_are_told_once(self):
        wizard = self.check_empty(["Product"], ["W-1"], ["G-1"])
        self.assertEqual(
            self.remarks(wizard),
            [
                (
                    1,
                    "Price",
                    "",
                    "The column Price is missing: add it, the lines need it.",
                )
            ],
        )
        wizard = self.check_empty(["Price"], [1], [2])
        self.assertEqual([r[:2] for r in self.remarks(wizard)], [(1, "Product")])

    def test_a_column_that_a_model_adds_is_one_entry(self):
        model = self.env.registry["key.account.agreement.line"]
        columns = [
            {"name": "product_id"},
            {"name": "quantity_min", "minimum": 0},
            {"name": "price", "label": "Fee", "aliases": ["费用"], "maximum": 50},
            {
                "name": "quantity_committed",
                "required": True,
                "decimals": 0,
                "minimum": 1,
            },
        ]
        with patch.object(model, "_get_exchange_columns", lambda self: columns):
            wizard = self.check_empty(
                ["Product", "费用", "Committed"],
                ["W-1", 51, 1.5],
                ["G-1", 50, None],
                ["Gadget", 1, 0],
            )
            self.assertEqual(
                [(r, c, t) for r, c, _v, t in self.remarks(wizard)],
                [
                    (2, "Fee", "The number is above 50: enter that or less."),
                    (3, "Committed", "The cell is empty: fill it in."),
                    (
                        4,
                        "Product",
                        "Row 3 is for the same from the same quantity on: remove one of "
                        "them, or change its quantity.",
                    ),
                    (4, "Committed", "The number is below 1: enter that or more."),
                ],
            )
            wizard = self.check_empty(["Product", "Fee"], ["W-1", 5])
            self.assertEqual([r[:2] for r in self.remarks(wizard)], [(1, "Committed")])
            # Lines that are there keep what the file has no column for.
            wizard = self.check(self.agreement, ["Product", "Fee"], ["W-1", 5])
            self.assertEqual((wizard.state, wizard.changed_count), ("ready", 1))

    def test_headers_and_choices_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_key_account_pricing")._update_translations("zh_CN")
        line = self.env["key.account.agreement.line"].with_context(lang="zh_CN")
        names = ("discount", "price_kind", "product_id", "quantity_min", "price")
        header = [line.fields_get([n], ["string"])[n]["string"] for n in names]
        self.assertIn("折扣 (%)", header)
        agreement = self.make_agreement(state="draft")
        # The user's own language is English.
        self.import_rows(agreement, header, ["10", "按标价折扣", "W-1", "1,000", None])
        self.assertEqual(
            self.lines(agreement)[0],
            (self.product.id, False, False, 1000, "discount", 0, 10, 0),
        )
        wizard = self.check_empty(["产品编码", "单价"], ["W-1", "3"])
        self.assertEqual(wizard.state, "ready")
