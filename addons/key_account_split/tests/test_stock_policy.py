from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..exceptions import StockShortageError
from .common import SplitCase


@tagged("post_install", "-at_install")
class TestStockPolicy(SplitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_stock(cls.make_product("Tea", 12.5), 10)
        cls.cup = cls.make_stock(cls.make_product("Cup", 3.0), 3)

    def make(self, policy, shares, products=None):
        parent = self.make_parent(products or [self.tea, self.cup], shares)
        parent.stock_policy = policy
        return parent

    def check(self, order):
        action = order.action_check_stock()
        return self.env[action["res_model"]].browse(action["res_id"])

    def receive(self, product, quantity, days):
        supplier = self.env.ref("stock.stock_location_suppliers")
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "product_uom": product.uom_id.id,
                "location_id": supplier.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "date": fields.Datetime.now() + timedelta(days=days),
            }
        )
        move._action_confirm()
        return move

    def test_new_orders_follow_the_company(self):
        self.env.company.split_stock_policy = "refuse"
        self.assertEqual(self.make_parent([self.tea], [(1,)]).stock_policy, "refuse")

    def test_waiting_policy_splits_what_is_short(self):
        parent = self.make("wait", [(6, 1), (6, 1)])
        parent.action_split()
        self.assertEqual(parent.state, "split")

    def test_all_or_nothing_names_what_is_short(self):
        parent = self.make("refuse", [(6, 2), (6, 2)])
        with self.assertRaisesRegex(
            StockShortageError,
            r"Tea \(12 wanted, 10 free, 2 short\), Cup \(4 wanted, 3 free, 1 short\)",
        ):
            parent.action_split()
        self.assertFalse(parent.child_order_ids)

    def test_all_or_nothing_splits_what_is_there(self):
        parent = self.make("refuse", [(5, 1), (5, 1)])
        parent.action_split()
        self.assertEqual(
            set(parent.child_order_ids.picking_ids.mapped("state")), {"assigned"}
        )

    def test_what_others_have_reserved_is_not_free(self):
        self.make_order(self.make_company("Other"), {self.tea: 4}).action_confirm()
        parent = self.make("refuse", [(5, 0), (5, 0)])
        with self.assertRaisesRegex(StockShortageError, "10 wanted, 6 free, 4 short"):
            parent.action_split()

    def test_quantities_are_compared_in_the_products_unit(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        parent = self.make_order(self.customer, {self.tea: 1})
        parent.order_line.product_uom_id = dozen
        self.add_recipient(parent, "One", (1,))
        parent.stock_policy = "refuse"
        with self.assertRaisesRegex(StockShortageError, "12 wanted, 10 free, 2 short"):
            parent.action_split()

    def test_what_is_not_taken_from_stock_is_never_short(self):
        service = self.make_product("Course", 9.0, type="service", is_storable=False)
        paper = self.make_product("Paper", 1.0, is_storable=False)
        to_order = self.make_product("Statue", 99.0)
        mto = self.env.ref("stock.route_warehouse0_mto")
        mto.active = True
        to_order.route_ids = mto
        buy = self.env["stock.rule"].search(
            [("route_id", "=", mto.id), ("warehouse_id", "=", self.warehouse.id)]
        )
        self.assertTrue(buy)
        parent = self.make("refuse", [(50, 50, 50)], [service, paper, to_order])
        lines = self.check(parent).line_ids
        self.assertFalse(lines)

    def test_served_are_those_whose_goods_are_all_there_in_their_order(self):
        parent = self.make("available", [(6, 1), (6, 1), (2, 3), (4, 2)])
        served = parent._get_recipients_to_serve()
        # The second lacks tea, the third cups.
        self.assertEqual(served, parent.recipient_ids[0] | parent.recipient_ids[3])

    def test_nobody_is_served_of_nothing(self):
        parent = self.make("available", [(11, 0), (0, 4)])
        with self.assertRaisesRegex(
            StockShortageError, "no recipient are all in stock"
        ):
            parent.action_split()

    def test_available_policy_splits_completely_when_all_is_there(self):
        parent = self.make("available", [(5, 1), (5, 2)])
        parent.action_split()
        self.assertEqual(len(parent.child_order_ids), 2)

    def test_table_says_what_is_short_and_when_more_comes(self):
        self.receive(self.tea, 1, 2)
        self.receive(self.tea, 5, 4)
        parent = self.make("wait", [(6, 1), (6, 1)])
        lines = self.check(parent).line_ids
        tea = lines.filtered(lambda line: line.product_id == self.tea)
        cup = lines - tea
        found = (tea.quantity_wanted, tea.quantity_free, tea.quantity_short)
        self.assertEqual(found, (12, 10, 2))
        today = self.env.company._get_today()
        self.assertEqual(tea.quantity_coming, 6)
        self.assertEqual(tea.date_next, today + timedelta(days=2))
        self.assertEqual(tea.date_covered, today + timedelta(days=4))
        self.assertEqual((cup.quantity_short, cup.date_covered), (0, False))
        self.assertTrue(lines.check_id.is_short)
        action = tea.action_open_forecast()
        self.assertEqual(action["context"]["active_id"], self.tea.id)

    def test_salesperson_checks_own_orders_only(self):
        seller = self.user("salesperson")
        parent = self.make("wait", [(6, 1)])
        parent.user_id = seller
        action = parent.with_user(seller).action_check_stock()
        check = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(len(check.with_user(seller).line_ids), 2)
        self.assertFalse(check.with_user(self.user("manager")).has_access("read"))
        self.assertFalse(
            check.line_ids.with_user(self.user("manager")).has_access("read")
        )
        for role in ("controller", "accountant", "warehouse", "portal"):
            self.assertFalse(check.with_user(self.user(role)).has_access("create"))

    def test_queries_do_not_grow(self):
        few = self.make("available", [(1, 0)])
        many = self.make_parent(
            [self.make_stock(self.make_product(f"P{n}"), 50) for n in range(20)],
            [(1,) * 20] * 20,
        )
        many.stock_policy = "available"
        counts = []
        for parent in (few, many, few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            parent._get_recipients_to_serve()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[3], counts[2])
