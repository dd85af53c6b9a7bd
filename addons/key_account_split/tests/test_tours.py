from odoo.tests import HttpCase, tagged

from .common import SplitCase


@tagged("post_install", "-at_install")
class TestTours(SplitCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_stock(cls.make_product("Tour Tea", 12.5), 100)

    def test_salesperson_splits_an_order_between_two_recipients(self):
        self.account.user_id = self.user("salesperson")
        self.make_address("Shop North")
        self.make_address("Shop South")
        self.start_tour(
            "/odoo", "parent_order_salesperson", login=self.user("salesperson").login
        )
        parent = self.env["sale.order"].search([("state", "=", "split")])
        self.assertEqual(parent.key_account_id, self.account)
        self.assertEqual(
            parent.child_order_ids.sorted("name").order_line.mapped("product_uom_qty"),
            [3, 2],
        )

    def test_accountant_invoices_a_delivered_parent_order(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        parent.action_split()
        self.deliver(parent.child_order_ids)
        self.start_tour(
            "/odoo", "parent_order_accountant", login=self.user("accountant").login
        )
        self.assertEqual(parent.amount_child_invoiced, parent.amount_total)

    def test_warehouse_delivers_a_child_order(self):
        parent = self.make_parent([self.tea], [(3,)])
        parent.action_split()
        self.start_tour(
            "/odoo", "parent_order_warehouse", login=self.user("warehouse").login
        )
        self.assertEqual(parent.rate_child_delivered, 100)

    def test_salesperson_imports_corrects_and_splits(self):
        self.account.user_id = self.user("salesperson")
        self.tea.default_code = "TEA"
        order = self.make_order(self.customer, {self.tea: 5})
        order.user_id = self.user("salesperson")
        self.start_tour(
            "/odoo",
            "recipient_import_salesperson",
            login=self.user("salesperson").login,
        )
        children = order.child_order_ids.sorted("name")
        self.assertEqual(
            children.mapped("partner_shipping_id.name"), ["Shop North", "Shop South"]
        )
        self.assertEqual(children.order_line.mapped("product_uom_qty"), [3, 2])
