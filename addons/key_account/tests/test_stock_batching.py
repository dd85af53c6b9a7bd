from collections import Counter
from unittest.mock import patch

from odoo.fields import Command
from odoo.sql_db import Cursor
from odoo.tests import tagged

from .common import KeyAccountCase

# What core looks for once for each line of an order.
ONCE = ("stock_rule", "stock_warehouse_orderpoint", "stock_quant")


@tagged("post_install", "-at_install")
class TestStockBatching(KeyAccountCase):
    """What core searches for each line is searched for once, and nothing is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_account().partner_id
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )

    def make_goods(self, count, quantity=100):
        products = self.env["product.product"].union(
            *(self.make_product(f"Tea {number}") for number in range(count))
        )
        for product in products:
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, quantity
            )
        return products

    def count_searches(self, order):
        """Return ``{table: how often it is searched}`` while the order is confirmed."""
        counts = Counter()
        execute = Cursor.execute

        def count(cursor, query, params=None, log_exceptions=True):
            text = str(getattr(query, "code", query))
            for table in ONCE:
                counts[table] += text.lstrip().startswith("SELECT") and (
                    f'FROM "{table}"' in text
                )
            return execute(cursor, query, params, log_exceptions)

        with patch.object(Cursor, "execute", count):
            order.action_confirm()
            self.env.flush_all()
        return counts

    def test_what_is_searched_for_each_line(self):
        found = []
        for count in (2, 2, 12):
            products = self.make_goods(count)
            order = self.make_order(self.customer, dict.fromkeys(products, 1))
            self.env.invalidate_all()
            found.append(self.count_searches(order))
            self.assertEqual(
                set(order.picking_ids.move_ids.mapped("state")), {"assigned"}
            )
        _warm, few, many = found
        self.assertTrue(all(few[table] for table in ONCE))
        # For each line core still locks what it reserves, which takes three searches,
        # and notes for its reordering rule that a move has a date.
        own = {"stock_rule": 0, "stock_warehouse_orderpoint": 1, "stock_quant": 3}
        growth = {table: many[table] - few[table] for table in ONCE}
        self.assertEqual(growth, {table: 10 * count for table, count in own.items()})

    def test_a_product_that_runs_out_is_ordered_again(self):
        one, other = self.make_goods(2, quantity=5)
        stock = self.warehouse.lot_stock_id
        route = self.env["stock.route"].create(
            {
                "name": "Pull",
                "product_selectable": True,
                "rule_ids": [
                    Command.create(
                        {
                            "name": "Pull",
                            "action": "pull",
                            "location_src_id": self.env.ref(
                                "stock.stock_location_suppliers"
                            ).id,
                            "location_dest_id": stock.id,
                            "picking_type_id": self.warehouse.in_type_id.id,
                            "procure_method": "make_to_stock",
                        }
                    )
                ],
            }
        )
        one.route_ids = route
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": one.id,
                "location_id": stock.id,
                "product_min_qty": 3,
                "product_max_qty": 10,
                "trigger": "auto",
                "route_id": route.id,
            }
        )
        self.make_order(self.customer, {one: 4, other: 4}).action_confirm()
        moves = self.env["stock.move"].search(
            [
                ("product_id", "in", (one | other).ids),
                ("location_dest_id", "=", stock.id),
            ]
        )
        self.assertEqual((moves.product_id, moves.product_qty), (one, 9))
