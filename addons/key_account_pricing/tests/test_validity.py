from odoo.tests import tagged

from odoo.addons.key_account.exceptions import GateError

from .common_quotation import QuotationCase


@tagged("post_install", "-at_install")
class TestValidity(QuotationCase):
    def test_an_expired_quotation_is_held(self):
        order = self.make_quotation(validity_date=self.days(-1))
        order.action_confirm()
        self.assertHeld(order, "The quotation was valid until .*may set a later")
        self.assertEqual(self.get_codes(order), ["quotation_expired"])
        self.assertEqual(self.open_issues(order).kind, "price")

    def test_on_its_last_day_and_without_one_it_is_confirmed(self):
        for date in (self.today, False):
            order = self.make_quotation(validity_date=date)
            order.action_confirm()
            self.assertEqual(order.state, "sale")

    def test_the_salesperson_extends_it_and_it_confirms_itself(self):
        order = self.make_quotation(validity_date=self.days(-1))
        order.action_confirm()
        order.validity_date = self.days(1)
        self.judge_again()
        self.assertEqual(order.state, "sale")

    def test_its_next_version_is_confirmed(self):
        order = self.make_quotation(validity_date=self.days(-1))
        version = self.revise(order)
        version.action_confirm()
        self.assertEqual(version.state, "sale")

    def test_the_manager_releases_it(self):
        order = self.make_quotation(validity_date=self.days(-1))
        order.action_confirm()
        self.open_issues(order).with_user(self.manager).action_release("They called.")
        self.assertEqual(order.state, "sale")

    def test_a_state_written_directly_is_refused(self):
        order = self.make_quotation(validity_date=self.days(-1))
        with self.assertStopped("The quotation was valid until", GateError):
            order.write({"state": "sale"})
        self.assertEqual(order.state, "draft")

    def test_what_was_confirmed_in_time_is_raised_later(self):
        order = self.make_quotation(validity_date=self.today)
        order.action_confirm()
        order.sudo().validity_date = self.days(-1)
        order.order_line.product_uom_qty = 5
        self.assertEqual(order.order_line.product_uom_qty, 5)

    def test_ordinary_quotations_are_confirmed(self):
        order = self.make_order(
            self.make_company("Walk-in"),
            {self.product: 1},
            validity_date=self.days(-1),
        )
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_expired_quotations_are_found(self):
        expired = self.make_quotation(validity_date=self.days(-1))
        valid = self.make_quotation(validity_date=self.today)
        arch = self.env["sale.order"].get_view(
            self.env.ref("sale.sale_order_view_search_inherit_quotation").id, "search"
        )["arch"]
        self.assertIn('name="filter_expired"', arch)
        domain = [("validity_date", "<", "today"), ("state", "in", ("draft", "sent"))]
        found = expired.search([*domain, ("id", "in", (expired | valid).ids)])
        self.assertEqual(found, expired)
