from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..exceptions import GateError
from .common import GateCase


@tagged("post_install", "-at_install")
class TestGateDoors(GateCase):
    """What raises a confirmed order is judged like a new one, what lowers it is not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.other = cls.make_product("Gadget", 1)
        cls.service = cls.make_product("Service", 1, type="service", is_storable=False)
        cls.tax = cls.env["account.tax"].create(
            {"name": "Tax", "amount": 15, "type_tax_use": "sale"}
        )
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.product, cls.warehouse.lot_stock_id, 1000
        )

    def confirmed(self):
        """Return a confirmed order over 10 widgets at 10.00 less 5 percent."""
        order = self.order(user_id=self.user("salesperson").id)
        order.order_line.write({"product_uom_qty": 10, "discount": 5})
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        return order

    def add(self, order, **vals):
        vals = {"product_id": self.other.id, "product_uom_qty": 1, **vals}
        order.order_line = [Command.create(vals)]

    def change(self, order, **vals):
        order.order_line = [Command.update(order.order_line.id, vals)]

    def get_raises(self):
        add, change = self.add, self.change
        return {
            "quantity": lambda o: o.order_line.write({"product_uom_qty": 10.01}),
            "price": lambda o: o.order_line.write({"price_unit": 10.01}),
            "less discount": lambda o: o.order_line.write({"discount": 4}),
            "tax": lambda o: o.order_line.write({"tax_ids": self.tax.ids}),
            "a dozen": lambda o: o.order_line.write(
                {"product_uom_id": self.dozen.id, "price_unit": 1}
            ),
            "more for less": lambda o: o.order_line.write(
                {"product_uom_qty": 11, "price_unit": 1}
            ),
            "less for more": lambda o: o.order_line.write(
                {"product_uom_qty": 1, "price_unit": 100.02}
            ),
            "line": lambda o: self.env["sale.order.line"].create(
                {"order_id": o.id, "product_id": self.other.id, "product_uom_qty": 1}
            ),
            "free line": lambda o: add(o, price_unit=0),
            "line through the order": add,
            "quantity through the order": lambda o: change(o, product_uom_qty=11),
            "line of another order": lambda o: self.order().order_line.write(
                {"order_id": o.id}
            ),
            "goods as a down payment": lambda o: add(
                o, is_downpayment=True, product_uom_qty=5, price_unit=0
            ),
            "two minuses": lambda o: add(o, product_uom_qty=-1, price_unit=-5),
        }

    def get_lowerings(self):
        add, change = self.add, self.change
        return {
            "quantity": lambda o: o.order_line.write({"product_uom_qty": 9}),
            "nothing left": lambda o: change(o, product_uom_qty=0),
            "price": lambda o: o.order_line.write({"price_unit": 9.99}),
            "more discount": lambda o: o.order_line.write({"discount": 6}),
            "same again": lambda o: o.order_line.write(
                {"product_uom_qty": 10, "price_unit": 10, "discount": 5}
            ),
            "discount line": lambda o: add(
                o, price_unit=-5, product_id=self.service.id
            ),
            "goods taken back": lambda o: add(o, product_uom_qty=-1, price_unit=1),
            "section": lambda o: add(
                o,
                display_type="line_section",
                name="Extras",
                product_id=False,
                product_uom_qty=0,
            ),
            "note": lambda o: add(
                o,
                display_type="line_note",
                name="Ring twice.",
                product_id=False,
                product_uom_qty=0,
            ),
            "text": lambda o: change(o, name="Widget, blue"),
            "line over nothing": lambda o: add(o, product_uom_qty=0),
            "down payment": lambda o: add(
                o, is_downpayment=True, product_uom_qty=0, price_unit=50
            ),
            "reference": lambda o: o.write({"client_order_ref": "PO-7"}),
        }

    def get_content(self, order):
        order.invalidate_recordset()
        return order._get_snapshot(), order.amount_total, len(order.order_line)

    def test_confirmed_order_of_a_suspended_account_cannot_grow(self):
        for name, change in self.get_raises().items():
            order = self.confirmed()
            before = self.get_content(order)
            self.account.action_suspend()
            sentence = (
                f"^{order.name} is confirmed and cannot be raised, put the difference on "
                "a new quotation: Account .* is suspended; reactivate .* first.$"
            )
            with self.subTest(change=name), self.assertStopped(GateError, sentence):
                change(order.with_user(self.user("salesperson")))
            with self.subTest(unchanged=name):
                self.assertEqual(self.get_content(order), before)
            self.assertEqual((order.state, order.gate_state), ("sale", "clear"))
            self.account.action_activate()

    def test_confirmed_order_of_a_suspended_account_can_shrink(self):
        for name, change in self.get_lowerings().items():
            order = self.confirmed()
            before = order.amount_total
            self.account.action_suspend()
            with self.subTest(change=name):
                change(order.with_user(self.user("salesperson")))
                self.env.flush_all()
                self.assertLessEqual(order.amount_total, before)
            self.account.action_activate()

    def test_account_in_good_standing_changes_its_orders_at_will(self):
        for changes in (self.get_raises(), self.get_lowerings()):
            for name, change in changes.items():
                order = self.confirmed()
                with self.subTest(change=name):
                    change(order.with_user(self.user("salesperson")))
                    self.env.flush_all()

    def test_quotation_of_a_suspended_account_is_written_freely(self):
        self.account.action_suspend()
        for name, change in self.get_raises().items():
            with self.subTest(change=name):
                change(self.order())
        self.env.flush_all()

    def test_line_is_not_exchanged_for_another_product(self):
        first, second = (
            self.make_product(name, type="service", is_storable=False)
            for name in ("Advice", "Training")
        )
        order = self.make_order(self.account.partner_id, {first: 2})
        order.action_confirm()
        values = {"product_id": second.id, "product_uom_qty": 1, "price_unit": 1}
        self.account.action_suspend()
        with self.assertStopped(GateError, "is suspended"):
            order.order_line.write(values)
        self.assertEqual(order.order_line.product_id, first)
        self.account.action_activate()
        order.order_line.write(values)
        self.assertEqual(
            (order.order_line.product_id, order.amount_untaxed), (second, 1)
        )

    def test_order_form_refuses_to_grow_too(self):
        order = self.confirmed()
        self.account.action_suspend()
        form = Form(order.with_user(self.user("salesperson")))
        with form.order_line.edit(0) as line:
            line.product_uom_qty = 11
        with self.assertStopped(GateError, "is suspended"):
            form.save()

    def test_other_prices_are_judged_when_they_come_from_the_price_list(self):
        order = self.confirmed()
        self.product.list_price = 20
        self.account.action_suspend()
        with self.assertStopped(GateError, "is suspended"):
            order.action_update_prices()
        self.assertEqual(order.order_line.price_unit, 10)

    def test_contact_of_the_same_customer_does_not_open_the_door(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.account.partner_id.id}
        )
        order = self.confirmed()
        self.account.action_suspend()
        with self.assertStopped(GateError, "is suspended"):
            order.partner_id = contact

    def test_released_order_grows_only_after_another_release(self):
        order = self.held()
        self.release(order)
        self.assertEqual(order.state, "sale")
        with self.assertStopped(GateError, "is suspended"):
            order.order_line.product_uom_qty = 2
        order.order_line.product_uom_qty = 1
        self.assertEqual(order.state, "sale")

    # ----------------------------------- what goes on after the confirmation

    def deliver(self, order):
        pickings = order.picking_ids.with_user(self.user("warehouse"))
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty
        pickings.move_ids.picked = True
        pickings.button_validate()

    def test_delivered_goods_stay_billable(self):
        order = self.confirmed()
        self.deliver(order)
        self.account.action_suspend()
        invoice = order.with_user(self.user("accountant"))._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.amount_untaxed, 95)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_down_payment_is_still_invoiced(self):
        order = self.confirmed()
        self.account.action_suspend()
        wizard = self.env["sale.advance.payment.inv"].with_user(
            self.user("salesperson")
        )
        wizard = wizard.with_context(active_model="sale.order", active_ids=order.ids)
        wizard.create(
            {"advance_payment_method": "fixed", "fixed_amount": 20}
        ).create_invoices()
        order.invoice_ids.action_post()
        self.assertEqual(order.invoice_ids.amount_untaxed, 20)
        self.assertTrue(order.order_line.filtered("is_downpayment"))

    def test_warehouse_delivers_what_was_ordered_before(self):
        order = self.confirmed()
        self.account.action_suspend()
        self.deliver(order)
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(order.order_line.qty_delivered, 10)

    def test_warehouse_delivers_more_than_was_ordered(self):
        order = self.confirmed()
        self.account.action_suspend()
        picking = order.picking_ids.with_user(self.user("warehouse"))
        picking.move_ids.quantity = 12
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.assertEqual(order.order_line.qty_delivered, 12)
        self.assertEqual(order.order_line.product_uom_qty, 10)

    def test_product_that_was_not_ordered_is_delivered(self):
        # Core lets only warehouse staff who also sell add a product.
        groups = "sales_team.group_sale_salesman_all_leads,stock.group_stock_user"
        user = new_test_user(self.env, login="test_shop", groups=groups)
        self.env["stock.quant"]._update_available_quantity(
            self.other, self.warehouse.lot_stock_id, 5
        )
        order = self.confirmed()
        self.account.action_suspend()
        picking = order.picking_ids.with_user(user)
        picking.move_ids.quantity = 10
        picking.move_ids = [
            Command.create(
                {
                    "product_id": self.other.id,
                    "quantity": 2,
                    "location_id": picking.location_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                }
            )
        ]
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        extra = order.order_line.filtered(lambda line: line.product_id == self.other)
        self.assertEqual((extra.product_uom_qty, extra.qty_delivered), (0, 2))

    def test_confirmed_order_of_a_suspended_account_can_be_cancelled(self):
        order = self.confirmed()
        self.account.action_suspend()
        order.with_user(self.user("salesperson")).with_context(
            disable_cancel_warning=True
        ).action_cancel()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(order.picking_ids.state, "cancel")
