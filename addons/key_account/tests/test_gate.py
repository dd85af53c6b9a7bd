from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..exceptions import DutyError, GateError
from .common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestGate(KeyAccountCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.make_account()
        cls.product = cls.make_product()

    def order(self):
        return self.make_order(self.account.partner_id, {self.product: 1})

    def test_order_finds_its_account_through_a_contact(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.account.partner_id.id}
        )
        order = self.make_order(contact, {self.product: 1})
        self.assertEqual(order.key_account_id, self.account)

    def test_open_quotation_joins_an_account_made_later(self):
        partner = self.make_company("Later")
        order = self.make_order(partner, {self.product: 1})
        self.assertFalse(order.key_account_id)
        account = self.make_account(partner)
        self.assertEqual(order.key_account_id, account)

    def test_order_of_an_active_account_is_confirmed(self):
        order = self.order()
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_suspended_account_stops_the_order_with_one_sentence(self):
        self.account.action_suspend()
        order = self.order()
        with self.assertRaisesRegex(
            GateError,
            f"^{order.name}: Account {self.account.display_name} is suspended; "
            "reactivate the account first.$",
        ):
            order.action_confirm()
        self.assertEqual(order.state, "draft")

    def test_expired_document_stops_the_order_until_it_is_renewed(self):
        today = fields.Date.context_today(self.account)
        vals = {"account_id": self.account.id, "name": "L-1", "kind": "licence"}
        Document = self.env["key.account.document"]
        Document.create({**vals, "date_expiry": today - timedelta(days=1)})
        order = self.order()
        with self.assertRaisesRegex(GateError, "Document L-1 .* expired on"):
            order.action_confirm()
        Document.create({**vals, "name": "L-2", "date_expiry": False})
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_state_written_directly_passes_the_gate_too(self):
        self.account.action_suspend()
        order = self.order()
        with self.assertRaises(GateError):
            order.write({"state": "sale"})
        with self.assertRaises(GateError):
            self.make_order(self.account.partner_id, {self.product: 1}, state="sale")

    def test_contact_that_moved_to_an_account_brings_its_quotation_to_the_gate(self):
        contact = self.env["res.partner"].create({"name": "Buyer"})
        order = self.make_order(contact, {self.product: 1})
        contact.parent_id = self.account.partner_id
        self.account.action_suspend()
        with self.assertRaisesRegex(GateError, "is suspended"):
            order.action_confirm()

    def test_confirmed_order_is_not_handed_to_a_suspended_account(self):
        order = self.make_order(self.make_company("Walk-in"), {self.product: 1})
        order.action_confirm()
        self.account.action_suspend()
        with self.assertRaisesRegex(GateError, "is suspended"):
            order.partner_id = self.account.partner_id

    def test_gate_judges_an_account_once_for_all_its_orders(self):
        self.account.action_suspend()
        orders = self.env["sale.order"].union(*(self.order() for _i in range(20)))

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(records._gate_get_issues()), len(records))
            return self.env.cr.sql_log_count - before

        count(orders)
        self.assertEqual(count(orders[:1]), count(orders))

    def test_order_cannot_be_cut_off_from_its_account(self):
        order = self.order()
        order.user_id = self.user("salesperson")
        with self.assertRaisesRegex(DutyError, "follows from its customer"):
            order.with_user(self.user("salesperson")).key_account_id = False

    def test_quotation_of_a_colleague_joins_the_new_account(self):
        partner = self.make_company("Later")
        order = self.make_order(
            partner, {self.product: 1}, user_id=self.user("manager").id
        )
        self.env["key.account"].with_user(self.user("salesperson")).create(
            {"partner_id": partner.id}
        )
        self.assertTrue(order.key_account_id)

    def test_gate_stops_a_salesperson_who_cannot_read_the_account(self):
        self.account.action_suspend()
        self.account.user_id = self.user("manager")
        order = self.order()
        order.user_id = self.user("salesperson")
        with self.assertRaises(GateError):
            order.with_user(self.user("salesperson")).action_confirm()

    def test_gate_costs_nothing_for_customers_without_account(self):
        order = self.make_order(self.make_company("Walk-in"), {self.product: 1})
        self.assertFalse(order.key_account_id)
        with self.assertQueryCount(0):
            self.assertFalse(order._gate_get_issues())
