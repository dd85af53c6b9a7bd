from odoo.tests import tagged

from ..exceptions import SplitError
from .common import SplitCase


@tagged("post_install", "-at_install")
class TestInvoice(SplitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_stock(cls.make_product("Tea", 12.5), 1000)

    def delivered_parent(self):
        parent = self.make_parent([self.tea], [(3,), (1,), (2,)])
        parent.action_split()
        self.deliver(parent.child_order_ids)
        return parent

    def wizard(self, orders, **vals):
        return (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=orders.ids)
            .create(vals)
        )

    def test_children_make_one_invoice_for_their_parent(self):
        parent = self.delivered_parent()
        parent.action_create_child_invoice()
        invoice = parent.invoice_ids
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.parent_order_id, parent)
        self.assertEqual(invoice.invoice_origin, parent.name)
        self.assertEqual(invoice.amount_total, parent.amount_total)
        self.assertEqual(len(invoice.invoice_line_ids), 3)

    def test_two_parents_make_two_invoices(self):
        parents = self.delivered_parent() | self.delivered_parent()
        invoices = parents._create_invoices()
        self.assertEqual(len(invoices), 2)
        self.assertEqual(invoices.parent_order_id, parents)

    def test_invoicing_from_the_order_list_gives_the_same_invoice(self):
        for consolidated in (True, False):
            with self.subTest(consolidated=consolidated):
                parent = self.delivered_parent()
                # Selecting the parent and some of its children is one parent.
                orders = parent | parent.child_order_ids[0]
                self.wizard(orders, consolidated_billing=consolidated).create_invoices()
                self.assertEqual(len(parent.invoice_ids), 1)

    def test_ordinary_orders_are_invoiced_beside_children(self):
        parent = self.delivered_parent()
        ordinary = self.make_order(self.customer, {self.tea: 1})
        ordinary.action_confirm()
        self.deliver(ordinary)
        invoices = (parent | ordinary)._create_invoices()
        self.assertEqual(len(invoices), 2)
        self.assertEqual(ordinary.invoice_ids.amount_total, 12.5)

    def test_down_payment_on_a_split_order_is_refused(self):
        parent = self.delivered_parent()
        with self.assertRaisesRegex(SplitError, "choose a regular invoice"):
            self.wizard(
                parent, advance_payment_method="percentage", amount=10
            ).create_invoices()

    def test_credit_note_counts_against_the_parent_and_a_copy_does_not(self):
        parent = self.delivered_parent()
        parent.action_create_child_invoice()
        invoice = parent.invoice_ids
        invoice.action_post()
        self.assertFalse(invoice.copy().parent_order_id)
        refund = invoice._reverse_moves()
        refund.action_post()
        self.assertEqual(refund.parent_order_id, parent)
        self.assertEqual(parent.amount_child_invoiced, 0)

    def test_later_delivery_makes_a_second_invoice_of_the_same_parent(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        parent.action_split()
        for child in parent.child_order_ids:
            self.deliver(child)
            parent.action_create_child_invoice()
        self.assertEqual(len(parent.invoice_ids), 2)
        self.assertEqual(
            sum(parent.invoice_ids.mapped("amount_total")), parent.amount_total
        )
