from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestVoid(ApprovalCase):
    """An approval is about a document as it was: a change ends it for good."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_product("Gadget", 50)
        cls.tax = cls.env["account.tax"].create(
            {"name": "Levy", "amount": 15, "type_tax_use": "sale"}
        )
        cls.customer = cls.make_company("Umbrella")
        cls.branch = cls.env["res.partner"].create(
            {"name": "Branch", "parent_id": cls.customer.id, "type": "invoice"}
        )
        cls.term = cls.env["account.payment.term"].create({"name": "Next year"})
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.make_rule(cls.manager)

    def get_line_changes(self):
        """Return ``{what: (values of a line, pattern of the reason)}``."""
        return {
            "price": ({"price_unit": 100.01}, "Widget, Unit Price: 100.00 → 100.01"),
            "quantity": ({"product_uom_qty": 3}, "Widget, Quantity: 2.00 → 3.00"),
            "discount": ({"discount": 0.01}, "Widget, Discount.*: 0.00 → 0.01"),
            "tax": (
                {"tax_ids": [Command.set(self.tax.ids)]},
                "Widget, Taxes: none → Levy",
            ),
            "product": ({"product_id": self.other.id}, "Product: Widget → Gadget"),
            "unit": (
                {"product_uom_id": self.dozen.id},
                "Unit: Units → Dozens",
            ),
        }

    def get_order_changes(self):
        """Return ``{what: (values of the order, pattern of the reason)}``."""
        line = {"product_id": self.other.id, "product_uom_qty": 1}
        return {
            "customer": ({"partner_id": self.customer.id}, "Customer: Acme → Umbrella"),
            "invoice address": (
                {"partner_invoice_id": self.branch.id},
                "Invoice Address: Acme → .*Branch",
            ),
            "terms": (
                {"payment_term_id": self.term.id},
                "Payment Terms: none → Next year",
            ),
            "line added": ({"order_line": [Command.create(line)]}, "Gadget was added"),
        }

    def assertVoid(self, order, request, pattern):
        self.env.flush_all()
        self.assertEqual((request.state, order.approval_state), ("void", "void"))
        self.assertRegex(request.void_reason, pattern)
        self.assertFalse(request.approver_ids)

    def assertStands(self, order, request):
        self.env.flush_all()
        self.assertEqual((request.state, order.approval_state), ("approved",) * 2)

    # -------------------------------------------------------- what makes void

    def test_a_change_of_a_line_makes_void(self):
        for what, (vals, pattern) in self.get_line_changes().items():
            with self.subTest(what):
                order, request = self.approved(quantity=2)
                order.order_line.write(vals)
                self.assertVoid(order, request, pattern)

    def test_a_change_of_a_line_through_the_order_makes_void(self):
        for what, (vals, pattern) in self.get_line_changes().items():
            with self.subTest(what):
                order, request = self.approved(quantity=2)
                order.order_line = [Command.update(order.order_line.id, vals)]
                self.assertVoid(order, request, pattern)

    def test_a_change_of_the_order_makes_void(self):
        for what, (vals, pattern) in self.get_order_changes().items():
            with self.subTest(what):
                order, request = self.approved(quantity=2)
                order.write(vals)
                self.assertVoid(order, request, pattern)

    def test_a_line_that_is_added_makes_void(self):
        order, request = self.approved()
        self.env["sale.order.line"].with_user(self.salesperson).create(
            {"order_id": order.id, "product_id": self.other.id}
        )
        self.assertVoid(order, request, "Gadget was added")

    def test_a_line_that_is_removed_makes_void(self):
        for how in ("line", "order"):
            with self.subTest(how):
                order, request = self.approved()
                if how == "line":
                    order.order_line.unlink()
                else:
                    order.order_line = [Command.delete(order.order_line.id)]
                self.assertVoid(order, request, "Widget was removed")

    def test_a_line_that_moves_to_another_order_makes_both_void(self):
        order, request = self.approved()
        other, other_request = self.approved()
        order.order_line.order_id = other
        self.assertVoid(order, request, "Widget was removed")
        self.assertVoid(other, other_request, "Widget was added")

    def test_all_that_moved_is_named(self):
        order, request = self.approved()
        order.order_line.write({"price_unit": 90, "product_uom_qty": 5})
        self.assertVoid(order, request, "100.00 → 90.00")
        self.assertRegex(request.void_reason, "1.00 → 5.00")

    def test_a_change_while_it_is_pending_makes_void(self):
        order = self.make_quotation()
        request = self.ask(order)
        order.order_line.price_unit = 90
        with self.assertStopped("has changed since it was asked|is closed .Void."):
            self.decide(request, self.manager)
        self.assertVoid(order, request, "100.00 → 90.00")
        self.assertFalse(request.activity_ids)
        self.decide(self.ask(order), self.manager)
        self.assertEqual(order.approval_state, "approved")

    def test_a_change_between_two_steps_makes_void(self):
        self.make_rule(self.accountant)
        order = self.make_quotation()
        request = self.ask(order)
        self.decide(request, self.manager)
        order.order_line.price_unit = 90
        self.assertVoid(order, request, "90.00")
        self.assertEqual(request.decision_ids.user_id, self.manager)

    def test_a_change_on_the_form_shows_at_once(self):
        order, _request = self.approved()
        with Form(order) as form, form.order_line.edit(0) as line:
            line.price_unit = 90
        self.assertEqual(form.approval_state, "void")

    # ------------------------------------------------------------- for good

    def test_the_same_values_again_do_not_bring_the_approval_back(self):
        order, request = self.approved()
        order.order_line.price_unit = 100.01
        self.env.flush_all()
        order.order_line.price_unit = 100
        self.env.flush_all()
        self.assertEqual(order.fingerprint, request.fingerprint)
        self.assertEqual(request.state, "void")
        order.action_confirm()
        self.assertHeld(order, "void.*Unit Price.*ask .*again")
        self.decide(self.ask(order), self.manager)
        self.assertEqual(order.state, "sale")

    def test_a_void_approval_is_told_on_the_order(self):
        order, _request = self.approved()
        order.order_line.price_unit = 90
        self.env.flush_all()
        # The warehouse reads the order's messages: the field, not its values.
        self.assertRegex(order.message_ids[0].body, "void.*Unit Price")
        self.assertNotIn("90", order.message_ids[0].body)
        self.assertIn("void", order.approval_missing)

    def test_the_warehouse_does_not_read_which_price_moved(self):
        order, request = self.approved()
        order.order_line.price_unit = 90
        self.env.flush_all()
        warehouse = self.user("warehouse")
        self.assertTrue(order.with_user(warehouse).has_access("read"))
        for record, name in (
            (order, "approval_missing"),
            (request, "void_reason"),
            (request, "cause"),
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                record.with_user(warehouse).read([name])

    def test_a_rejected_request_stays_rejected(self):
        order = self.make_quotation()
        request = self.ask(order)
        request.with_user(self.manager).action_reject("No")
        order.order_line.price_unit = 90
        self.env.flush_all()
        self.assertEqual(request.state, "rejected")

    # ------------------------------------------------------ what does not

    def test_texts_do_not_make_void(self):
        order, request = self.approved()
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Section"}),
            Command.create({"display_type": "line_note", "name": "Note"}),
        ]
        order.write({"note": "Thanks", "client_order_ref": "PO 1"})
        order.order_line.filtered("product_id").name = "Our widget"
        self.assertStands(order, request)

    def test_the_same_values_do_not_make_void(self):
        order, request = self.approved(quantity=2)
        order.order_line.write(
            {"price_unit": 100.0, "product_uom_qty": 2, "discount": 0.001}
        )
        order.write({"partner_id": self.account.partner_id.id})
        self.assertStands(order, request)

    def test_a_line_of_nothing_does_not_make_void(self):
        order, request = self.approved()
        order.order_line = [
            Command.create({"product_id": self.other.id, "product_uom_qty": 0})
        ]
        self.assertStands(order, request)

    def test_a_new_cost_does_not_make_void(self):
        order, request = self.approved()
        self.product.standard_price = 61
        self.assertStands(order, request)

    def test_confirming_does_not_make_void(self):
        order, request = self.approved()
        order.action_confirm()
        self.assertStands(order, request)

    def test_no_change_without_its_reason(self):
        order, request = self.approved()
        order.order_line.price_unit = 90
        order.order_line.price_unit = 100
        self.assertStands(order, request)
