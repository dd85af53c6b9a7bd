from odoo.tests import tagged

from .common import SplitCase


@tagged("post_install", "-at_install")
class TestSplit(SplitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_stock(cls.make_product("Tea", 12.5), 100)
        cls.cup = cls.make_stock(cls.make_product("Cup", 3.2), 100)

    def test_each_recipient_gets_a_confirmed_child(self):
        parent = self.make_parent([self.tea, self.cup], [(3, 1), (2, 0)])
        action = parent.action_split()
        self.assertEqual(parent.state, "split")
        children = parent.child_order_ids.sorted("name")
        self.assertEqual(
            children.mapped("name"), [f"{parent.name}-001", f"{parent.name}-002"]
        )
        self.assertEqual(set(children.mapped("state")), {"sale"})
        self.assertEqual(
            children.partner_shipping_id, parent.recipient_ids.mapped("partner_id")
        )
        self.assertEqual(children[0].order_line.mapped("product_uom_qty"), [3, 1])
        self.assertEqual(children[1].order_line.product_id, self.tea)
        self.assertEqual(self.env["sale.order"].search(action["domain"]), children)
        self.assertEqual(parent.recipient_ids[0].child_order_id, children[0])

    def test_confirming_a_parent_order_splits_it(self):
        parent = self.make_parent([self.tea], [(1,), (1,)])
        parent.action_confirm()
        self.assertEqual(parent.state, "split")
        self.assertEqual(parent.child_order_count, 2)

    def test_batch_confirms_ordinary_orders_and_splits_parents(self):
        ordinary = self.make_order(self.customer, {self.tea: 1})
        parent = self.make_parent([self.tea], [(1,), (1,)])
        (ordinary | parent).action_confirm()
        self.assertEqual(ordinary.state, "sale")
        self.assertEqual(parent.state, "split")

    def test_splitting_twice_changes_nothing(self):
        parent = self.make_parent([self.tea], [(1,), (1,)])
        parent.action_split()
        children = parent.child_order_ids
        parent.action_split()
        self.assertEqual(parent.child_order_ids, children)

    def test_children_take_over_price_discount_taxes_and_terms(self):
        parent = self.make_parent([self.tea], [(1,), (1,)])
        term = self.env.ref("account.account_payment_term_30days")
        parent.write({"payment_term_id": term.id, "client_order_ref": "PO-7"})
        parent.order_line.write(
            {"price_unit": 11.11, "discount": 5, "name": "Tea, engraved"}
        )
        parent.action_split()
        child = parent.child_order_ids[0]
        self.assertEqual(child.payment_term_id, term)
        self.assertEqual(child.client_order_ref, "PO-7")
        self.assertEqual(child.origin, parent.name)
        self.assertEqual(child.key_account_id, self.account)
        line = child.order_line
        self.assertEqual(
            (line.price_unit, line.discount, line.name), (11.11, 5, "Tea, engraved")
        )
        self.assertEqual(line.parent_line_id, parent.order_line)

    def test_goods_move_for_children_only(self):
        parent = self.make_parent([self.tea], [(3,), (2,)])
        parent.action_split()
        self.assertFalse(parent.picking_ids)
        pickings = parent.child_order_ids.picking_ids
        self.assertEqual(len(pickings), 2)
        self.assertEqual(set(pickings.mapped("state")), {"assigned"})
        self.assertEqual(pickings.partner_id, parent.recipient_ids.mapped("partner_id"))

    def test_reports_count_a_split_order_once(self):
        parent = self.make_parent([self.tea], [(3,), (2,)])
        total = parent.amount_untaxed
        parent.action_split()
        self.env.flush_all()
        sums = self.env["sale.report"]._read_group(
            [("partner_id", "=", self.customer.id)],
            [],
            ["price_subtotal:sum", "product_uom_qty:sum"],
        )
        self.assertEqual(sums, [(total, 5.0)])

    def test_line_of_nothing_is_left_out(self):
        parent = self.make_parent([self.tea, self.cup], [(3, 0), (2, 0)])
        parent.action_split()
        self.assertEqual(parent.child_order_ids.order_line.product_id, self.tea)

    def test_split_that_fails_late_leaves_nothing_behind(self):
        parent = self.make_parent([self.tea], [(3,), (2,)])
        cls = self.env.registry["sale.order"]

        def broken(orders):
            raise RuntimeError("power cut")

        self.patch(cls, "_assert_split_complete", broken)
        with self.assertRaises(RuntimeError), self.env.cr.savepoint():
            parent.action_split()
        parent.invalidate_recordset()
        self.assertEqual(parent.state, "draft")
        self.assertFalse(
            self.env["sale.order"].search([("parent_order_id", "=", parent.id)])
        )

    def test_new_recipient_is_offered_what_nobody_gets_yet(self):
        order = self.make_order(self.customer, {self.tea: 5, self.cup: 2})
        self.add_recipient(order, "First", (3, 2))
        values = (
            self.env["sale.order.recipient"]
            .with_context(default_order_id=order.id)
            .default_get(["order_id", "line_ids"])
        )
        self.assertEqual(
            [vals["quantity"] for _, _, vals in values["line_ids"]], [2, 0]
        )

    def test_query_count_of_the_split_itself_does_not_grow(self):
        """Preparing the children costs the same queries for 2 and for 20 recipients;
        creating and confirming them is core's."""

        def count(recipients):
            parent = self.make_parent([self.tea], [(1,)] * recipients)
            parent._get_split_problems()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            parent._assert_ready_to_split()
            parent._prepare_child_vals_list(parent.recipient_ids)
            return self.env.cr.sql_log_count - before

        count(2)
        self.assertEqual(count(2), count(20))

    def test_queries_hardly_grow_with_the_recipients(self):
        def count(number):
            parent = self.make_parent([self.tea, self.cup], [(1, 1)] * number)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            parent.action_split()
            self.env.flush_all()
            self.assertEqual(
                set(parent.child_order_ids.picking_ids.mapped("state")), {"assigned"}
            )
            return self.env.cr.sql_log_count - before

        count(1)  # fills the caches
        few, many = count(5), count(25)
        # Three for each child: the number of its transfer is one of them.
        self.assertLessEqual(many - few, 3 * 20)
