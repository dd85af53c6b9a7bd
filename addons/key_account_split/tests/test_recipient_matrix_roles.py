from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_matrix import MatrixCase


@tagged("post_install", "-at_install")
class TestRecipientMatrixRoles(MatrixCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parent = cls.make_parent([cls.tea], [(3,), (1,)])
        cls.parent.user_id = cls.user("salesperson")

    def calls(self, role):
        """Return what the role can try on the matrix, as functions."""
        parent = self.parent.with_user(self.user(role))
        change = self.change(self.parent.recipient_ids[0], 0, 4, 3)
        address = self.row("partner", self.parent.partner_id, {})
        row = self.row(
            "recipient", self.parent.recipient_ids[0], {self.parent.order_line: 3}
        )
        return {
            "change": lambda: parent.save_recipient_matrix([change]),
            "add": lambda: parent.save_recipient_matrix([], [address]),
            "remove": lambda: parent.save_recipient_matrix([], [], [row]),
            "order": parent.action_order_given_quantities,
        }

    def test_own_salesperson_does_all_of_it(self):
        calls = self.calls("salesperson")
        parent = self.parent.with_user(self.user("salesperson"))
        self.assertTrue(parent.get_recipient_matrix()["order"]["can_order_given"])
        calls["change"]()
        calls["add"]()
        calls["order"]()
        self.assertEqual(self.parent.order_line.product_uom_qty, 5)
        self.assertEqual(self.quantities(self.parent), [[4], [1], [0]])

    def test_those_who_only_read_see_the_matrix_and_change_nothing(self):
        for role in ("controller", "accountant", "warehouse"):
            parent = self.parent.with_user(self.user(role))
            matrix = parent.get_recipient_matrix()
            with self.subTest(role=role):
                self.assertEqual(matrix["recipients"][0]["quantities"], [3])
                self.assertFalse(matrix["order"]["is_editable"])
                self.assertFalse(matrix["order"]["can_order_given"])
                self.assertIn("not change them", matrix["order"]["lock_reason"])
            for name, call in self.calls(role).items():
                with self.subTest(role=role, call=name):
                    self.assertRaises(AccessError, call)
        self.assertEqual(self.quantities(self.parent), [[3], [1]])

    def test_the_matrix_shows_no_price(self):
        self.tea.list_price = 12.5
        text = repr(
            self.parent.with_user(self.user("warehouse")).get_recipient_matrix()
        )
        self.assertNotIn("12.5", text)
        self.assertNotIn("price", text)

    def test_strangers_neither_read_nor_change(self):
        self.parent.user_id = self.user("manager")
        line = self.parent.order_line.id
        for role in ("salesperson", "portal"):
            parent = self.parent.with_user(self.user(role))
            calls = {
                **self.calls(role),
                "read": parent.get_recipient_matrix,
                "share": lambda parent=parent: parent.get_even_shares(line, 2),
            }
            for name, call in calls.items():
                self.env.invalidate_all()
                with self.subTest(role=role, call=name):
                    self.assertRaises(AccessError, call)
        self.assertEqual(self.quantities(self.parent), [[3], [1]])

    def test_the_customer_does_not_read_the_matrix_of_the_own_order(self):
        self.user("portal").partner_id.parent_id = self.customer
        parent = self.parent.with_user(self.user("portal"))
        self.assertTrue(parent.has_access("read"))
        self.assertRaises(AccessError, parent.get_recipient_matrix)
