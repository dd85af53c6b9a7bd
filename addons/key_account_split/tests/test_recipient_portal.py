from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common_delivery import DeliveryCase


@tagged("post_install", "-at_install")
class TestRecipientPortal(DeliveryCase, HttpCase):
    """The page on which the customer follows the recipients of an order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.make_customer("buyer", cls.customer)
        cls.stranger = cls.make_customer("stranger", cls.make_company("Stranger"))

    @classmethod
    def make_customer(cls, login, company):
        """Return a portal user who belongs to the company."""
        user = new_test_user(cls.env, login=f"test_{login}", groups="base.group_portal")
        user.partner_id.parent_id = company
        return user

    def get(self, order, query="", user=None):
        """Return status and text of the page of the order's recipients."""
        user = user or self.buyer
        self.env.flush_all()
        self.authenticate(user.login, user.login)
        answer = self.url_open(order._get_recipient_url(query), allow_redirects=False)
        return answer.status_code, answer.text

    def rows(self, order, query=""):
        """Return the names of the recipients on the page."""
        status, text = self.get(order, query)
        self.assertEqual(status, 200)
        rows = text.split('class="o_recipient_row"')[1:]
        names = [f"Recipient {number}" for number in range(1, 10)]
        return [name for row in rows for name in names if f">{name}<" in row]

    def test_customer_follows_the_recipients(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        first, second = parent.recipient_ids
        first.reference = "SHOP-1"
        parent.action_split()
        self.ship(second, 1).carrier_tracking_ref = "PARCEL-7"
        _status, text = self.get(parent)
        for shown in (
            *("Recipient 1", "SHOP-1", "Springfield", first.child_order_id.name),
            *("To Ship", "Delivered", "PARCEL-7"),
        ):
            self.assertIn(shown, text)
        for hidden in ("12.5", "37.5"):
            self.assertNotIn(hidden, text)
        self.authenticate(self.buyer.login, self.buyer.login)
        page = self.url_open(f"/my/orders/{parent.id}").text
        self.assertIn(parent._get_recipient_url(), page)
        self.assertIn("See all", page)

    def test_customer_reads_when_waiting_goods_are_prepared(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        parent.recipient_ids[0].date_wished = "2099-01-10"
        parent.action_split()
        child = parent.recipient_ids[0].child_order_id
        self.assertEqual(child.release_state, "waiting")
        _status, text = self.get(parent)
        self.assertEqual(text.count("Prepared from"), 1)
        self.assertIn(child.date_release.strftime("%m/%d/%Y"), text)

    def test_recipients_are_searched_and_filtered(self):
        parent = self.make_parent([self.tea], [(1,), (1,), (1,)])
        first, second, third = parent.recipient_ids
        first.reference = "SHOP-1"
        second.partner_id.city = "Shelbyville"
        parent.action_split()
        self.ship(third, 1).carrier_tracking_ref = "PARCEL-7"
        child = second.child_order_id.name
        one, two, three = "Recipient 1", "Recipient 2", "Recipient 3"
        for query, found in (
            ("?search=shop-1", [one]),
            ("?search=shelby", [two]),
            (f"?search={child}", [two]),
            ("?search=parcel-7", [three]),
            ("?search=Recipient%203&search_in=name", [three]),
            ("?search=Recipient%203&search_in=city", []),
            ("?search=Springfield&search_in=city", [one, three]),
            ("?filterby=delivered", [three]),
            ("?filterby=to_ship&search=shop", [one]),
            (
                "?filterby=nonsense&sortby=nonsense&search_in=nonsense",
                [one, two, three],
            ),
            ("?sortby=state", [three, one, two]),
        ):
            with self.subTest(query=query):
                self.assertEqual(self.rows(parent, query), found)
        _status, text = self.get(parent, "?search=nobody")
        self.assertIn("Show all recipients", text)

    def test_recipients_come_in_pages(self):
        parent = self.make_recipients(81).order_id
        _status, text = self.get(parent)
        self.assertEqual(text.count("o_recipient_row"), 80)
        _status, text = self.get(parent, "/page/2?filterby=to_ship")
        self.assertEqual(text.count("o_recipient_row"), 1)

    def test_others_find_nothing(self):
        parent = self.make_split(1)
        for user in (self.stranger, self.user("portal")):
            status, text = self.get(parent, user=user)
            self.assertEqual(status, 404)
            self.assertNotIn("Recipient 1", text)
        missing = self.env["sale.order"].browse(parent.id + 10**6)
        self.assertEqual(self.get(missing)[0], 404)
        self.assertEqual(self.get(missing, user=self.user("manager"))[0], 404)

    def test_a_link_without_login_shows_no_address(self):
        parent = self.make_split(1)
        token = parent._portal_ensure_token()
        self.env.flush_all()
        self.authenticate(None, None)
        url = parent._get_recipient_url(f"?access_token={token}")
        answer = self.url_open(url, allow_redirects=False)
        self.assertIn(answer.status_code, (302, 303))
        self.assertIn("/web/login", answer.headers["Location"])

    def test_a_draft_is_not_shown_to_the_customer(self):
        parent = self.make_parent([self.tea], [(1,)])
        self.assertEqual(self.get(parent)[0], 404)
        parent.action_quotation_sent()
        status, text = self.get(parent)
        self.assertEqual(status, 200)
        self.assertIn("Waiting", text)

    def test_salespeople_see_the_page_of_own_orders(self):
        parent = self.make_split(1)
        salesperson = self.user("salesperson")
        parent.user_id = salesperson
        self.assertEqual(self.get(parent, user=salesperson)[0], 200)
        parent.user_id = self.user("manager")
        self.assertEqual(self.get(parent, user=salesperson)[0], 404)

    def test_an_order_to_one_address_says_so(self):
        order = self.make_order(self.customer, {self.tea: 1})
        order.action_quotation_sent()
        _status, text = self.get(order)
        self.assertIn("goes to one address", text)

    @mute_logger("odoo.orm.models")
    def test_customers_read_no_recipient_by_the_orm(self):
        recipient = self.make_split(1).recipient_ids.with_user(self.buyer)
        for way in (
            lambda: recipient.read(["delivery_state"]),
            lambda: recipient.search([("delivery_state", "=", "late")]),
            recipient._get_delivery_pages,
            lambda: recipient._get_tracking_workbook("Tracking"),
        ):
            with self.assertRaises(AccessError):
                way()

    def test_queries_of_the_page_do_not_grow_with_recipients(self):
        counts = []
        for number in (1, 20):
            parent = self.make_recipients(number).order_id
            self.get(parent)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            answer = self.url_open(parent._get_recipient_url())
            self.assertEqual(answer.text.count("o_recipient_row"), number)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
