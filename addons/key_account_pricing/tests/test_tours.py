from odoo.tests import HttpCase, tagged

from .common import PricingCase


@tagged("post_install", "-at_install")
class TestTours(PricingCase, HttpCase):
    """Prices from the agreement to the signature, each part in the login of whose part
    it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.partner_id.write(
            {"name": "Tour Customer", "email": "tour.customer@example.com"}
        )
        cls.product.name = "Tour Cabinet"
        cls.bracket = cls.make_product("Tour Bracket", price=15.0)

    def test_a_price_below_guide_from_the_line_to_the_signature(self):
        self.account.is_reply_required = True
        self.make_agreement({"product_id": self.bracket.id, "price": 14.0})
        self.make_sheet({"price": 100.0}, kind="guide")
        self.make_rule(self.manager, thresholds={"guide_distance": 0.0})
        self.start_tour(
            "/odoo", "below_guide_salesperson", login=self.salesperson.login
        )
        order = self.env["sale.order"].search(
            [("partner_id", "=", self.account.partner_id.id)]
        )
        self.assertHeld(
            order, "waits for approval", "needs an approval", "signed reply is missing"
        )
        self.start_tour("/odoo", "below_guide_manager", login=self.manager.login)
        self.assertHeld(order, "signed reply is missing")
        url = f"/odoo/sale.order/{order.id}"
        self.start_tour(url, "below_guide_send", login=self.salesperson.login)
        self.start_tour(order.get_portal_url(), "below_guide_customer", login=None)
        self.assertEqual((order.state, order.gate_state), ("sale", "clear"))
        self.assertEqual(order.signed_by, "Tour Customer")
        self.start_tour(url, "below_guide_confirmed", login=self.salesperson.login)

    def test_managers_set_guide_prices(self):
        self.start_tour("/odoo", "price_sheet_author", login=self.second_manager.login)
        self.start_tour("/odoo", "price_sheet_other_manager", login=self.manager.login)
        self.start_tour(
            "/odoo", "price_sheet_salesperson", login=self.salesperson.login
        )
        sheet = self.env["key.account.price.sheet"].search(
            [("title", "=", "Tour Floor")]
        )
        self.assertEqual((sheet.kind, sheet.state), ("guide", "active"))
        self.assertEqual(sheet.line_ids.product_id, self.product | self.bracket)

    def test_an_agreement_prices_a_quotation_up_to_its_volume(self):
        self.start_tour("/odoo", "agreement_salesperson", login=self.salesperson.login)
        self.start_tour("/odoo", "agreement_manager", login=self.manager.login)
        self.start_tour("/odoo", "agreement_quotation", login=self.salesperson.login)
        agreement = self.account.agreement_ids
        self.assertEqual(agreement.line_ids.mapped("quantity_remaining"), [0.0, 0.0])
