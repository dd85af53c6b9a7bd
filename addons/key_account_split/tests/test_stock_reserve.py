from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.key_account.exceptions import DutyError, TransitionError

from ..exceptions import StockReserveError
from ..hooks import uninstall_hook
from .common import SplitCase


class ReserveCase(SplitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_stock(cls.make_product("Tea", 12.5), 10)
        cls.stranger = cls.make_company("Stranger")

    @classmethod
    def set_aside(cls, quantity, days=30, **vals):
        """Return tea that is set aside, for any key account unless told otherwise."""
        reserve = cls.env["key.account.stock.reserve"].create(
            {
                "product_id": cls.tea.id,
                "quantity": quantity,
                "warehouse_id": cls.warehouse.id,
                "date_until": cls.env.company._get_today() + timedelta(days=days),
                **vals,
            }
        )
        reserve.action_set_aside()
        return reserve

    def buy(self, partner, quantity):
        """Return how much of an order's tea is reserved when it is confirmed."""
        order = self.make_order(partner, {self.tea: quantity})
        order.action_confirm()
        return order

    def assertReserved(self, orders, *quantities):
        moves = orders.picking_ids.move_ids.filtered(lambda m: m.state != "cancel")
        self.assertEqual(moves.sorted("id").mapped("quantity"), list(quantities))

    def assertReserve(self, reserve, taken, left, held):
        found = (reserve.quantity_taken, reserve.quantity_left, reserve.quantity_held)
        self.assertEqual(found, (taken, left, held))
        if reserve.state == "active":
            self.assertEqual(reserve._get_move().product_uom_qty, left)

    def assertQuants(self, quantity, reserved):
        """Assert what the shelf holds and has reserved; each reservation has lines."""
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.tea.id),
                ("location_id", "child_of", self.warehouse.lot_stock_id.id),
            ]
        )
        found = (
            sum(quants.mapped("quantity")),
            sum(quants.mapped("reserved_quantity")),
        )
        self.assertEqual(found, (quantity, reserved))
        lines = self.env["stock.move.line"].search(
            [
                ("product_id", "=", self.tea.id),
                ("state", "in", ("assigned", "partially_available", "confirmed")),
            ]
        )
        self.assertEqual(sum(lines.mapped("quantity")), reserved)


@tagged("post_install", "-at_install")
class TestStockReserve(ReserveCase):
    def test_others_do_not_find_what_is_set_aside(self):
        reserve = self.set_aside(8)
        self.assertReserve(reserve, 0, 8, 8)
        self.assertReserved(self.buy(self.stranger, 5), 2)
        self.assertReserve(reserve, 0, 8, 8)
        self.assertQuants(10, 10)

    def test_key_accounts_take_it(self):
        reserve = self.set_aside(8)
        self.assertReserved(self.buy(self.customer, 5), 5)
        self.assertReserve(reserve, 5, 3, 3)
        self.assertQuants(10, 8)
        self.assertReserved(self.buy(self.customer, 9), 5)
        self.assertReserve(reserve, 8, 0, 0)
        self.assertQuants(10, 10)

    def test_children_take_it(self):
        reserve = self.set_aside(10)
        parent = self.make_parent([self.tea], [(3,), (4,)])
        parent.action_split()
        self.assertReserved(parent.child_order_ids, 3, 4)
        self.assertReserve(reserve, 7, 3, 3)
        self.assertEqual(reserve.line_ids.order_id, parent.child_order_ids)
        self.assertQuants(10, 10)

    def test_another_account_does_not_find_what_is_named(self):
        other = self.make_account(self.make_company("Other"))
        reserve = self.set_aside(8, account_id=self.account.id)
        self.assertReserved(self.buy(other.partner_id, 5), 2)
        self.assertReserve(reserve, 0, 8, 8)
        self.assertReserved(self.buy(self.customer, 5), 5)
        self.assertReserve(reserve, 5, 3, 3)

    def test_those_who_may_come_first_in_one_run(self):
        orders = self.buy(self.stranger, 8) | self.buy(self.customer, 8)
        orders.picking_ids.do_unreserve()
        reserve = self.set_aside(8)
        # Strangers first, as an older order would be.
        orders.picking_ids.move_ids.sorted("id")._action_assign()
        self.assertReserved(orders, 2, 8)
        self.assertReserve(reserve, 8, 0, 0)

    def test_the_named_accounts_comes_before_anybodys(self):
        anybodys = self.set_aside(4)
        own = self.set_aside(4, account_id=self.account.id)
        self.buy(self.customer, 5)
        self.assertReserve(own, 4, 0, 0)
        self.assertReserve(anybodys, 1, 3, 3)

    def test_a_cancelled_order_gives_back_what_it_took(self):
        reserve = self.set_aside(8)
        order = self.buy(self.customer, 5)
        order._action_cancel()
        self.assertReserve(reserve, 0, 8, 8)
        self.assertReserved(self.buy(self.stranger, 5), 2)

    def test_what_is_unreserved_by_the_warehouse_stays_set_aside(self):
        reserve = self.set_aside(8)
        order = self.buy(self.customer, 5)
        order.picking_ids.do_unreserve()
        self.assertReserve(reserve, 0, 8, 8)
        order.picking_ids.action_assign()
        self.assertReserve(reserve, 5, 3, 3)
        self.assertReserved(order, 5)

    def test_what_has_left_was_taken(self):
        reserve = self.set_aside(8)
        self.deliver(self.buy(self.customer, 5))
        self.assertReserve(reserve, 5, 3, 3)
        self.assertQuants(5, 3)

    def test_a_release_frees_what_is_left(self):
        reserve = self.set_aside(8)
        self.buy(self.customer, 5)
        reserve.action_release()
        self.assertEqual(reserve.state, "released")
        self.assertReserve(reserve, 5, 3, 0)
        self.assertReserved(self.buy(self.stranger, 5), 5)

    def test_after_its_day_it_is_for_everybody(self):
        reserve, prolonged = self.set_aside(3, days=1), self.set_aside(3, days=1)
        prolonged.date_until += timedelta(days=5)
        with self.enter_registry_test_mode():
            self.env.ref(
                "key_account_split.ir_cron_stock_reserve"
            ).method_direct_trigger()
            self.assertEqual(reserve.state, "active")
            reserve.flush_recordset()
            self.env.cr.execute(
                "UPDATE key_account_stock_reserve SET date_until = %s WHERE id = %s",
                (self.env.company._get_today() - timedelta(days=1), reserve.id),
            )
            reserve.invalidate_recordset()
            self.env.ref(
                "key_account_split.ir_cron_stock_reserve"
            ).method_direct_trigger()
        self.assertEqual((reserve.state, prolonged.state), ("expired", "active"))
        self.assertReserved(self.buy(self.stranger, 10), 7)

    def test_missing_goods_fill_it_up_when_they_arrive(self):
        reserve = self.set_aside(15)
        self.assertReserve(reserve, 0, 15, 10)
        supplier = self.env.ref("stock.stock_location_suppliers")
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": supplier.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    fields.Command.create(
                        {
                            "product_id": self.tea.id,
                            "product_uom_qty": 7,
                            "location_id": supplier.id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertReserve(reserve, 0, 15, 15)
        self.assertQuants(17, 15)

    def test_it_shows_what_it_really_holds_after_an_inventory(self):
        reserve = self.set_aside(8)
        quant = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.tea.id),
                ("location_id", "=", self.warehouse.lot_stock_id.id),
            ]
        )
        quant.with_context(inventory_mode=True).inventory_quantity = 5
        quant.action_apply_inventory()
        reserve.invalidate_recordset()
        self.assertReserve(reserve, 0, 8, reserve._get_move().quantity)
        self.assertReserved(self.buy(self.customer, 8), 5)

    def test_forecast_does_not_change(self):
        before = self.tea.virtual_available
        self.set_aside(8)
        self.tea.invalidate_recordset()
        self.assertEqual((before, self.tea.virtual_available), (10, 10))
        self.assertEqual(self.tea.free_qty, 2)

    def test_what_is_set_aside_for_the_customer_is_free_for_the_split(self):
        self.set_aside(8)
        parent = self.make_parent([self.tea], [(5,), (5,)])
        parent.stock_policy = "refuse"
        parent.action_split()
        self.assertReserved(parent.child_order_ids, 5, 5)

    def test_deleting_leaves_no_move_behind(self):
        reserve = self.set_aside(8)
        move = reserve.move_ids
        reserve.unlink()
        self.assertEqual(move.state, "cancel")
        self.assertQuants(10, 0)

    def test_uninstalling_leaves_no_move_behind(self):
        reserve = self.set_aside(8)
        uninstall_hook(self.env)
        self.assertEqual(reserve.move_ids.state, "cancel")
        self.assertQuants(10, 0)

    def test_uninstalling_leaves_no_child_waiting(self):
        parent = self.make_parent([self.tea], [(3,), (4,)])
        parent.recipient_ids.date_wished = "2099-01-04"
        parent.action_split()
        self.assertFalse(parent.child_order_ids.picking_ids)
        uninstall_hook(self.env)
        self.assertReserved(parent.child_order_ids, 3, 4)

    def test_goods_that_are_picked_first_are_taken_where_they_lie(self):
        self.warehouse.delivery_steps = "pick_ship"
        reserve = self.set_aside(8)
        parent = self.make_parent([self.tea], [(3,), (4,)])
        parent.stock_policy = "refuse"
        parent.action_split()
        self.assertReserved(parent.child_order_ids, 3, 4)
        self.assertReserve(reserve, 7, 1, 1)
        self.assertReserved(self.buy(self.stranger, 5), 2)

    def test_lots_in_shelves_are_taken_from_where_they_lie(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id}
        )
        wine = self.make_product("Wine", 20, tracking="lot")
        for name, quantity in (("A", 4), ("B", 6)):
            lot = self.env["stock.lot"].create({"name": name, "product_id": wine.id})
            self.env["stock.quant"]._update_available_quantity(
                wine, shelf, quantity, lot_id=lot
            )
        reserve = self.set_aside(10, product_id=wine.id)
        order = self.make_order(self.customer, {wine: 7})
        order.action_confirm()
        self.assertReserved(order, 7)
        self.assertReserve(reserve, 7, 3, 3)

    # --------------------------------------------------------------- bad input

    @mute_logger("odoo.sql_db")
    def test_bad_input_is_answered_with_one_sentence(self):
        service = self.make_product("Course", 9.0, type="service", is_storable=False)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        place = self.env["stock.warehouse"].search([("company_id", "=", company.id)])
        for vals, sentence in (
            ({"quantity": -1}, "quantity above zero"),
            ({"quantity": 0}, "quantity above zero"),
            ({"days": -1}, "has passed"),
            ({"date_until": False}, "until when"),
            ({"product_id": service.id}, "not kept in stock"),
            (
                {"warehouse_id": place.id, "account_id": self.account.id},
                "choose another warehouse",
            ),
        ):
            with (
                self.subTest(vals),
                self.assertRaisesRegex(ValidationError, sentence) as caught,
                self.env.cr.savepoint(),
            ):
                self.set_aside(**{"quantity": 1, **vals})
            self.assertEqual(len(str(caught.exception).splitlines()), 1)

    def test_what_is_set_aside_stays_as_it_is(self):
        reserve = self.set_aside(3).with_user(self.user("manager"))
        with self.assertRaises(StockReserveError):
            reserve.quantity = 5
        with self.assertRaises(DutyError):
            reserve.state = "draft"
        with self.assertRaises(TransitionError):
            reserve.action_set_aside()
        reserve.action_release()
        with self.assertRaises(TransitionError):
            reserve.action_release()

    # ----------------------------------------------------------------- queries

    def count_assign(self, moves):
        moves._do_unreserve()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        moves._action_assign()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_taking_asks_as_often_for_many_orders(self):
        self.make_stock(self.tea, 1000)
        parent = self.make_parent([self.tea], [(1,)] * 22)
        parent.action_split()
        moves = parent.child_order_ids.picking_ids.move_ids

        def get_growth():
            self.count_assign(moves[:2])
            self.count_assign(moves)
            return self.count_assign(moves) - self.count_assign(moves[:2])

        without = get_growth()
        reserve = self.set_aside(500)
        growth = get_growth()
        self.assertTrue(reserve.quantity_taken)
        # Core's own grow; ours are the same for two moves and for all.
        self.assertLessEqual(growth, without)

    def test_without_set_asides_one_query_more_at_most(self):
        parent = self.make_parent([self.tea], [(1,)] * 8)
        parent.action_split()
        moves = parent.child_order_ids.picking_ids.move_ids
        moves.sale_line_id.order_id.mapped("key_account_id")
        before = self.env.cr.sql_log_count
        self.assertFalse(moves._filter_takers()._get_set_asides())
        self.assertLessEqual(self.env.cr.sql_log_count - before, 1)
