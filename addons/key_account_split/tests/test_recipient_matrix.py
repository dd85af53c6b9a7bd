from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import (
    RecipientMatrixConflictError,
    RecipientMatrixError,
    SplitLockedError,
)
from .common_matrix import MatrixCase


@tagged("post_install", "-at_install")
class TestRecipientMatrix(MatrixCase):
    def test_the_matrix_shows_who_gets_how_much_of_what(self):
        parent = self.make_parent([self.tea, self.cup], [(3, 0), (1, 2)])
        parent.recipient_ids[0].reference = "4711"
        parent.order_line = [Command.create({"display_type": "line_note", "name": "!"})]
        matrix = parent.get_recipient_matrix()
        columns = [
            (line["product"], line["unit"], line["ordered"]) for line in matrix["lines"]
        ]
        self.assertEqual(columns, [("Tea", "Units", 4), ("Cup", "Units", 2)])
        first, second = matrix["recipients"]
        self.assertEqual((first["name"], first["reference"]), ("Recipient 1", "4711"))
        self.assertIn("Recipient 1 Street 1", first["address"])
        self.assertEqual(first["quantities"], [3, 0])
        self.assertEqual(second["quantities"], [1, 2])
        self.assertTrue(matrix["order"]["is_editable"])

    def test_a_line_that_moved_to_another_order_is_no_column(self):
        parent = self.make_parent([self.tea, self.cup], [(3, 2)])
        parent.order_line[1].order_id = self.make_order(self.customer, {})
        self.assertEqual(self.quantities(parent), [[3]])

    def test_offered_are_the_addresses_of_the_customer(self):
        parent = self.make_parent([self.tea], [(3,)])
        foreign = self.make_company("Elsewhere")
        domain = parent.get_recipient_matrix()["order"]["address_domain"]
        offered = self.env["res.partner"].search(domain)
        self.assertIn(parent.recipient_ids.partner_id, offered)
        self.assertNotIn(foreign, offered)

    def test_changes_are_saved_in_one_call(self):
        parent = self.make_parent([self.tea, self.cup], [(3, 0), (1, 2), (5, 5)])
        first, second, third = parent.recipient_ids
        shop = self.make_address("New Shop")
        tea, cup = parent.order_line
        matrix = parent.save_recipient_matrix(
            [self.change(first, 1, 7, 0), self.change(second, 0, 0, 1)],
            [self.row("partner", shop, {tea: 2.5, cup: 0})],
            [self.row("recipient", third, {tea: 5, cup: 5})],
        )
        rows = {row["name"]: row["quantities"] for row in matrix["recipients"]}
        self.assertEqual(
            rows,
            {"Recipient 1": [3, 7], "Recipient 2": [0, 2], "New Shop": [2.5, 0]},
        )
        self.assertEqual(
            parent.recipient_ids[-1].partner_id, shop, "new ones come last"
        )
        self.assertEqual(self.quantities(parent), list(rows.values()))

    def test_quantities_are_rounded_by_the_unit(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        recipient = parent.recipient_ids[0]
        matrix = parent.save_recipient_matrix([self.change(recipient, 0, 1 / 3, 3)])
        self.assertEqual(matrix["recipients"][0]["quantities"], [0.33])
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(recipient.line_ids.quantity, 0.33)
        self.assertEqual(recipient.quantity_total, 0.33)

    def test_saved_quantities_can_be_split(self):
        parent = self.make_parent([self.make_stock(self.tea, 100)], [(3,), (1,)])
        first, second = parent.recipient_ids
        parent.save_recipient_matrix(
            [self.change(first, 0, 1, 3), self.change(second, 0, 3, 1)]
        )
        parent.action_split()
        children = parent.child_order_ids.sorted("name")
        self.assertEqual(children.order_line.mapped("product_uom_qty"), [1, 3])

    def test_nothing_to_save_changes_nothing(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        parent.save_recipient_matrix()
        self.assertEqual(self.quantities(parent), [[3], [1]])

    # -------------------------------------------------------- stale and locked

    def test_a_cell_that_somebody_else_changed_is_not_overwritten(self):
        parent = self.make_parent([self.tea, self.cup], [(3, 1), (1, 2)])
        first, second = parent.recipient_ids
        first.line_ids[0].quantity = 5
        with self.assertRaisesRegex(
            RecipientMatrixConflictError, r"Recipient 1, Tea was 3 and is 5\.$"
        ):
            parent.save_recipient_matrix(
                [self.change(second, 0, 9, 1), self.change(first, 0, 4, 3)]
            )
        self.assertEqual(self.quantities(parent), [[5, 1], [1, 2]])

    def test_a_row_that_somebody_else_filled_is_not_removed(self):
        parent = self.make_parent([self.tea, self.cup], [(3, 0), (1, 2)])
        first = parent.recipient_ids[0]
        removed = [self.row("recipient", first, {parent.order_line[0]: 3})]
        first.line_ids[1].quantity = 6
        with self.assertRaisesRegex(RecipientMatrixConflictError, "Cup was 0 and is 6"):
            parent.save_recipient_matrix([], [], removed)
        first.line_ids[1].quantity = 0
        parent.save_recipient_matrix([], [], removed)
        self.assertEqual(self.quantities(parent), [[1, 2]])

    def test_a_conflict_of_many_cells_is_one_sentence(self):
        parent = self.make_big_parent(20)
        changes = [self.change(each, 0, 9, 4) for each in parent.recipient_ids]
        with self.assertRaisesRegex(RecipientMatrixConflictError, "; and 15 more.$"):
            parent.save_recipient_matrix(changes)

    def test_a_row_that_somebody_else_removed_is_told(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        change = self.change(parent.recipient_ids[0], 0, 4, 3)
        parent.recipient_ids[0].unlink()
        with self.assertRaisesRegex(
            RecipientMatrixConflictError,
            f"{parent.name} has no such recipient any more",
        ):
            parent.save_recipient_matrix([change])

    def test_only_quotations_can_be_changed(self):
        parent = self.make_parent([self.make_stock(self.tea, 100)], [(3,), (1,)])
        first = parent.recipient_ids[0]
        tea = parent.order_line
        parent.action_split()
        header = parent.get_recipient_matrix()["order"]
        self.assertFalse(header["is_editable"])
        self.assertFalse(header["can_order_given"])
        self.assertEqual(
            header["lock_reason"],
            f"{parent.name} is not a quotation any more: its recipients are fixed.",
        )
        for arguments in (
            ([self.change(first, 0, 4, 3)],),
            ([], [self.row("partner", self.customer, {tea: 1})]),
            ([], [], [self.row("recipient", first, {tea: 3})]),
        ):
            with self.subTest(arguments=arguments), self.assertRaises(SplitLockedError):
                parent.save_recipient_matrix(*arguments)
        self.assertEqual(self.quantities(parent), [[3], [1]])

    def test_a_cancelled_order_is_for_reading(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        parent.action_cancel()
        with self.assertRaises(SplitLockedError):
            parent.save_recipient_matrix(
                [self.change(parent.recipient_ids[0], 0, 4, 3)]
            )
        with self.assertRaisesRegex(RecipientMatrixError, "not a quotation any more"):
            parent.action_order_given_quantities()

    # ------------------------------------------------------------------ shares

    def test_even_shares_add_up_and_the_last_get_what_is_left(self):
        parent = self.make_order(self.customer, {self.tea: 10, self.cup: 1})
        tea, cup = parent.order_line
        self.assertEqual(parent.get_even_shares(tea.id, 4), [2.5] * 4)
        self.assertEqual(parent.get_even_shares(tea.id, 3), [3.33, 3.33, 3.34])
        self.assertEqual(parent.get_even_shares(tea.id, 2, 4), [3, 3])
        self.assertEqual(parent.get_even_shares(cup.id, 3), [0.33, 0.33, 0.34])
        digits = self.env.ref("uom.decimal_product_uom")
        digits.digits = 0
        self.env.invalidate_all()
        self.assertEqual(parent.get_even_shares(tea.id, 4), [2, 2, 3, 3])

    def test_shares_of_less_than_nothing_are_refused(self):
        parent = self.make_order(self.customer, {self.tea: 10})
        with self.assertRaisesRegex(
            RecipientMatrixError, "Tea: the other recipients get 12, more than the 10"
        ):
            parent.get_even_shares(parent.order_line.id, 3, 12)

    # ----------------------------------------------------------------- ordering

    def test_what_is_given_is_ordered(self):
        parent = self.make_parent([self.tea, self.cup], [(3, 0), (1, 2)])
        parent.recipient_ids[0].line_ids[0].quantity = 7.5
        parent.recipient_ids[1].line_ids[1].quantity = 0
        parent.action_order_given_quantities()
        self.assertEqual(parent.order_line.mapped("product_uom_qty"), [8.5, 0])
        self.assertEqual(parent.order_line[0].price_subtotal, 8.5 * 12.5)
        self.assertFalse(any(parent._get_quantities_missing().values()))

    # ------------------------------------------------------------------ queries

    def count_queries(self, method, *arguments):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        method(*arguments)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_reading_takes_the_same_queries_for_1_and_for_20(self):
        few, many = self.make_big_parent(1), self.make_big_parent(20)
        few.get_recipient_matrix()
        self.assertEqual(
            self.count_queries(few.get_recipient_matrix),
            self.count_queries(many.get_recipient_matrix),
        )

    def test_saving_takes_the_same_queries_for_1_and_for_20(self):
        few, many = self.make_big_parent(2), self.make_big_parent(40)

        def arguments(parent, start, shown):
            """Change half of the rows, each to a quantity of its own, remove the others
            and add as many."""
            rows = parent.recipient_ids
            half = len(rows) // 2
            tea, cup = parent.order_line
            return (
                [
                    self.change(row, place, start + index, shown)
                    for index, row in enumerate(rows[:half])
                    for place in (0, 1)
                ],
                [
                    self.row("partner", row.partner_id, {tea: start + 1, cup: 2})
                    for row in rows[:half]
                ],
                [self.row("recipient", row, {tea: 1, cup: 1}) for row in rows[half:]],
            )

        self.make_big_parent(2).save_recipient_matrix()
        self.assertEqual(
            self.count_queries(few.save_recipient_matrix, *arguments(few, 30, 1)),
            self.count_queries(many.save_recipient_matrix, *arguments(many, 30, 1)),
        )
