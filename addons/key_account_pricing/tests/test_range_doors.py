from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.key_account.exceptions import GateError

from ..exceptions import RangeError
from .common_range import REFUSED, RangeCase


@tagged("post_install", "-at_install")
class TestRangeDoors(RangeCase):
    """What becomes of a line outside of the range, whichever way it comes."""

    # --------------------------------------------------------- marked, or held

    def test_a_line_is_only_marked(self):
        self.make_range(self.tea, policy="warn")
        order = self.quotation(self.tea, self.saw)
        self.assertEqual(self.outside(order), self.saw)
        self.assertTrue(order.has_line_outside_range)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_the_order_is_held_until_a_manager_releases_it(self):
        self.make_range(self.tea)
        order = self.quotation(self.tea, self.saw, self.saw)
        order.action_confirm()
        self.assertHeld(order, "^Acme may not buy Saw: take it out, or have a manager")
        issue = self.open_issues(order)
        self.assertEqual(
            (issue.code, issue.kind, issue.subject),
            ("outside_range", "price", str(self.saw.id)),
        )
        with self.assertRaises(UserError), self.env.cr.savepoint():
            issue.with_user(self.salesperson).action_release("A good customer")
        issue.with_user(self.manager).action_release("A good customer")
        self.assertEqual(order.state, "sale")

    def test_a_held_order_goes_on_when_the_range_is_extended(self):
        sellable = self.make_range(self.tea)
        order = self.quotation(self.saw)
        order.action_confirm()
        self.assertHeld(order, "may not buy Saw")
        job = self.env.ref("key_account.ir_cron_gate")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)])
        triggers.unlink()
        sellable.categ_ids = self.tools
        self.assertTrue(triggers.search([("cron_id", "=", job.id)]))
        with self.enter_registry_test_mode():
            job.method_direct_trigger()
        self.assertEqual(order.state, "sale")

    def test_an_optional_product_that_nobody_took_does_not_hold_the_order(self):
        self.make_range(self.tea)
        order = self.quotation(self.tea, self.saw)
        order.order_line[1].product_uom_qty = 0
        self.assertEqual(self.outside(order), self.saw)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_a_quotation_from_before_the_range_is_held(self):
        order = self.quotation(self.saw)
        self.make_range(self.tea, policy="refuse")
        order.action_confirm()
        self.assertHeld(order, "may not buy Saw")

    def test_orders_of_several_accounts_are_each_judged_by_their_own(self):
        company = self.make_company("Other")
        other = self.make_account(company, user_id=self.salesperson.id)
        self.make_range(self.tea)
        self.make_range(self.saw, account=other)
        orders = self.quotation(self.saw) | self.quotation(self.saw, account=other)
        orders.action_confirm()
        self.assertEqual(orders.mapped("state"), ["draft", "sale"])

    # ------------------------------------------------------------------ refused

    def test_the_line_is_refused_over_the_orm(self):
        self.make_range(self.tea, policy="refuse")
        order = self.quotation(self.tea)
        line = {"order_id": order.id, "product_id": self.saw.id}
        Line = order.order_line
        forged = order.with_context(default_key_account_id=False)
        other = self.make_account(self.make_company("Other"))
        for name, change in {
            "create": lambda: Line.create(line),
            "create, nothing yet": lambda: Line.create({**line, "product_uom_qty": 0}),
            "command": lambda: order.write({"order_line": [Command.create(line)]}),
            "write": lambda: Line.write({"product_id": self.saw.id}),
            "order": lambda: self.quotation(self.tea, self.saw),
            "copy": lambda: Line.copy(line),
            "superuser": lambda: Line.sudo().create(line),
            "a default account": lambda: forged.create(
                self.prepare_quotation(self.saw)
            ),
            "another default account": lambda: forged.with_context(
                default_key_account_id=other.id
            ).create(self.prepare_quotation(self.saw)),
            "expense in name": lambda: Line.create({**line, "is_expense": True}),
            "down payment in name": lambda: Line.create(
                {**line, "is_downpayment": True, "product_uom_qty": 2}
            ),
        }.items():
            with self.subTest(door=name), self.assertStopped(REFUSED, RangeError):
                change()
        self.assertEqual(order.order_line.product_id, self.tea)

    def test_the_line_is_refused_in_the_form_and_in_an_import(self):
        self.make_range(self.tea, policy="refuse")
        form = Form(self.env["sale.order"].with_user(self.salesperson))
        form.partner_id = self.account.partner_id
        with form.order_line.new() as line:
            line.product_id = self.saw
            self.assertTrue(line.is_outside_range)
        with self.assertStopped(REFUSED, RangeError):
            form.save()
        names = ["partner_id/.id", "order_line/product_id/.id"]
        rows = [[str(self.account.partner_id.id), str(self.saw.id)]]
        Order = self.env["sale.order"].with_user(self.salesperson)
        answer = Order.load(names, rows)
        self.assertFalse(answer["ids"])
        self.assertRegex(answer["messages"][0]["message"], REFUSED)
        rows[0][1] = str(self.tea.id)
        self.assertTrue(Order.load(names, rows)["ids"])

    def test_a_line_cannot_be_moved_or_become_goods(self):
        product = self.make_product("Trip", type="service", is_storable=False)
        product.expense_policy = "cost"
        other = self.quotation(self.saw, account=self.make_account(self.make_company()))
        self.make_range(self.tea, policy="refuse")
        order = self.quotation(self.tea)
        with self.assertStopped(REFUSED, RangeError):
            other.order_line.order_id = order
        with self.assertStopped(REFUSED, RangeError):
            other.partner_id = self.account.partner_id
        line = {"order_id": order.id, "product_id": self.saw.id}
        advance = order.order_line.create(
            {**line, "is_downpayment": True, "product_uom_qty": 0, "price_unit": 5}
        )
        for vals in ({"is_downpayment": False}, {"product_uom_qty": 3}):
            with self.assertStopped(REFUSED, RangeError):
                advance.write(vals)
        line["product_id"] = product.id
        trip = advance.create({**line, "is_expense": True, "price_unit": 7})
        with self.assertStopped("may not buy Trip", RangeError):
            trip.is_expense = False

    def test_a_contact_who_has_changed_sides_buys_for_the_account(self):
        self.make_range(self.tea, policy="refuse")
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.make_company("Other").id}
        )
        order = self.quotation(self.saw, partner_id=contact.id)
        contact.parent_id = self.account.partner_id
        with self.assertStopped(REFUSED, RangeError):
            order.order_line.copy({"order_id": order.id})

    def test_a_line_from_before_may_be_lowered_and_not_raised(self):
        order = self.quotation(self.saw)
        line = order.order_line
        line.product_uom_qty = 5
        self.make_range(self.tea, policy="refuse")
        with self.assertStopped(REFUSED, RangeError):
            line.product_uom_qty = 6
        with self.assertStopped(REFUSED, RangeError):
            line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        line.name = "A saw"
        line.product_uom_qty = 4
        line.product_uom_qty = 0
        line.unlink()

    def test_texts_discounts_down_payments_and_expenses_are_not_hurt(self):
        trip = self.make_product(
            "Trip", type="service", is_storable=False, expense_policy="cost"
        )
        self.make_range(self.tea, policy="refuse")
        order = self.quotation(self.tea)
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Extras"}),
            Command.create({"display_type": "line_note", "name": "Handle with care"}),
        ]
        order.with_user(self.manager).sudo().env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.1,
            }
        ).action_apply_discount()
        self.assertEqual(len(order.order_line), 4)
        self.assertFalse(self.outside(order))
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "percentage",
                "amount": 50,
            }
        ).create_invoices()
        self.assertTrue(order.order_line.filtered("is_downpayment"))
        order.sudo().order_line = [
            Command.create({"product_id": trip.id, "is_expense": True, "price_unit": 7})
        ]
        self.assertFalse(self.outside(order))

    def test_the_parts_of_a_combo_in_the_range_are_not_hurt(self):
        combo, item = self.make_combo()
        self.make_range(self.tea, combo, policy="refuse", name="Both")
        self.make_range(combo, policy="refuse")
        order = self.quotation()
        self.add_combo(order, combo, item)
        self.assertEqual(order.order_line.product_id, combo | self.saw)
        part = order.order_line.filtered("combo_item_id")
        with self.assertStopped(REFUSED, RangeError):
            part.combo_item_id = False
        order.order_line.product_uom_qty = 2
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_a_combo_outside_is_refused(self):
        combo, item = self.make_combo()
        self.make_range(self.saw, policy="refuse")
        with self.assertStopped("may not buy Set:", RangeError):
            self.add_combo(self.quotation(), combo, item)

    # --------------------------------------------------------- confirmed orders

    def test_a_line_outside_cannot_be_added_to_a_confirmed_order(self):
        for policy in ("approve", "refuse"):
            sellable = self.make_range(self.tea, policy=policy)
            order = self.quotation(self.tea)
            order.action_confirm()
            line = {"order_id": order.id, "product_id": self.saw.id}
            sentence = "is confirmed and cannot be raised, .*: Acme may not buy Saw"
            with self.subTest(policy=policy), self.assertStopped(sentence, GateError):
                order.order_line.create(line)
            order.order_line.product_uom_qty = 3
            sellable.unlink()

    def test_services_outside_cannot_be_delivered_on_top(self):
        help_ = self.make_product("Help", type="service", is_storable=False)
        self.make_range(self.tea)
        order = self.quotation(self.tea)
        order.action_confirm()
        with self.assertStopped("Acme may not buy Help", GateError):
            order.order_line.create(
                {
                    "order_id": order.id,
                    "product_id": help_.id,
                    "product_uom_qty": 0,
                    "qty_delivered": 3,
                }
            )

    def test_what_was_shipped_unordered_is_billable(self):
        groups = "sales_team.group_sale_salesman_all_leads,stock.group_stock_user"
        user = new_test_user(self.env, login="test_shop", groups=groups)
        order = self.quotation(self.tea)
        order.action_confirm()
        self.make_range(self.tea, policy="refuse")
        picking = order.sudo().picking_ids.with_user(user)
        picking.move_ids.quantity = 1
        picking.move_ids = [
            Command.create(
                {
                    "product_id": self.saw.id,
                    "quantity": 2,
                    "location_id": picking.location_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                }
            )
        ]
        picking.move_ids.picked = True
        picking.button_validate()
        extra = order.order_line.filtered(lambda line: line.product_id == self.saw)
        self.assertEqual((extra.product_uom_qty, extra.qty_delivered), (0, 2))
        self.assertFalse(self.outside(order))
