from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account_approval.exceptions import ApprovalError

from .common import PricingCase


@tagged("post_install", "-at_install")
class TestDiscountForged(PricingCase):
    """How much off a quotation is goes by what prices it, not by what somebody has
    written on its lines."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_rule(cls.manager, thresholds={"discount": 5})

    def get_discount(self, order):
        return order.sudo()._get_approval_measures()[order]["discount"]

    def make_tiers(self):
        """Return an agreement's lines: 90 for one, 10 for a thousand."""
        return self.make_agreement(
            {"price": 90}, {"price": 10, "quantity_min": 1000}
        ).line_ids

    def assertWaits(self, order, discount):
        """Assert that the order is not offered for the discount that it really has."""
        self.env.flush_all()
        self.assertAlmostEqual(self.get_discount(order), discount, 2)
        for offer in (order.action_quotation_send, order.action_quotation_sent):
            with self.assertStopped("cannot be sent. It needs an approval"):
                offer()
        with self.assertStopped("cannot be sent. It needs an approval"):
            order.state = "sent"
        order.action_confirm()
        self.assertIn("approval_missing", self.open_issues(order).mapped("code"))
        self.assertEqual(order.state, "draft")

    def test_what_is_decided_is_no_discount(self):
        self.make_tiers()
        for quantity, price in ((1, 90), (1000, 10)):
            order = self.make_quotation(quantity)
            self.assertEqual(order.order_line.price_unit, price)
            self.assertEqual(self.get_discount(order), 0)
        order.order_line.discount = 4
        self.assertEqual(self.get_discount(order), 4)
        order.action_quotation_sent()
        self.assertEqual(order.state, "sent")

    def test_a_dozen_in_another_currency_has_no_discount(self):
        self.make_agreement(
            {"price": 40}, currency_id=self.make_currency("EUR", 0.5).id
        )
        order = self.make_quotation()
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertEqual(order.order_line.price_unit, 960)
        self.assertEqual(self.get_discount(order), 0)

    def test_a_tier_that_was_not_reached_hides_no_discount(self):
        best = self.make_tiers()[1]
        order = self.make_quotation()
        order.order_line.agreement_line_id = best
        self.assertEqual(order.order_line.price_unit, 10)
        self.assertWaits(order, 88.89)

    def test_a_rule_given_with_a_new_line_hides_no_discount(self):
        best = self.make_tiers()[1]
        vals = {"product_id": self.product.id, "agreement_line_id": best.id}
        order = self.make_quotation(order_line=[Command.create(vals)])
        self.assertEqual(order.order_line.price_unit, 10)
        self.assertWaits(order, 88.89)

    def test_prices_of_another_region_or_day_hide_no_discount(self):
        belgium = self.env["key.account.region"].create(
            {"name": "Belgium", "country_id": self.env.ref("base.be").id}
        )
        regional = self.make_sheet({"price": 70}, kind="region", region_id=belgium.id)
        soon = self.make_sheet({"price": 60}, date_start="2090-01-01")
        for sheet, discount in ((regional, 30), (soon, 40)):
            with self.subTest(sheet.display_name):
                order = self.make_quotation()
                order.order_line.price_sheet_line_id = sheet.line_ids
                self.assertWaits(order, discount)

    def test_a_promotion_on_a_customer_without_account_hides_no_discount(self):
        promotion = self.make_sheet(
            {"price": 60}, kind="promotion", promotion_policy="best"
        )
        order = self.make_quotation(partner_id=self.make_company("Walk-in").id)
        order.order_line.promotion_line_id = promotion.line_ids
        self.assertEqual(order.order_line.price_unit, 60)
        self.assertWaits(order, 40)

    def test_the_lower_of_two_prices_that_apply_hides_no_discount(self):
        self.make_agreement({"price": 90})
        sheet = self.make_sheet({"price": 60})
        order = self.make_quotation()
        order.order_line.write(
            {"agreement_line_id": False, "price_sheet_line_id": sheet.line_ids.id}
        )
        self.assertEqual(order.order_line.price_unit, 60)
        self.assertWaits(order, 33.33)

    def test_cancelling_hides_no_discount(self):
        order = self.make_quotation()
        order.order_line.agreement_line_id = self.make_tiers()[1]
        order.action_cancel()
        self.assertAlmostEqual(self.get_discount(order), 88.89, 2)
        with self.assertStopped("cannot be printed", ApprovalError):
            order._assert_may_be_offered("printed")

    def test_what_was_confirmed_keeps_what_it_was_decided_by(self):
        agreement = self.make_agreement({"price": 80})
        order = self.make_quotation()
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        agreement.with_user(self.manager).action_terminate()
        self.assertEqual(self.get_discount(order), 0)

    def test_queries_do_not_grow_with_the_orders(self):
        orders = self.env["sale.order"]
        for number in range(20):
            product = self.make_product(f"Product {number}", 100)
            self.make_sheet({"product_id": product.id, "price": 90})
            orders |= self.make_quotation(
                order_line=[Command.create({"product_id": product.id})]
            )
        orders = orders.sudo()

        def measure(some):
            self.env["key.account.price"]._forget_rules()
            for measures in some._get_approval_measures().values():
                self.assertEqual(measures["discount"], 0)

        self.count_queries(measure, orders)
        self.assertEqual(
            self.count_queries(measure, orders[:1]), self.count_queries(measure, orders)
        )
        self.count_queries(orders[:1].mapped, "margin_current")
        self.assertEqual(
            self.count_queries(orders[:1].mapped, "margin_current"),
            self.count_queries(orders.mapped, "margin_current"),
        )
