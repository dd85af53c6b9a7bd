from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account.exceptions import DutyError

from .common import PricingCase


@tagged("post_install", "-at_install")
class TestPriceForged(PricingCase):
    """Which rule prices a line is decided, not chosen."""

    def make_own_sheet(self):
        """Return a draft with prices that the salesperson made for the account."""
        line = {"product_id": self.product.id, "price": 0.01}
        return (
            self.env["key.account.price.sheet"]
            .with_user(self.salesperson)
            .create({"account_id": self.account.id, "line_ids": [Command.create(line)]})
        )

    def make_other_account(self):
        """Return an account that is not the salesperson's."""
        return self.make_account(self.make_company("Other"), user_id=self.manager.id)

    def test_what_was_never_in_force_prices_no_line(self):
        sheet = self.make_own_sheet()
        order = self.make_quotation()
        with self.assertStopped("does not price Widget for Acme", ValidationError):
            order.order_line.price_sheet_line_id = sheet.line_ids
        sheet.action_submit()
        line = {
            "product_id": self.product.id,
            "price_sheet_line_id": sheet.line_ids.id,
        }
        with self.assertStopped("does not price Widget for Acme", ValidationError):
            order.order_line = [Command.create(line)]
        agreement = self.make_agreement({"price": 0.01}, state="draft")
        with self.assertStopped("does not price Widget for Acme", ValidationError):
            order.order_line.agreement_line_id = agreement.line_ids

    def test_a_tier_that_was_not_reached_holds_the_order(self):
        agreement = self.make_agreement(
            {"price": 90}, {"price": 10, "quantity_min": 1000}
        )
        order = self.make_quotation()
        order.order_line.agreement_line_id = agreement.line_ids[1]
        order.action_confirm()
        self.assertHeld(order, "v1 does not price Widget as it is ordered: update the")
        self.assertEqual(self.open_issues(order).code, "price_outdated")
        order.action_update_prices()
        order._gate_reevaluate()
        self.assertEqual((order.state, order.order_line.price_unit), ("sale", 90))

    def test_a_price_of_another_region_or_day_holds_the_order(self):
        belgium = self.env["key.account.region"].create(
            {"name": "Belgium", "country_id": self.env.ref("base.be").id}
        )
        regional = self.make_sheet({"price": 70}, kind="region", region_id=belgium.id)
        soon = self.make_sheet({"price": 60}, date_start="2090-01-01")
        for sheet in (regional, soon):
            with self.subTest(sheet.display_name):
                order = self.make_quotation()
                order.order_line.price_sheet_line_id = sheet.line_ids
                order.action_confirm()
                self.assertHeld(order, "does not price Widget as it is ordered")

    def test_the_gate_takes_as_many_queries_for_twenty_orders_as_for_one(self):
        self.make_agreement({"price": 90}, {"price": 10, "quantity_min": 1000})
        orders = self.env["sale.order"].union(
            *(self.make_quotation() for _number in range(20))
        )

        def judge(some):
            self.env["key.account.price"]._forget_rules()
            self.assertFalse(some.sudo().order_line._get_outdated_issues())

        self.count_queries(judge, orders)
        self.assertEqual(
            self.count_queries(judge, orders[:1]), self.count_queries(judge, orders)
        )

    def test_nobody_says_that_an_agreement_has_no_volume_left(self):
        agreement = self.make_agreement(
            {"price": 99}, kind="price", is_reply_required=True
        )
        order = self.make_quotation()
        forged = {"exhausted_agreement_id": agreement.id}
        for user in (self.salesperson, self.manager, self.user("administrator")):
            with self.assertStopped("not entered by hand", DutyError):
                order.with_user(user).order_line.write(forged)
        line = {"product_id": self.product.id, **forged}
        with self.assertStopped("not entered by hand", DutyError):
            order.order_line = [Command.create(line)]
        order.with_context(default_exhausted_agreement_id=agreement.id).order_line = [
            Command.create({"product_id": self.product.id})
        ]
        self.assertFalse(order.order_line.exhausted_agreement_id)

    def test_where_a_price_comes_from_is_not_made_up(self):
        self.make_agreement({"price": 90})
        order = self.make_quotation()
        for forged in ({"price_source": "agreement"}, {"price_trace": "Agreement 7"}):
            with self.assertStopped("follows from other values", DutyError):
                order.order_line.write(forged)
            line = {"product_id": self.product.id, "price_unit": 1, **forged}
            order.order_line = [Command.create(line)]
            added = order.order_line[-1]
            self.assertEqual(added.price_source, "manual")
            self.assertRegex(added.price_trace, "^Entered by hand instead of")

    def test_what_else_would_have_applied_is_not_made_up(self):
        self.make_agreement({"price": 90})
        self.make_sheet({"price": 95})
        forged = {"price_beaten": "Promotion X: 1.00"}
        order = self.make_quotation(
            order_line=[Command.create({"product_id": self.product.id, **forged})]
        )
        true = r"^Customer price .*95\.00.*\n(List price|Pricelist .*)$"
        self.assertRegex(order.order_line.price_beaten, true)
        for user in (self.salesperson, self.manager, self.user("administrator")):
            with self.assertStopped("follows from other values", DutyError):
                order.with_user(user).order_line.write(forged)
        line = {"product_id": self.product.id}
        order.order_line = [Command.create({**line, **forged})]
        order.with_context(default_price_beaten="X").order_line = [Command.create(line)]
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        order.order_line = [Command.create({**line, "price_unit": 0, **forged})]
        order.with_context(default_price_beaten="X").order_line = [
            Command.create({**line, "price_unit": 0})
        ]
        self.assertEqual(len(order.order_line), 5)
        for line in order.order_line:
            self.assertRegex(line.price_beaten, true)

    def test_copies_say_what_applies_now(self):
        self.make_agreement({"price": 90})
        order = self.make_quotation()
        self.assertNotIn("Customer price", order.order_line.price_beaten)
        self.make_sheet({"price": 95})
        self.assertRegex(
            order.copy().order_line.price_beaten, "^Customer price .*95.00"
        )

    def test_the_region_is_not_chosen(self):
        region = self.env["key.account.region"].create(
            {"name": "Belgium", "country_id": self.env.ref("base.be").id}
        )
        order = self.make_quotation(price_region_id=region.id)
        self.assertFalse(order.price_region_id)
        with self.assertStopped("follows from other values", DutyError):
            order.price_region_id = region

    def test_lines_are_not_moved_into_documents_of_others(self):
        theirs = (
            self.env["key.account.agreement"]
            .with_user(self.manager)
            .create({"account_id": self.make_other_account().id})
        )
        mine = self.make_agreement({"price": 1}, state="draft")
        lines = mine.with_user(self.salesperson).line_ids
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            lines.agreement_id = theirs.id
        self.assertFalse(theirs.line_ids)
        lines.agreement_id = self.make_agreement(state="draft")
        self.assertFalse(mine.line_ids)

    def test_documents_are_not_handed_to_accounts_of_others(self):
        other = self.make_other_account()
        agreement = self.make_agreement({"price": 1}, state="draft")
        for document in (agreement, self.make_own_sheet()):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                document.with_user(self.salesperson).account_id = other
                self.env.flush_all()
            self.assertEqual(document.account_id, self.account)
        sheet = self.make_own_sheet()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            sheet.kind = "promotion"
        self.assertEqual(sheet.sudo().kind, "customer")
