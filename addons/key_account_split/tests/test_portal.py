from odoo.tests import HttpCase, new_test_user, tagged

from .common import SplitCase


@tagged("post_install", "-at_install")
class TestPortal(SplitCase, HttpCase):
    def test_customer_sees_the_order_placed_and_not_its_children(self):
        tea = self.make_stock(self.make_product("Tea", 12.5), 100)
        parent = self.make_parent([tea], [(3,), (1,)])
        parent.action_split()
        buyer = new_test_user(self.env, login="test_buyer", groups="base.group_portal")
        buyer.partner_id.parent_id = self.customer
        self.env.flush_all()
        self.authenticate("test_buyer", "test_buyer")
        page = self.url_open("/my/orders").text
        self.assertIn(f">{parent.name}<", page.replace(" ", "").replace("\n", ""))
        self.assertNotIn(f"{parent.name}-001", page)
