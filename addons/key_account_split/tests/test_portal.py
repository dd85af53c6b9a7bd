from odoo.tests import HttpCase, new_test_user, tagged

from .common import SplitCase

# A transparent pixel.
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    "AABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestPortal(SplitCase, HttpCase):
    def test_customer_who_signs_splits_the_order(self):
        tea = self.make_stock(self.make_product("Tea", 12.5), 100)
        parent = self.make_parent([tea], [(3,), (1,)])
        parent.write({"require_signature": True, "require_payment": False})
        parent.action_quotation_sent()
        buyer = new_test_user(self.env, login="test_buyer", groups="base.group_portal")
        buyer.partner_id.parent_id = self.customer
        self.authenticate("test_buyer", "test_buyer")
        self.make_jsonrpc_request(
            f"/my/orders/{parent.id}/accept",
            {
                "access_token": parent._portal_ensure_token(),
                "name": "Buyer",
                "signature": SIGNATURE,
                "content": parent.fingerprint,
            },
        )
        self.assertEqual(parent.state, "split")
        self.assertEqual(set(parent.child_order_ids.mapped("state")), {"sale"})
        self.assertEqual(parent.signed_by, "Buyer")
        self.assertIn(parent.name, self.url_open(parent.get_portal_url()).text)

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
