from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import DutyError, GateError
from .common import GateCase


@tagged("post_install", "-at_install")
class TestGateForged(GateCase):
    """Ways around the gate that look like ordinary changes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = cls.user("salesperson")
        cls.service = cls.make_product(
            "Service",
            1000,
            type="service",
            is_storable=False,
            invoice_policy="delivery",
        )

    def confirmed(self, **vals):
        """Return the salesperson's confirmed order of an account suspended since."""
        order = self.order(user_id=self.salesperson.id, **vals)
        order.action_confirm()
        self.account.action_suspend()
        return order

    def test_computed_figures_are_not_written(self):
        order = self.order(user_id=self.salesperson.id)
        line, contact = order.order_line, order.partner_id
        for record, vals in (
            (order, {"amount_untaxed": 1}),
            (line, {"price_subtotal": 99999}),
            (line, {"price_total": 1e9}),
            (line, {"state": "draft"}),
            (contact, {"commercial_partner_id": self.env.company.partner_id.id}),
        ):
            with self.subTest(vals=vals), self.assertStopped(DutyError, "follows from"):
                record.with_user(self.salesperson).write(vals)
        nested = {"order_line": [Command.update(line.id, {"state": "draft"})]}
        with self.assertStopped(DutyError, "follows from"):
            order.with_user(self.salesperson).write(nested)

    def test_another_currency_is_judged_like_another_customer(self):
        order = self.confirmed()
        euro = self.env.ref("base.EUR")
        euro.active = True
        with self.assertStopped(GateError, "is suspended"):
            order.with_user(self.salesperson).write({"currency_id": euro.id})

    def test_goods_at_a_negative_price_raise_a_confirmed_order(self):
        order = self.confirmed()
        with self.assertStopped(GateError, "is suspended"):
            order.order_line.write({"product_uom_qty": 1000, "price_unit": -0.01})
        with self.assertStopped(GateError, "is suspended"):
            order.order_line = [
                Command.create(
                    {
                        "product_id": self.product.id,
                        "product_uom_qty": 1000,
                        "price_unit": -0.01,
                    }
                )
            ]

    def test_a_discount_that_is_moved_away_raises_a_confirmed_order(self):
        order = self.order(user_id=self.salesperson.id)
        discount = {"product_id": self.service.id, "price_unit": -5}
        order.order_line = [Command.create(discount)]
        order.action_confirm()
        self.account.action_suspend()
        line = order.order_line.filtered(lambda line: line.price_unit < 0)
        other = self.order()
        with self.assertStopped(GateError, "is suspended"):
            line.order_id = other

    def test_services_said_to_be_delivered_beyond_the_order_are_judged(self):
        line = Command.create({"product_id": self.service.id, "product_uom_qty": 2})
        order = self.confirmed(order_line=[line])
        order.order_line.qty_delivered = 2
        with self.assertStopped(GateError, "is suspended"):
            order.order_line.qty_delivered = 50

    def test_a_contact_of_a_stopped_account_is_not_moved_by_its_salesperson(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.account.partner_id.id}
        )
        self.account.action_suspend()
        for vals in ({"parent_id": False}, {"is_company": True}):
            with self.assertStopped(DutyError, "which takes no orders"):
                contact.with_user(self.salesperson).write(vals)
        contact.with_user(self.user("manager")).parent_id = False
        self.assertEqual(contact.commercial_partner_id, contact)

    def test_an_order_stays_with_the_account_it_was_written_under(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.account.partner_id.id}
        )
        order = self.make_order(contact, {self.product: 1})
        self.env.flush_all()
        self.account.action_suspend()
        contact.parent_id = False
        order.action_confirm()
        self.assertEqual(order.gate_state, "held")

    def test_whoever_gets_the_invoice_is_judged_too(self):
        self.account.action_suspend()
        order = self.make_order(
            self.make_company("Front"),
            {self.product: 1},
            partner_invoice_id=self.account.partner_id.id,
        )
        order.action_confirm()
        self.assertHeld(order, "suspended")
        free = self.make_order(self.make_company("Free"), {self.product: 1})
        free.action_confirm()
        with self.assertStopped(GateError, "is suspended"):
            free.partner_invoice_id = self.account.partner_id

    def test_a_release_ends_with_any_way_back_to_a_quotation(self):
        for state in ("cancel", "draft"):
            order = self.held()
            self.release(order)
            self.assertEqual(order.state, "sale")
            order.write({"state": state})
            order.write({"state": "draft"})
            order.action_confirm()
            with self.subTest(state=state):
                self.assertHeld(order, "suspended")

    def test_a_state_written_directly_settles_what_held_the_order(self):
        order = self.held()
        self.account.action_activate()
        order.write({"state": "sale"})
        self.assertEqual(order.gate_state, "clear")
        self.assertFalse(self.open_issues(order))

    def test_a_release_does_not_come_back_with_the_old_price(self):
        order = self.held()
        self.expire()
        order.with_user(self.salesperson).action_confirm()
        issue = self.open_issues(order).filtered(lambda i: i.code == "suspended")
        issue.with_user(self.user("manager")).action_release("Known for years.")
        for price in (11, 10):
            order.order_line.price_unit = price
            self.env.flush_all()
        order.with_user(self.salesperson).action_confirm()
        self.assertHeld(order, "document_expired", "suspended")

    def test_handing_an_order_over_frees_nobody_to_release_it(self):
        manager = self.user("manager")
        order = self.order(user_id=manager.id)
        self.account.action_suspend()
        order.user_id = self.salesperson
        order.with_user(self.salesperson).action_confirm()
        with self.assertStopped(DutyError, "your own order"):
            self.release(order)

    def test_former_salespeople_are_not_taken_off_the_record(self):
        manager = self.user("manager")
        order = self.order(user_id=manager.id)
        order.user_id = self.salesperson
        self.assertEqual(order.gate_owner_ids, manager)
        for command in (Command.clear(), Command.unlink(manager.id), Command.set([])):
            with self.assertStopped(DutyError, "not entered by hand"):
                order.with_user(manager).write({"gate_owner_ids": [command]})
        self.assertEqual(order.gate_owner_ids, manager)

    def test_a_discount_that_is_deleted_raises_a_confirmed_order(self):
        order = self.order(user_id=self.salesperson.id)
        discount = {"product_id": self.service.id, "price_unit": -5}
        order.order_line = [Command.create({**discount, "is_downpayment": True})]
        order.action_confirm()
        self.account.action_suspend()
        line = order.order_line.filtered("is_downpayment")
        with self.assertStopped(GateError, "is suspended"):
            line.unlink()
        self.account.action_activate()
        line.unlink()
        self.assertEqual(order.amount_total, 10)

    def test_later_payment_raises_a_confirmed_order_and_sooner_does_not(self):
        soon, late = self.env["account.payment.term"].create(
            [
                {
                    "name": f"{days} days",
                    "line_ids": [Command.create({"nb_days": days})],
                }
                for days in (10, 360)
            ]
        )
        order = self.confirmed(payment_term_id=soon.id)
        with self.assertStopped(GateError, "is suspended"):
            order.payment_term_id = late
        order.payment_term_id = False
        self.assertEqual(order._get_term_days(), 0)
