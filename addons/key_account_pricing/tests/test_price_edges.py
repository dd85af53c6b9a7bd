from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import AgreementError
from .common import PricingCase


@tagged("post_install", "-at_install")
class TestPriceEdges(PricingCase):
    """What the random tests have found, in a few lines each."""

    def make_pricelist(self, **vals):
        item = {"compute_price": "percentage", "percent_price": 10, **vals}
        return self.env["product.pricelist"].create(
            {"name": "Key accounts", "item_ids": [Command.create(item)]}
        )

    def make_promotion(self, policy, **vals):
        return self.make_sheet(vals, kind="promotion", promotion_policy=policy)

    def show_discounts(self):
        group = self.env.ref("sale.group_discount_per_so_line")
        self.env.ref("base.group_user").implied_ids = [Command.link(group.id)]

    def test_very_little_is_not_one(self):
        tonne = self.env.ref("uom.product_uom_ton")
        self.product.uom_id = tonne
        self.make_agreement({"price": 80}, {"price": 70, "quantity_min": 1})
        line = self.make_quotation(0.4).order_line
        line.product_uom_id = self.env.ref("uom.product_uom_gram")
        self.assertIn("80.00", line.price_trace)

    def test_an_address_that_moved_counts_when_prices_are_updated(self):
        china = self.env.ref("base.cn")
        region = self.env["key.account.region"].create(
            {"name": "China", "country_id": china.id}
        )
        self.make_sheet({"price": 70}, kind="region", region_id=region.id)
        order = self.make_quotation()
        self.assertEqual(order.order_line.price_unit, 100)
        self.account.partner_id.country_id = china
        order.action_update_prices()
        self.assertEqual(order.order_line.price_unit, 70)

    def test_another_pricelist_counts_when_prices_are_updated(self):
        self.make_sheet({"price": 75})
        ref = "key_account_pricing.key_account_price_source_pricelist"
        self.env.ref(ref).sequence = 1
        order = self.make_quotation()
        line = order.order_line
        self.assertFalse(line.pricelist_item_id)
        order.pricelist_id = self.make_pricelist()
        order.action_update_prices()
        self.assertEqual((line.price_unit, line.price_source), (90, "pricelist"))

    def test_the_trace_names_the_pricelist_that_gives_the_same_price(self):
        order = self.make_quotation()
        self.assertEqual(order.order_line.price_source, "list")
        order.pricelist_id = self.make_pricelist(percent_price=0)
        order.action_update_prices()
        line = order.order_line
        self.assertEqual((line.price_unit, line.price_source), (100, "pricelist"))
        self.assertIn("Key accounts", line.price_trace)

    def test_a_promotion_on_top_keeps_the_discount_that_a_pricelist_shows(self):
        self.make_promotion("on_top", price_kind="discount", discount=10)
        for is_shown in (False, True):
            with self.subTest(is_shown=is_shown):
                if is_shown:
                    self.show_discounts()
                order = self.make_quotation(pricelist_id=self.make_pricelist().id)
                line = order.order_line
                self.assertEqual((line.price_unit, line.discount), (81, 0))

    def test_a_promotion_is_compared_with_what_the_pricelist_leaves(self):
        self.show_discounts()
        self.make_promotion("best", price=95)
        order = self.make_quotation(pricelist_id=self.make_pricelist().id)
        line = order.order_line
        self.assertEqual((line.price_unit, line.discount), (100, 10))
        self.assertEqual(line.price_source, "pricelist")

    def test_a_promotion_at_the_same_price_changes_nothing(self):
        self.product.list_price = 2.4
        self.make_sheet({"price": 1.8})
        self.make_promotion("best", price_kind="discount", discount=25)
        line = self.make_quotation().order_line
        self.assertEqual(line.price_source, "customer")

    def test_what_has_ended_is_not_amended(self):
        agreement = self.make_agreement({"price": 80}, date_end=self.today)
        yesterday = self.today - timedelta(1)
        # As it is in the morning, before the job that expires it.
        self.env.cr.execute(
            "UPDATE key_account_agreement SET date_start = %s, date_end = %s"
            " WHERE id = %s",
            (yesterday, yesterday, agreement.id),
        )
        agreement.invalidate_recordset()
        with self.assertRaisesRegex(AgreementError, "make a new agreement"):
            agreement.with_user(self.salesperson).action_amend()

    def test_an_amendment_does_not_begin_before_what_it_amends(self):
        soon = self.today + timedelta(30)
        agreement = self.make_agreement(
            {"price": 80}, date_start=soon, date_end=soon + timedelta(30)
        )
        action = agreement.with_user(self.salesperson).action_amend()
        self.assertEqual(agreement.browse(action["res_id"]).date_start, soon)
