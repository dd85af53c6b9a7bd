from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestRules(ApprovalCase):
    """Which documents a rule asks about."""

    def assertAsks(self, order, *rules):
        """Assert that these rules ask about the order, and no others."""
        self.env.flush_all()
        met = self.env["key.account.approval.rule"]._get_met(order)
        self.assertEqual(set(met.get(order, ())), set(rules))

    def get_reason(self, order, rule):
        met = self.env["key.account.approval.rule"]._get_met(order)
        return "; ".join(met[order][rule])

    # ------------------------------------------------------- which documents

    def test_a_rule_without_thresholds_always_asks(self):
        rule = self.make_rule(self.manager, name="Always")
        order = self.make_quotation()
        self.assertAsks(order, rule)
        self.assertEqual(self.get_reason(order, rule), "Always")
        rule.description = "The board wants it"
        self.assertEqual(self.get_reason(order, rule), "The board wants it")

    def test_a_rule_asks_about_what_fits_its_conditions(self):
        acme = self.account.partner_id.id
        here = self.make_rule(self.manager, domain=f"[('partner_id', '=', {acme})]")
        self.make_rule(self.manager, domain=f"[('partner_id', '!=', {acme})]")
        product = self.make_rule(
            self.manager,
            domain=f"[('order_line.product_id', 'in', [{self.product.id}])]",
        )
        self.make_rule(self.manager, domain="[('amount_total', '>', 100)]")
        empty = self.make_rule(self.manager, domain="[]")
        self.assertAsks(self.make_quotation(), here, product, empty)

    def test_a_rule_asks_in_its_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.make_rule(self.manager, company_id=company.id)
        own = self.make_rule(self.manager, company_id=self.env.company.id)
        everywhere = self.make_rule(self.manager, company_id=False)
        self.assertAsks(self.make_quotation(), own, everywhere)

    def test_an_archived_rule_does_not_ask(self):
        rule = self.make_rule(self.manager)
        order = self.make_quotation()
        rule.active = False
        self.assertAsks(order)
        everything = order.with_context(active_test=False)
        self.env.registry.clear_cache()
        self.assertFalse(everything._get_approval_missing())
        self.assertAsks(order)
        rule.active = True
        self.assertAsks(order, rule)

    def test_an_archived_step_is_not_asked(self):
        rule = self.make_rule(self.manager, self.accountant)
        rule.step_ids[0].active = False
        request = self.ask(self.make_quotation().with_context(active_test=False))
        self.assertEqual(request.step_ids.approver_ids, self.accountant)

    # ------------------------------------------------------------ thresholds

    def test_one_of_several_thresholds_is_enough(self):
        rule = self.make_rule(self.manager, thresholds={"amount": 500, "discount": 10})
        order = self.make_quotation()
        self.assertAsks(order)
        order.order_line.discount = 10
        self.assertAsks(order, rule)
        self.assertRegex(self.get_reason(order, rule), "discount.*10.00: it has 10.00")
        order.order_line.write({"discount": 0, "product_uom_qty": 5})
        self.assertAsks(order, rule)
        self.assertRegex(self.get_reason(order, rule), "amount.*500.00: it has 500.00")

    def test_amounts_are_untaxed_and_reached_from_the_value_on(self):
        tax = self.env["account.tax"].create({"name": "Levy", "amount": 15})
        rule = self.make_rule(self.manager, thresholds={"amount": 100})
        order = self.make_quotation()
        self.assertAsks(order, rule)
        order.order_line.price_unit = 99.99
        order.order_line.tax_ids = tax
        self.assertGreater(order.amount_total, 100)
        self.assertAsks(order)

    def test_amounts_are_converted_on_the_company_s_day(self):
        foreign = self.env["res.currency"].create(
            {
                "name": "TWO",
                "symbol": "T",
                "rate_ids": [
                    Command.create({"name": "2026-03-01", "rate": 1}),
                    Command.create({"name": "2026-04-01", "rate": 2}),
                ],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": foreign.id}
        )
        order = self.make_quotation(pricelist_id=pricelist.id)
        for zone, rate in (("Asia/Shanghai", 0.5), ("America/New_York", 1)):
            self.env.company.partner_id.tz = zone
            with self.subTest(zone=zone), freeze_time("2026-03-31 17:00:00"):
                self.assertEqual(order._get_rate_to_company(), rate)

    def test_amounts_are_compared_in_the_company_s_currency(self):
        foreign = self.env["res.currency"].create(
            {
                "name": "ZZZ",
                "symbol": "Z",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2})],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": foreign.id}
        )
        rule = self.make_rule(self.manager, thresholds={"amount": 50, "margin": 41})
        order = self.make_quotation(pricelist_id=pricelist.id)
        order.order_line.price_unit = 240
        self.assertEqual(order.currency_id, foreign)
        measures = order._get_approval_measures()[order]
        self.assertAlmostEqual(measures["amount"], 120)
        self.assertAlmostEqual(measures["margin"], 50)
        self.assertAsks(order, rule)
        rule.threshold_ids.filtered(lambda t: t.measure == "amount").value = 120.01
        self.assertAsks(order)

    def test_a_price_below_the_pricelist_is_a_discount(self):
        rule = self.make_rule(self.manager, thresholds={"discount": 30})
        for price, discount, is_met in (
            (100, 29.99, False),
            (100, 30, True),
            (70.01, 0, False),
            (70, 0, True),
            (80, 12.5, True),
            (80, 12, False),
            (130, 30, True),
            (0, 0, True),
        ):
            with self.subTest(price=price, discount=discount):
                order = self.make_quotation()
                order.order_line.write({"price_unit": price, "discount": discount})
                self.assertAsks(order, *([rule] if is_met else []))

    def test_the_price_of_the_customers_pricelist_is_no_discount(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Half",
                "item_ids": [
                    Command.create({"compute_price": "percentage", "percent_price": 50})
                ],
            }
        )
        self.make_rule(self.manager, thresholds={"discount": 30})
        order = self.make_quotation(pricelist_id=pricelist.id)
        order._recompute_prices()
        self.assertEqual(order.amount_untaxed, 50)
        order.order_line.discount = 0
        order.order_line.price_unit = 50
        self.assertAsks(order)

    def test_margins_are_on_the_current_cost(self):
        rule = self.make_rule(self.manager, thresholds={"margin": 40})
        order = self.make_quotation()
        self.assertAsks(order)
        self.product.standard_price = 60.01
        self.assertAsks(order, rule)

    def test_free_goods_lower_the_margin(self):
        total = self.make_rule(self.manager, thresholds={"margin": 0})
        line = self.make_rule(self.manager, thresholds={"margin_line": 0})
        order = self.make_quotation(quantity=3)
        gift = Command.create(
            {"product_id": self.product.id, "product_uom_qty": 1, "price_unit": 0}
        )
        order.order_line = [gift]
        self.assertAsks(order, line)
        order.order_line = [gift]
        self.assertAlmostEqual(order._get_approval_measures()[order]["margin"], 0)
        order.order_line = [gift]
        self.assertAsks(order, line, total)

    def test_margins_know_units(self):
        self.make_rule(self.manager, thresholds={"margin": 39})
        order = self.make_quotation()
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.order_line.price_unit = 1200
        self.assertAsks(order)

    def test_one_bad_line_is_found(self):
        line = self.make_rule(self.manager, thresholds={"margin_line": 10})
        self.make_rule(self.manager, thresholds={"margin": 10})
        order = self.make_quotation(quantity=9)
        order.order_line = [
            Command.create({"product_id": self.product.id, "price_unit": 61})
        ]
        self.assertAsks(order, line)

    def test_long_payment_terms_are_found(self):
        rule = self.make_rule(self.manager, thresholds={"term_days": 30})
        for days, is_met in ((30, False), (31, True)):
            term = self.env["account.payment.term"].create(
                {
                    "name": f"{days} days",
                    "line_ids": [
                        Command.create({"value_amount": 50, "nb_days": 0}),
                        Command.create({"value_amount": 50, "nb_days": days}),
                    ],
                }
            )
            with self.subTest(days=days):
                order = self.make_quotation(payment_term_id=term.id)
                self.assertAsks(order, *([rule] if is_met else []))

    def test_a_figure_that_the_document_does_not_have_is_not_reached(self):
        self.make_rule(self.manager, thresholds={"guide_distance": 0})
        self.assertAsks(self.make_quotation())

    def test_an_order_without_lines_has_no_discount_and_no_bad_margin(self):
        self.make_rule(
            self.manager, thresholds={"discount": 1, "margin": 10, "margin_line": 10}
        )
        self.assertAsks(self.make_quotation(order_line=[]))

    # -------------------------------------------------------------- approvers

    def get_approvers(self, **step):
        rule = self.make_rule(step)
        order = self.make_quotation()
        return rule.step_ids._get_approvers(order, self.salesperson)

    def test_a_group_decides(self):
        parent = self.env["res.groups"].create({"name": "Boards"})
        self.env["res.groups"].create(
            {
                "name": "Board",
                "implied_ids": [Command.link(parent.id)],
                "user_ids": [Command.link(self.manager.id)],
            }
        )
        found = self.get_approvers(approver_kind="group", group_id=parent.id)
        self.assertEqual(found, self.manager)

    def test_a_role_of_the_account_s_team_decides(self):
        for user, role in ((self.manager, "solution"), (self.accountant, "finance")):
            self.env["key.account.team.member"].create(
                {"account_id": self.account.id, "user_id": user.id, "role": role}
            )
        found = self.get_approvers(approver_kind="team", team_role="finance")
        self.assertEqual(found, self.accountant)

    def test_the_leader_of_the_requester_s_sales_team_decides(self):
        team = self.env["crm.team"].create(
            {"name": "North", "user_id": self.manager.id}
        )
        self.env["crm.team.member"].create(
            {"crm_team_id": team.id, "user_id": self.salesperson.id}
        )
        self.assertEqual(self.get_approvers(approver_kind="manager"), self.manager)

    def test_nobody_leads_themselves(self):
        team = self.env["crm.team"].create(
            {"name": "North", "user_id": self.salesperson.id}
        )
        self.env["crm.team.member"].create(
            {"crm_team_id": team.id, "user_id": self.salesperson.id}
        )
        self.assertFalse(self.get_approvers(approver_kind="manager"))

    # ---------------------------------------------------------------- preview

    def preview(self, order):
        administrator = self.user("administrator")
        test = self.env["key.account.approval.test"].with_user(administrator)
        test = test.create(
            {
                "res_model": "sale.order",
                "document_ref": f"sale.order,{order.id}",
                "requester_id": self.salesperson.id,
            }
        )
        return test.result

    def test_the_preview_names_rules_reasons_steps_and_people(self):
        self.make_rule(
            {
                "name": "Business",
                "approver_kind": "users",
                "user_ids": self.manager.ids,
            },
            {
                "name": "Money",
                "approver_kind": "users",
                "user_ids": self.accountant.ids,
            },
            name="Big ones",
            thresholds={"amount": 100},
        )
        deputy = self.colleague("deputy")
        self.delegate(self.accountant, deputy)
        shown = self.preview(self.make_quotation())
        for text in (
            "Big ones",
            "Untaxed amount from 100.00: it has 100.00",
            "Business",
            self.manager.name,
            "Money",
            f"{deputy.name} for {self.accountant.name}",
        ):
            self.assertIn(text, shown)
        self.assertNotIn("Nobody can decide", shown)

    def test_the_preview_says_that_nobody_can_decide(self):
        self.make_rule(self.salesperson)
        self.assertIn("Nobody can decide", self.preview(self.make_quotation()))

    def test_the_preview_says_that_no_rule_asks(self):
        self.assertIn("No rule asks", self.preview(self.make_quotation()))

    def test_the_preview_asks_nobody(self):
        self.make_rule(self.manager)
        order = self.make_quotation()
        self.preview(order)
        self.assertFalse(order.sudo().approval_request_ids)

    # ---------------------------------------------------------------- queries

    def count_queries(self, orders):
        """Return how many queries it takes to find out what is missing, warm."""
        orders._get_approval_missing()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        orders._get_approval_missing()
        return self.env.cr.sql_log_count - before

    def test_without_rules_there_is_no_query(self):
        orders = self.make_quotation() + self.make_quotation()
        orders.mapped("fingerprint")
        orders._get_approval_missing()
        self.env.flush_all()
        with self.assertQueryCount(0):
            self.assertFalse(orders._get_approval_missing())

    def test_queries_do_not_grow_with_orders(self):
        everything = dict.fromkeys(
            ("amount", "discount", "margin", "margin_line", "term_days"), 1
        )
        self.make_rule(self.manager, thresholds=everything)
        self.make_rule(self.manager, domain="[('partner_id.name', '!=', 'X')]")
        orders = self.env["sale.order"].union(
            *(self.make_quotation() for _number in range(20))
        )
        for order in orders[10:]:
            self.ask(order)
        self.assertEqual(self.count_queries(orders), self.count_queries(orders[-1]))

    def test_queries_do_not_grow_with_approved_orders(self):
        self.make_rule(self.manager)
        orders = self.env["sale.order"].union(
            *(self.approved()[0] for _number in range(20))
        )
        self.assertFalse(orders._get_approval_missing())
        self.assertEqual(self.count_queries(orders), self.count_queries(orders[-1]))
