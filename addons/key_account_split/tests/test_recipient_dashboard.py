from functools import partial

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..exceptions import SplitError
from .common_delivery import DeliveryCase


@tagged("post_install", "-at_install")
class TestRecipientDashboard(DeliveryCase):
    """The figures of a parent order, and the recipients that they open."""

    def get_counts(self, order):
        return {
            row["state"]: row["count"]
            for row in order.recipient_delivery
            if row["count"]
        }

    def get_shown(self, action):
        """Return the recipients that an action shows, with its filter."""
        Recipient = self.env["sale.order.recipient"]
        domain = list(action["domain"])
        search = self.env.ref(
            "key_account_split.sale_order_recipient_view_search"
        ).get_combined_arch()
        # Without a filter it is the text of the action's own context.
        context = action["context"] if isinstance(action["context"], dict) else {}
        for name in context:
            filter_name = name.removeprefix("search_default_")
            self.assertIn(f'name="{filter_name}"', search)
            state = filter_name.removeprefix("filter_")
            self.assertIn(f"[('delivery_state', '=', '{state}')]", search)
            domain.append(("delivery_state", "=", state))
        return Recipient.search(domain)

    def test_an_order_counts_its_recipients_by_state(self):
        parent = self.make_split(3, 1, 1, 1)
        first, second, third, fourth = parent.recipient_ids
        self.ship(first, 2)
        self.ship(second, 1)
        self.promise(third, -3)
        fourth.child_order_id.picking_ids.action_cancel()
        parent.invalidate_recordset()
        self.assertEqual(
            self.get_counts(parent),
            {"late": 1, "partial": 1, "delivered": 1, "failed": 1},
        )
        for state, recipient in (
            ("late", third),
            ("partial", first),
            ("delivered", second),
            ("failed", fourth),
        ):
            action = parent.action_open_recipients(state)
            self.assertEqual(self.get_shown(action), recipient, state)
        action = parent.action_open_recipients()
        self.assertEqual(self.get_shown(action), parent.recipient_ids)
        self.assertEqual(sum(row["count"] for row in parent.recipient_delivery), 4)

    def test_the_figures_follow_a_delivery(self):
        parent = self.make_split(1, 1)
        self.assertEqual(self.get_counts(parent), {"to_ship": 2})
        self.ship(parent.recipient_ids[0], 1)
        self.assertEqual(self.get_counts(parent), {"to_ship": 1, "delivered": 1})

    def test_orders_with_trouble_are_found(self):
        late, failed, fine = (self.make_split(1) for _number in range(3))
        self.promise(late.recipient_ids, -1)
        failed.recipient_ids.child_order_id.picking_ids.action_cancel()
        orders = late + failed + fine
        for state, found in (("late", late), ("failed", failed)):
            domain = [
                ("id", "in", orders.ids),
                ("state", "=", "split"),
                ("recipient_ids.delivery_state", "=", state),
            ]
            self.assertEqual(self.env["sale.order"].search(domain), found)

    def test_regions_open_from_the_order(self):
        parent, other = self.make_split(1, 1), self.make_split(1)
        action = parent.action_open_recipient_regions()
        self.assertEqual(action["views"][0][1], "graph")
        found = self.env["sale.order.recipient"].search(action["domain"])
        self.assertEqual(found, parent.recipient_ids)
        self.assertNotIn(other.recipient_ids, found)

    def test_each_role_sees_the_figures_of_orders_it_reads(self):
        parent = self.make_split(1, 1)
        parent.user_id = self.user("manager")
        for role in ("manager", "controller", "accountant", "warehouse"):
            with self.subTest(role=role):
                order = parent.with_user(self.user(role))
                self.assertEqual(self.get_counts(order), {"to_ship": 2})
                domain = order.action_open_recipients("to_ship")["domain"]
                Recipient = self.env["sale.order.recipient"].with_user(self.user(role))
                found = Recipient.search([*domain, ("delivery_state", "=", "to_ship")])
                self.assertEqual(len(found), 2)
                self.assertEqual(set(found.mapped("delivery_state")), {"to_ship"})
                found.read(["delivery_order_id", "tracking_reference", "state_id"])

    def test_salesperson_sees_own_orders_only(self):
        own, other = self.make_split(1), self.make_split(1)
        salesperson = self.user("salesperson")
        own.user_id = salesperson
        other.user_id = self.user("manager")
        (own + other).flush_recordset()
        self.env.invalidate_all()
        Recipient = self.env["sale.order.recipient"].with_user(salesperson)
        domain = [("order_id", "in", (own + other).ids)]
        groups = Recipient._read_group(domain, ["delivery_state"], ["__count"])
        self.assertEqual(groups, [("to_ship", 1)])
        self.assertEqual(Recipient.search(domain).order_id.ids, own.ids)
        recipient = other.recipient_ids.with_user(salesperson)
        for way in (
            lambda: recipient.read(["delivery_state"]),
            lambda: other.with_user(salesperson).read(["recipient_delivery"]),
            lambda: other.with_user(salesperson).action_export_tracking(),
            recipient._get_delivery_pages,
            lambda: recipient._get_tracking_workbook("Tracking"),
        ):
            with self.assertRaises(AccessError):
                way()

    def test_warehouse_form_of_the_order_opens(self):
        parent = self.make_split(1)
        form = Form(parent.with_user(self.user("warehouse")))
        self.assertEqual(form.recipient_count, 1)
        form = Form(parent.recipient_ids.with_user(self.user("warehouse")))
        self.assertEqual(form.delivery_state, "to_ship")

    def test_an_order_without_recipients_says_what_to_do(self):
        order = self.make_order(self.customer, {self.tea: 1})
        with self.assertRaisesRegex(SplitError, "has no recipients.*add them"):
            order.action_export_tracking()
        self.assertEqual(self.get_counts(order), {})

    def test_queries_do_not_grow_with_recipients(self):
        counts = []
        for number in (1, 20):
            order = self.make_recipients(number).order_id
            order = order.browse(order.id)

            def way(order=order):
                order.read(["recipient_delivery", "recipient_count"])

            self.count_queries(way)
            counts.append(self.count_queries(way))
        self.assertEqual(*counts)

    def test_list_and_graph_take_as_many_queries_for_twenty(self):
        lists, graphs = [], []
        spec = {
            "partner_id": {"fields": {"display_name": {}}},
            "order_id": {"fields": {"display_name": {}}},
            "delivery_order_id": {"fields": {"display_name": {}}},
            "state_id": {"fields": {"display_name": {}}},
            "delivery_state": {},
            "date_shipped": {},
            "tracking_reference": {},
            "city": {},
        }
        Recipient = self.env["sale.order.recipient"]
        for number in (1, 20):
            domain = [("id", "in", self.make_recipients(number).ids)]

            show = partial(Recipient.web_search_read, domain, spec)
            names = ["state_id", "delivery_state"]
            group = partial(Recipient.formatted_read_group, domain, names, ["__count"])
            self.count_queries(show)
            lists.append(self.count_queries(show))
            self.count_queries(group)
            graphs.append(self.count_queries(group))
        self.assertEqual(*lists)
        self.assertEqual(*graphs)
