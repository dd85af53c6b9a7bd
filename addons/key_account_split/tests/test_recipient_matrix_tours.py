from odoo.tests import HttpCase, tagged

from .common import SplitCase


@tagged("post_install", "-at_install")
class TestRecipientMatrixTours(SplitCase, HttpCase):
    def test_salesperson_fills_in_the_matrix_and_splits(self):
        tea = self.make_stock(self.make_product("Tour Tea", 12.5), 100)
        cup = self.make_stock(self.make_product("Tour Cup", 3.2), 100)
        for name in ("Shop North", "Shop South", "Shop West"):
            self.make_address(name)
        salesperson = self.user("salesperson")
        self.account.user_id = salesperson
        order = self.make_order(self.customer, {tea: 7, cup: 6}, user_id=salesperson.id)
        self.start_tour(
            "/odoo", "recipient_matrix_salesperson", login=salesperson.login
        )
        self.assertEqual(order.state, "split")
        got = {
            child.partner_shipping_id.name: child.order_line.mapped("product_uom_qty")
            for child in order.child_order_ids
        }
        self.assertEqual(
            got,
            {"Shop North": [3, 4], "Shop South": [2, 1], "Shop West": [2, 2]},
        )
