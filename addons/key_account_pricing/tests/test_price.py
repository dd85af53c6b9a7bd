from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import PricingCase


@tagged("post_install", "-at_install")
class TestPrice(PricingCase):
    def line(self, quantity=1, **vals):
        return self.make_quotation(quantity, **vals).order_line

    def test_the_agreement_gives_the_price_and_the_line_says_so(self):
        agreement = self.make_agreement({"price": 80})
        line = self.line()
        self.assertEqual((line.price_unit, line.price_source), (80, "agreement"))
        self.assertRegex(line.price_trace, f"{agreement.display_name}, line 1: .*80.00")

    def test_without_an_agreement_odoo_gives_the_price(self):
        line = self.line()
        self.assertEqual(line.price_unit, 100)
        self.assertIn(line.price_source, ("list", "pricelist"))

    def test_the_highest_quantity_reached_counts(self):
        self.make_agreement(
            {"price": 80},
            {"price": 70, "quantity_min": 10},
            {"price": 60, "quantity_min": 50},
        )
        for quantity, price in ((1, 80), (9, 80), (10, 70), (49, 70), (50, 60)):
            with self.subTest(quantity=quantity):
                self.assertEqual(self.line(quantity).price_unit, price)

    def test_a_changed_quantity_is_priced_anew(self):
        self.make_agreement({"price": 80}, {"price": 70, "quantity_min": 10})
        line = self.line()
        line.product_uom_qty = 12
        self.assertEqual(line.price_unit, 70)
        self.assertIn("70.00", line.price_trace)

    def test_the_nearest_target_wins(self):
        self.product.categ_id = self.env["product.category"].create({"name": "Toys"})
        self.make_agreement(
            {"price": 80},
            {"product_id": False, "categ_id": self.product.categ_id.id, "price": 50},
        )
        self.assertEqual(self.line().price_unit, 80)
        other = self.make_product("Other", 90, categ_id=self.product.categ_id.id)
        order = self.make_order(self.account.partner_id, {other: 1})
        self.assertEqual(order.order_line.price_unit, 50)

    def test_a_discount_is_taken_off_the_list_price(self):
        self.make_agreement({"price_kind": "discount", "discount": 15})
        line = self.line()
        self.assertEqual((line.price_unit, line.discount), (85, 0))

    def test_a_dozen_costs_twelve_times_the_agreed_price(self):
        self.make_agreement({"price": 5})
        line = self.line()
        line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertEqual(line.price_unit, 60)

    def test_only_what_is_in_force_on_the_order_day_counts(self):
        ended = self.make_agreement({"price": 80}, date_end=self.today)
        late = self.today + timedelta(days=1)
        self.assertEqual(self.line(date_order=late).price_unit, 100)
        ended.with_user(self.manager).action_terminate()
        self.assertEqual(self.line().price_unit, 100)

    def test_a_draft_gives_no_price(self):
        self.make_agreement({"price": 80}, state="draft")
        self.assertEqual(self.line().price_unit, 100)

    def test_another_account_does_not_get_the_price(self):
        self.make_agreement({"price": 80})
        order = self.make_order(self.make_company("Other"), {self.product: 1})
        self.assertEqual(order.order_line.price_unit, 100)

    def test_the_price_is_converted_to_the_orders_currency(self):
        euro = self.make_currency("EUR", 0.5)
        self.make_agreement({"price": 40}, currency_id=euro.id)
        self.assertEqual(self.line().price_unit, 80)

    def test_queries_do_not_grow_with_the_lines(self):
        self.make_agreement({"price": 80}, {"price": 70, "quantity_min": 10})
        orders = [
            self.make_order(self.account.partner_id, {self.product: 1})
            for _number in range(20)
        ]
        lines = self.env["sale.order.line"].union(*(o.order_line for o in orders))

        def decide(records):
            self.env["key.account.price"]._forget_rules()
            self.env["key.account.price"]._decide(records)

        self.count_queries(decide, lines)
        self.assertEqual(
            self.count_queries(decide, lines[:1]), self.count_queries(decide, lines)
        )

    def test_a_forged_agreement_line_is_refused(self):
        agreement = self.make_agreement({"price": 80})
        other = self.make_order(self.make_company("Other"), {self.product: 1})
        with self.assertRaisesRegex(Exception, "does not price Widget for Other"):
            other.order_line.agreement_line_id = agreement.line_ids
            self.env.flush_all()

    def test_a_price_locked_line_that_was_changed_is_held(self):
        self.make_agreement({"price": 80}, kind="price")
        order = self.make_quotation()
        order.order_line.price_unit = 70
        order.action_confirm()
        self.assertEqual(order.gate_state, "held")
        self.assertEqual(order.gate_issue_ids.code, "price_locked")
        order.order_line.price_unit = 80
        order._gate_reevaluate()
        self.assertEqual(order.state, "sale")

    def test_a_copy_of_an_order_from_an_ended_agreement_is_held(self):
        agreement = self.make_agreement({"price": 80})
        order = self.make_quotation()
        agreement.with_user(self.manager).action_terminate()
        copied = order.copy()
        self.assertEqual(copied.order_line.price_unit, 80)
        self.assertTrue(copied.order_line.agreement_line_id)
        copied.action_confirm()
        self.assertEqual(copied.gate_issue_ids.code, "agreement_ended")
        copied.action_update_prices()
        copied._gate_reevaluate()
        self.assertEqual((copied.state, copied.order_line.price_unit), ("sale", 100))

    def test_a_price_entered_by_hand_says_so(self):
        self.make_agreement({"price": 80})
        line = self.line()
        line.price_unit = 95
        self.assertEqual(line.price_source, "manual")
        self.assertRegex(line.price_trace, "by hand instead of: Agreement .*80.00")
        line.price_unit = 80
        self.assertEqual(line.price_source, "agreement")

    def test_a_price_given_with_a_new_line_is_entered_by_hand(self):
        for vals in (
            {"price_unit": 95},
            {"price_unit": 0},
            {"price_unit": 95, "technical_price_unit": 95},
        ):
            with self.subTest(**vals):
                line = {"product_id": self.product.id, **vals}
                order = self.make_quotation(order_line=[Command.create(line)])
                self.assertEqual(order.order_line.price_source, "manual")
                trace = order.order_line.price_trace
                self.assertRegex(trace, "^Entered by hand instead of: (List|Pricelist)")
                order.action_update_prices()
                self.assertIn(order.order_line.price_source, ("list", "pricelist"))

    def test_what_odoo_itself_gives_is_not_entered_by_hand(self):
        line = {"product_id": self.product.id, "price_unit": 100}
        dozen = {**line, "price_unit": 1200}
        dozen["product_uom_id"] = self.env.ref("uom.product_uom_dozen").id
        order = self.make_quotation(
            order_line=[Command.create(line), Command.create(dozen)]
        )
        order.order_line[0].discount = 5
        for line in order.order_line:
            self.assertIn(line.price_source, ("list", "pricelist"))

    def test_a_tax_that_a_fiscal_position_takes_out_is_not_entered_by_hand(self):
        tax = self.env["account.tax"].create(
            {"name": "In it", "amount": 25, "price_include_override": "tax_included"}
        )
        abroad = self.env["account.fiscal.position"].create({"name": "Abroad"})
        tax_free = self.env["account.tax"].create(
            {
                "name": "None",
                "amount": 0,
                "fiscal_position_ids": abroad.ids,
                "original_tax_ids": tax.ids,
            }
        )
        self.product.taxes_id = tax
        line = self.line(fiscal_position_id=abroad.id)
        self.assertEqual((line.price_unit, line.tax_ids), (80, tax_free))
        self.assertIn(line.price_source, ("list", "pricelist"))

    def test_customers_read_what_gave_their_price_and_not_what_did_not(self):
        customer = self.user("portal")
        customer.partner_id.parent_id = self.account.partner_id
        order = self.make_quotation()
        order.message_subscribe(customer.partner_id.ids)
        line = order.order_line.with_user(customer)
        self.assertTrue(line.price_trace)
        with self.assertRaises(AccessError):
            line.read(["price_beaten"])
        self.assertNotIn("price_beaten", line.fields_get())

    def test_rules_of_what_was_rolled_back_are_forgotten(self):
        with self.env.cr.savepoint() as savepoint:
            self.make_agreement({"price": 80})
            self.assertEqual(self.line().price_unit, 80)
            savepoint.rollback()
        self.assertEqual(self.line().price_unit, 100)

    def test_rules_are_forgotten_with_all_that_was_read(self):
        # As in the trial run of an import, where the ORM is not told of the rollback.
        with self.env.cr.savepoint(flush=False) as savepoint:
            agreement = self.make_agreement({"price": 80})
            self.assertEqual(self.line().price_unit, 80)
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        self.assertFalse(agreement.exists())
        self.assertEqual(self.line().price_unit, 100)

    def test_rules_are_forgotten_after_a_statement_of_somebody_else(self):
        agreement = self.make_agreement({"price": 80})
        self.assertEqual(self.line().price_unit, 80)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE key_account_agreement_line SET price = 70 WHERE agreement_id = %s",
            [agreement.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.line().price_unit, 70)

    def test_section_lines_have_no_source(self):
        order = self.make_quotation()
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Gifts"})
        ]
        self.assertEqual(order.order_line.mapped("price_source"), ["list", False])
