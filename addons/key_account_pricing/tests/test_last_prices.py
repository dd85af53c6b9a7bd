from datetime import datetime, timedelta

from lxml import etree

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common_library import LibraryCase


@tagged("post_install", "-at_install")
class TestLastPrices(LibraryCase):
    def make_past_orders(self, *prices, **vals):
        """Return quotations with these prices, the oldest first."""
        orders = self.env["sale.order"]
        for age, price in enumerate(reversed(prices), start=1):
            order = self.make_priced_order(price, **vals)
            order.date_order = datetime.now() - timedelta(days=age)
            orders |= order
        return orders

    def test_the_last_five_come_newest_first_without_the_line_itself(self):
        self.make_past_orders(91, 92, 93, 94, 95, 96)
        line = self.make_priced_order(50).order_line
        found = line._get_last_prices()[line]
        self.assertEqual(found.mapped("price"), [96, 95, 94, 93, 92])
        self.assertEqual(line._get_last_prices(limit=2)[line], found[:2])

    def test_they_are_of_all_kinds(self):
        self.make_agreement({"price": 80})
        self.make_invoice(85)
        line = self.make_priced_order(50).order_line
        kinds = line._get_last_prices()[line].mapped("kind")
        self.assertEqual(set(kinds), {"agreement", "invoice"})

    def test_they_are_the_customers_with_all_contacts_and_the_products(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.account.partner_id.id}
        )
        self.make_past_orders(91, partner=contact)
        self.make_past_orders(92, partner=self.make_company("Stranger"))
        self.make_past_orders(93, product_id=self.make_product("Other").id)
        line = self.make_priced_order(50).order_line
        self.assertEqual(line._get_last_prices()[line].mapped("price"), [91])
        theirs = self.make_priced_order(50, partner=contact).order_line
        self.assertEqual(
            sorted(theirs._get_last_prices()[theirs].mapped("price")), [50, 91]
        )

    def test_lines_without_a_product_have_none(self):
        order = self.make_priced_order()
        order.order_line = [
            Command.create({"display_type": "line_note", "name": "Hello"})
        ]
        self.make_past_orders(91)
        found = order.order_line._get_last_prices()
        self.assertEqual(
            [
                len(found[line])
                for line in order.order_line.sorted(
                    lambda line: bool(line.display_type)
                )
            ],
            [1, 0],
        )
        self.assertEqual(self.env["sale.order.line"]._get_last_prices(), {})

    def test_each_of_several_lines_gets_its_own(self):
        other = self.make_product("Other")
        self.make_past_orders(91, 92)
        self.make_past_orders(71, 72, product_id=other.id)
        order = self.make_order(self.account.partner_id, {self.product: 1, other: 1})
        found = order.order_line._get_last_prices()
        prices = [found[line].mapped("price") for line in order.order_line]
        self.assertEqual(prices, [[92, 91], [72, 71]])

    def test_queries_do_not_grow_with_the_lines(self):
        products = [self.make_product(f"Product {n}") for n in range(20)]
        for product in products:
            self.make_past_orders(10, 20, product_id=product.id)
        order = self.make_order(self.account.partner_id, dict.fromkeys(products, 1))

        def read(lines):
            found = lines._get_last_prices()
            self.assertEqual(
                [len(found[line]) for line in lines], [2] * len(lines), found
            )

        self.count_queries(read, order.order_line)
        self.assertEqual(
            self.count_queries(read, order.order_line[:1]),
            self.count_queries(read, order.order_line),
        )

    def test_the_button_shows_them(self):
        past = self.make_past_orders(91)
        past.user_id = self.salesperson
        line = self.make_quotation().order_line
        action = line.action_open_last_prices()
        self.assertEqual(action["target"], "new")
        self.assertIn(self.product.name, action["name"])
        rows = self.library.with_user(self.salesperson).search(action["domain"])
        self.assertEqual(rows.order_id, past)
        [(view_id, kind)] = action["views"]
        view = rows.get_views([(view_id, kind)])["views"][kind]
        self.assertIn('name="price"', view["arch"])

    def test_only_those_who_may_open_the_library_see_the_button(self):
        seller = new_test_user(
            self.env, "test_seller", groups="sales_team.group_sale_salesman"
        )
        for user, is_shown in (
            (self.salesperson, True),
            (self.manager, True),
            (self.user("controller"), True),
            (seller, False),
            (self.user("warehouse"), False),
        ):
            order = self.env["sale.order"].with_user(user)
            arch = etree.fromstring(
                order.get_views([(False, "form")])["views"]["form"]["arch"]
            )
            lines = arch.find(".//field[@name='order_line']")
            for kind in ("list", "form"):
                with self.subTest(user=user.login, view=kind):
                    found = lines.find(kind).findall(
                        ".//button[@name='action_open_last_prices']"
                    )
                    self.assertEqual(len(found), int(is_shown))
