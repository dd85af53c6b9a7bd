from odoo.tests import HttpCase, new_test_user, tagged

from .common_delivery import DeliveryCase


@tagged("post_install", "-at_install")
class TestRecipientTours(DeliveryCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.user_id = cls.user("salesperson")

    def setUp(self):
        super().setUp()
        parent = self.make_parent([self.tea], [(1,), (1,), (1,), (1,)])
        parent.user_id = self.user("salesperson")
        first, second, third, fourth = parent.recipient_ids
        second.reference = "SHOP-2"
        parent.recipient_ids.partner_id.state_id = self.env.ref("base.state_us_5")
        parent.action_split()
        self.ship(first, 1).carrier_tracking_ref = "PARCEL-1"
        self.ship(second, 1)
        self.promise(third, -2)
        fourth.child_order_id.picking_ids.action_cancel()

    def test_salesperson_opens_the_figures_of_an_order(self):
        login = self.user("salesperson").login
        self.start_tour("/odoo", "recipient_dashboard_salesperson", login=login)

    def test_customer_follows_the_recipients(self):
        buyer = new_test_user(self.env, login="test_buyer", groups="base.group_portal")
        buyer.partner_id.parent_id = self.customer
        self.start_tour("/my/orders", "recipient_portal_customer", login="test_buyer")
