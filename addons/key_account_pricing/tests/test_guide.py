from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.key_account.exceptions import DutyError, GateError

from .common import PricingCase


@tagged("post_install", "-at_install")
class TestGuide(PricingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guide = cls.make_sheet({"price": 90}, kind="guide")

    def quote(self, price, quantity=1, reason=False):
        order = self.make_quotation(quantity)
        order.order_line.write({"price_unit": price, "guide_reason": reason})
        return order

    def make_plain_salesperson(self):
        groups = "sales_team.group_sale_salesman_all_leads,base.group_allow_export"
        return new_test_user(self.env, login="plain_sales", groups=groups)

    def test_a_line_says_how_far_it_is_below(self):
        line = self.quote(81).order_line
        self.assertEqual((line.guide_price, line.guide_distance), (90, 10))
        line.price_unit = 90
        self.assertEqual(line.guide_distance, 0)
        line.discount = 20
        self.assertEqual(line.guide_distance, 20)

    def test_a_cent_below_is_below(self):
        line = self.quote(89.999).order_line
        self.assertEqual(line.guide_distance, 0)
        line.price_unit = 89.99
        self.assertGreater(line.guide_distance, 0)

    def test_a_guide_price_counts_once_it_is_in_force(self):
        draft = self.make_sheet({"price": 99}, kind="guide", state="draft")
        self.assertEqual(self.quote(95).order_line.guide_distance, 0)
        draft.with_user(self.second_manager).action_submit()
        draft.with_user(self.manager).action_activate()
        self.assertEqual(self.quote(95).order_line.guide_price, 99)

    def test_without_a_reason_the_order_is_held(self):
        order = self.quote(81)
        order.action_confirm()
        self.assertEqual(order.gate_state, "held")
        self.assertEqual(order.gate_issue_ids.code, "below_guide")
        self.assertIn("enter the reason", order.gate_issue_ids.text)
        self.assertNotIn("90", order.gate_issue_ids.text)

    def test_a_manager_releases_it(self):
        order = self.quote(81, reason="Launch")
        order.action_confirm()
        order.gate_issue_ids.with_user(self.manager).action_release("Launch price")
        self.assertEqual(order.state, "sale")

    def test_an_approval_that_asks_for_it_lets_it_through(self):
        self.make_rule(self.manager, thresholds={"guide_distance": 5})
        order = self.quote(81, reason="Launch")
        order.action_confirm()
        self.assertEqual(
            set(order.gate_issue_ids.mapped("code")),
            {"below_guide", "approval_missing"},
        )
        self.ask(order).with_user(self.manager).action_approve()
        self.assertEqual(order.state, "sale")

    def test_the_reasons_of_the_lines_are_offered_to_who_asks(self):
        order = self.quote(81, reason="Launch").with_user(self.salesperson)
        reason = order.action_open_ask_approval()["context"]["default_reason"]
        self.assertEqual(reason, f"{self.product.display_name}: Launch")
        above = self.quote(95, reason="Launch").with_user(self.salesperson)
        self.assertNotIn("default_reason", above.action_open_ask_approval()["context"])
        plain = self.make_plain_salesperson()
        action = order.with_user(plain).action_open_ask_approval()
        self.assertNotIn("default_reason", action["context"])

    def test_a_reason_that_was_approved_is_kept(self):
        self.make_rule(self.manager, thresholds={"guide_distance": 5})
        order = self.quote(81, reason="Trial").with_user(self.salesperson)
        line = order.order_line
        line.guide_reason = "Launch"
        sentence = f"{order.name}, Widget: approval was asked for with this reason"
        other = {"guide_reason": "Friendship"}
        for is_decided in (False, True):
            request = order.sudo()._get_latest_request() or self.ask(order)
            if is_decided:
                request.with_user(self.manager).action_approve()
            for change in (
                lambda: line.write(other),
                lambda: line.sudo().write({"guide_reason": False}),
                lambda: order.write({"order_line": [Command.update(line.id, other)]}),
            ):
                with self.subTest(is_decided), self.assertStopped(sentence):
                    change()
            line.guide_reason = "Launch"
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        with self.assertStopped(sentence):
            line.guide_reason = "Friendship"

    def test_another_reason_comes_with_another_request(self):
        self.make_rule(self.manager, thresholds={"guide_distance": 5})
        order = self.quote(81, reason="Launch").with_user(self.salesperson)
        line = order.order_line
        self.ask(order).action_withdraw()
        line.guide_reason = "Withdrawn"
        self.ask(order).with_user(self.manager).action_reject("No")
        line.guide_reason = "Rejected"
        request = self.ask(order)
        line.write({"guide_reason": "Changed", "price_unit": 80})
        self.env.flush_all()
        self.assertEqual(request.state, "void")
        line.guide_reason = "Void"
        self.assertEqual(line.guide_reason, "Void")

    def test_a_request_names_values_as_the_form_does(self):
        self.make_rule(self.manager, thresholds={"guide_distance": 5})
        request = self.ask(self.quote(81, reason="Launch"))
        self.assertRegex(request.content, r"Price Basis[\s\S]*Delivered")

    def test_an_approval_of_something_else_does_not(self):
        self.make_rule(self.manager, thresholds={"amount": 1})
        order = self.quote(81, reason="Launch")
        self.ask(order).with_user(self.manager).action_approve()
        order.action_confirm()
        self.assertEqual(order.gate_issue_ids.code, "below_guide")

    def test_a_guide_price_that_came_later_counts_at_the_gate(self):
        order = self.quote(95)
        self.make_sheet({"price": 99}, kind="guide")
        order.action_confirm()
        self.assertEqual(order.gate_issue_ids.code, "below_guide")

    def test_confirmed_orders_keep_their_guide_price(self):
        order = self.quote(95)
        order.action_confirm()
        self.make_sheet({"price": 99}, kind="guide")
        order.sudo().order_line._compute_guide_price()
        self.assertEqual((order.state, order.order_line.guide_price), ("sale", 90))

    def test_a_distance_is_not_written_by_a_user(self):
        line = self.quote(81).order_line
        for vals in (
            {"guide_distance": 0},
            {"price_unit": 70, "guide_distance": 0},
            {"guide_price": 1},
        ):
            with self.assertStopped("follows from other values", DutyError):
                line.with_user(self.salesperson).write(vals)
        line.order_id.with_user(self.salesperson).action_confirm()
        self.assertEqual(line.order_id.gate_state, "held")
        self.assertEqual((line.guide_price, line.guide_distance), (90, 10))

    def test_queries_do_not_grow_with_the_orders(self):
        orders = self.env["sale.order"]
        for number in range(20):
            product = self.make_product(f"Product {number}", 100)
            self.make_sheet({"product_id": product.id, "price": 90}, kind="guide")
            orders |= self.make_quotation(
                order_line=[
                    Command.create({"product_id": product.id, "price_unit": 80})
                ]
            )

        def judge(some):
            self.env["key.account.price"]._forget_rules()
            self.assertEqual(len(some._get_guide_issues()), len(some))

        self.count_queries(judge, orders)
        self.assertEqual(
            self.count_queries(judge, orders[:1]), self.count_queries(judge, orders)
        )

    def test_a_line_below_guide_is_not_added_to_a_confirmed_order(self):
        order = self.quote(95)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        line = {"product_id": self.product.id, "price_unit": 81}
        forged = {**line, "guide_price": 1, "guide_distance": 0}
        plain = self.make_plain_salesperson()
        for user, vals in (
            (self.salesperson, line),
            (self.salesperson, forged),
            (plain, line),
        ):
            with (
                self.assertRaisesRegex(UserError, "needs an approval"),
                self.env.cr.savepoint(),
            ):
                order.with_user(user).write({"order_line": [Command.create(vals)]})
        order.write({"order_line": [Command.create({**line, "price_unit": 95})]})
        self.assertEqual(order.order_line.mapped("guide_price"), [90, 90])

    def test_the_price_of_a_confirmed_line_does_not_go_below(self):
        order = self.quote(95)
        order.action_confirm()
        order.order_line.price_unit = 91
        for vals in ({"price_unit": 89}, {"discount": 10}):
            with (
                self.assertRaisesRegex(GateError, "needs an approval"),
                self.env.cr.savepoint(),
            ):
                order.order_line.write(vals)
        self.assertEqual(order.order_line.price_unit, 91)

    def test_quantities_and_dozens(self):
        self.make_sheet({"price": 60, "quantity_min": 12}, kind="guide")
        line = self.quote(81).order_line
        line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertEqual(line.guide_price, 720)

    def test_margin_follows_the_current_cost(self):
        line = self.quote(100).order_line
        self.product.standard_price = 60
        line.invalidate_recordset(["margin_current"])
        self.assertEqual(line.margin_current, 40)
        self.assertEqual(line.order_id.margin_current, 40)

    def test_salespeople_without_the_right_never_get_it(self):
        plain = self.make_plain_salesperson()
        order = self.quote(81, reason="Launch").with_user(plain)
        line = order.order_line
        self.assertEqual(line.price_unit, 81)
        names = {"guide_price", "guide_distance", "guide_reason"}
        self.assertFalse(names & set(line.fields_get()))
        self.assertFalse(names & set(line.read()[0]))
        for name in names:
            for attempt in (
                lambda n=name: line.read([n]),
                lambda n=name: line.search([(n, "!=", False)]),
                lambda n=name: line.export_data([n]),
                lambda n=name: line._read_group([], [], [f"{n}:count"]),
                lambda n=name: line.write({n: False}),
            ):
                with self.subTest(name=name), self.assertRaises(AccessError):
                    attempt()
        view = self.env["sale.order"].with_user(plain).get_view(view_type="form")
        shown = [name for name in names if f'name="{name}"' in view["arch"]]
        self.assertFalse(shown)

    def test_a_plain_salespersons_order_is_held_all_the_same(self):
        plain = self.make_plain_salesperson()
        order = self.quote(81).with_user(plain)
        order.action_confirm()
        self.assertEqual(order.state, "draft")
        bodies = " ".join(order.sudo().message_ids.mapped("body"))
        self.assertIn("needs an approval", bodies)
        self.assertNotIn("90", bodies)
