from odoo.tests import tagged

from .common import SplitCase


@tagged("post_install", "-at_install")
class TestFulfilment(SplitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_stock(cls.make_product("Tea", 12.5), 1000)

    def pay(self, invoice):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()

    def test_parent_shows_delivered_invoiced_and_paid(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        parent.action_split()
        first = parent.child_order_ids.sorted("name")[0]
        self.assertEqual(parent.amount_child_delivered, 0)
        self.assertFalse(parent.has_child_to_invoice)
        self.deliver(first)
        self.assertEqual(parent.amount_child_delivered, 37.5)
        self.assertEqual(parent.rate_child_delivered, 75)
        self.assertEqual(parent.order_line.qty_child_delivered, 3)
        self.assertTrue(parent.has_child_to_invoice)

        parent.action_create_child_invoice()
        self.assertEqual(
            parent.amount_child_invoiced, 0, "a draft invoice is not invoiced"
        )
        parent.invoice_ids.action_post()
        self.assertEqual(parent.amount_child_invoiced, 37.5)
        self.assertEqual(parent.order_line.qty_child_invoiced, 3)
        self.assertEqual(parent.amount_child_paid, 0)
        self.pay(parent.invoice_ids)
        self.assertEqual(parent.amount_child_paid, 37.5)
        self.assertEqual(parent.rate_child_paid, 75)

    def test_parent_itself_is_never_to_invoice(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        parent.action_split()
        self.deliver(parent.child_order_ids)
        self.assertEqual(parent.invoice_status, "no")
        self.assertEqual(parent.order_line.qty_to_invoice, 0)
        self.assertEqual(
            set(parent.child_order_ids.mapped("invoice_status")), {"to invoice"}
        )

    def test_transfers_open_from_the_parent(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        parent.action_split()
        self.assertEqual(parent.delivery_count, 2)
        action = parent.action_view_delivery()
        self.assertEqual(
            self.env["stock.picking"].search(action["domain"]),
            parent.child_order_ids.picking_ids,
        )

    def test_query_count_does_not_grow_with_parents(self):
        parents = self.env["sale.order"].union(
            *(self.make_parent([self.tea], [(3,), (1,)]) for _i in range(20))
        )
        parents.action_split()
        names = [
            "amount_child_delivered",
            "amount_child_invoiced",
            "has_child_to_invoice",
        ]

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.read([*names, "child_order_count", "recipient_count"])
            return self.env.cr.sql_log_count - before

        count(parents)
        self.assertEqual(count(parents[:1]), count(parents))
