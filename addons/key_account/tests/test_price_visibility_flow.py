"""Warehouse staff ship all the same, and find no price on the portal."""

from odoo import Command
from odoo.tests import Form, HttpCase, tagged

from .test_price_visibility import PriceVisibilityCase


@tagged("post_install", "-at_install")
class TestWarehouseFlows(PriceVisibilityCase):
    """Each flow as a warehouse user; values are checked as superuser."""

    def _each(self):
        for user in self.stock_users:
            for method in ("standard", "average", "fifo"):
                for policy in ("delivery", "order"):
                    with self.subTest(user=user.login, method=method, policy=policy):
                        product = self._product(method, policy)
                        self.env.invalidate_all()
                        yield user, product

    def _value(self, moves):
        return sum(moves.sudo().mapped("value"))

    def _deliver(self, picking, quantity):
        picking.move_ids.quantity = quantity
        action = picking.button_validate()
        if isinstance(action, dict):
            Form.from_action(picking.env, action).save().process()
        self.assertEqual(picking.state, "done")

    def _return(self, picking, quantity):
        context = {"active_id": picking.id, "active_model": picking._name}
        wizard = picking.env["stock.return.picking"].with_context(**context).create({})
        wizard.product_return_moves.quantity = quantity
        result = picking.browse(wizard.action_create_returns()["res_id"])
        result.button_validate()
        self.assertEqual(result.state, "done")
        return result

    def test_deliver_backorder_and_return(self):
        for user, product in self._each():
            order = self._order(product)
            picking = order.picking_ids.with_user(user)
            picking.do_unreserve()
            picking.action_assign()
            self._deliver(picking, 2)
            self.assertEqual(self._value(picking.move_ids), 180)
            backorder = picking.backorder_ids
            self._deliver(backorder, 3)
            self.assertEqual(self._value(backorder.move_ids), 270)
            self.assertEqual(order.order_line.qty_delivered, 5)
            self.assertEqual(order.invoice_status, "to invoice")
            returned = self._return(picking, 1)
            self.assertEqual(self._value(returned.move_ids), 90)
            self.assertEqual(order.order_line.qty_delivered, 4)
            backorder.move_ids.move_line_ids.quantity = 2  # corrected afterwards
            self.assertEqual(self._value(backorder.move_ids), 180)

    def test_duplicate_merge_and_cancel_a_transfer(self):
        for user, product in self._each():
            picking = self._order(product).picking_ids.with_user(user)
            copy = picking.copy()
            copy.move_ids.copy({"picking_id": copy.id})
            copy.action_confirm()
            self.assertEqual(copy.move_ids.product_uom_qty, 10, "equal moves merge")
            copy.action_cancel()
            picking.action_cancel()
            self.assertEqual(picking.state, "cancel")

    def test_receive_with_and_without_lots(self):
        for user, product in self._each():
            lotted = self._product(
                product.cost_method, stock=0, tracking="lot", lot_valuated=True
            )
            move = {
                "product_uom_qty": 4,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
            }
            picking = (
                self.env["stock.picking"]
                .with_user(user)
                .create(
                    {
                        "picking_type_id": self.warehouse.in_type_id.id,
                        "move_ids": [
                            Command.create({"product_id": item.id, **move})
                            for item in product + lotted
                        ],
                    }
                )
            )
            picking.action_confirm()
            picking.move_ids[1].move_line_ids.lot_name = f"LOT {product.id}"
            self._deliver(picking, 4)
            for item in picking.move_ids:
                self.assertEqual(self._value(item), 360)
            self.assertEqual(picking.move_ids.lot_ids.sudo().standard_price, 90)
            self.assertEqual(product.standard_price, 90)

    def test_adjust_and_scrap_book_their_value(self):
        for user, product in self._each():
            env = self.env(user=user)
            domain = [
                ("product_id", "=", product.id),
                ("location_id.usage", "=", "internal"),
            ]
            if user.has_group("stock.group_stock_manager"):
                quant = (
                    env["stock.quant"].with_context(inventory_mode=True).search(domain)
                )
                quant.inventory_quantity = 17
                quant.action_apply_inventory()
                move = product.stock_move_ids.sorted("id")[-1]
                self.assertEqual(move.account_move_id.amount_total, 270)
                created = env["product.product"].create({"name": "New"})
                self.assertTrue(created.exists())
            scrap = env["stock.scrap"].create(
                {"product_id": product.id, "scrap_qty": 1}
            )
            scrap.do_scrap()
            self.assertEqual(self._value(scrap.move_ids), 90)
            self.assertEqual(scrap.move_ids.sudo().account_move_id.amount_total, 90)


@tagged("post_install", "-at_install")
class TestPriceVisibilityPortal(PriceVisibilityCase, HttpCase):
    def test_the_portal_page_opens_for_the_customer_only(self):
        order = self._order(self._product())
        order._portal_ensure_token()
        path = f"/my/orders/{order.id}"
        for user in self.stock_users:
            self.authenticate(user.login, user.login)
            for query in (
                "",
                "?report_type=html",
                f"?access_token={order.access_token}",
            ):
                self.assertNotIn("750", self.url_open(path + query).text)
        self.authenticate(self.portal.login, self.portal.login)
        self.assertIn("750", self.url_open(path).text)
