from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common_delivery import DeliveryCase

ORDERS = "key_account_split.delivery_list_report"
RECIPIENTS = "key_account_split.recipient_delivery_list_report"


@tagged("post_install", "-at_install")
class TestDeliveryList(DeliveryCase):
    """The paper that goes with the goods: a page for each recipient."""

    def render(self, report, records, role=None):
        user = self.user(role) if role else self.env.user
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(user)
            ._render_qweb_html(report, records.ids)
        )
        return content.decode()

    def pages(self, html):
        return html.split('class="o_delivery_page"')[1:]

    def test_each_recipient_has_a_page(self):
        cup = self.make_stock(self.make_product("Cup", 7.75, default_code="C-1"), 100)
        parent = self.make_parent([self.tea, cup], [(3, 2), (1, 0)])
        first, _second = parent.recipient_ids
        first.write(
            {
                "reference": "SHOP-0815",
                "note": "Ring twice",
                "date_wished": fields.Date.to_date("2031-05-17"),
            }
        )
        parent.client_order_ref = "PO-4711"
        parent.action_split()
        first.child_order_id.action_release_now()
        picking = first.child_order_id.picking_ids
        picking.carrier_tracking_ref = "PARCEL-9"
        one, two = self.pages(self.render(ORDERS, parent))
        for text in (
            *("Recipient 1 Street 1", "Springfield", "SHOP-0815", "Ring twice"),
            *("PO-4711", "[C-1] Cup", "3.00", "2.00", "05/17/2031", "PARCEL-9"),
            *(parent.name, first.child_order_id.name, picking.name, "Acme"),
            "data:image/png;base64",
        ):
            self.assertIn(text, one)
        self.assertNotIn("page-break-before", one)
        self.assertIn("page-break-before", two)
        self.assertIn("Recipient 2 Street 1", two)
        self.assertIn("1.00", two)
        self.assertNotIn("Cup", two, "the second gets no cup")
        self.assertNotIn("SHOP-0815", two)

    def test_pages_show_no_price(self):
        parent = self.make_split(3)
        for role in (None, "warehouse"):
            html = self.render(ORDERS, parent, role)
            for price in ("12.5", "37.5"):
                self.assertNotIn(price, html)

    def test_warehouse_prints_orders_and_selected_recipients(self):
        parent = self.make_split(1, 1, 1)
        self.assertEqual(len(self.pages(self.render(ORDERS, parent, "warehouse"))), 3)
        chosen = parent.recipient_ids[1:]
        pages = self.pages(self.render(RECIPIENTS, chosen, "warehouse"))
        self.assertEqual(len(pages), 2)
        self.assertIn("Recipient 2 Street 1", pages[0])

    def test_salesperson_prints_own_orders_only(self):
        parent = self.make_split(1)
        salesperson = self.user("salesperson")
        parent.user_id = salesperson
        self.assertTrue(self.pages(self.render(ORDERS, parent, "salesperson")))
        parent.user_id = self.user("manager")
        parent.flush_recordset()
        for report, records in ((ORDERS, parent), (RECIPIENTS, parent.recipient_ids)):
            with self.assertRaises(AccessError):
                self.render(report, records, "salesperson")

    def test_nobody_ships_what_was_cancelled(self):
        parent = self.make_split(1, 1)
        first = parent.recipient_ids[0]
        first.child_order_id.picking_ids.action_cancel()
        one, two = self.pages(self.render(ORDERS, parent))
        self.assertIn("Do not deliver", one)
        self.assertNotIn("Do not deliver", two)

    def test_pages_are_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.tea.with_context(lang="zh_CN").name = "茶"
        parent, other = self.make_split(1), self.make_split(1)
        parent.partner_id.lang = "zh_CN"
        (page,) = self.pages(self.render(ORDERS, parent))
        self.assertIn("茶", page)
        stranger = self.make_company("Stranger", lang="en_US")
        self.env.cr.execute(
            "UPDATE sale_order SET partner_id = %s WHERE id = %s",
            [stranger.id, other.id],
        )
        self.env.invalidate_all()
        pages = self.pages(self.render(ORDERS, parent + other))
        self.assertEqual([("茶" in page) for page in pages], [True, False])

    def test_the_barcode_is_the_transfer_or_else_the_child(self):
        parent = self.make_parent([self.tea], [(3,)])
        recipient = parent.recipient_ids

        def barcode():
            ((_lang, (page,)),) = recipient._get_delivery_pages()
            return page["barcode"]

        self.assertEqual(barcode(), parent.name)
        parent.action_split()
        child = recipient.child_order_id
        self.assertEqual(barcode(), child.picking_ids.name)
        self.ship(recipient, 2)
        self.assertEqual(barcode(), child.name)

    def test_a_quotation_without_recipients_says_so(self):
        order = self.make_order(self.customer, {self.tea: 1})
        html = self.render(ORDERS, order)
        self.assertIn("add recipients to the order", html)

    def test_reports_are_in_the_print_menus(self):
        for model, report in (
            ("sale.order", ORDERS),
            ("sale.order.recipient", RECIPIENTS),
        ):
            bindings = self.env["ir.actions.actions"].get_bindings(model)["report"]
            self.assertIn(self.env.ref(report).id, [found["id"] for found in bindings])

    def test_queries_do_not_grow_with_recipients(self):
        counts = []
        for number in (1, 20):
            order = self.make_recipients(number).order_id
            order.recipient_ids.partner_id.country_id = self.env.ref("base.us")
            order = order.browse(order.id)

            def way(order=order, number=number):
                self.assertEqual(len(self.pages(self.render(ORDERS, order))), number)

            self.count_queries(way)
            counts.append(self.count_queries(way))
        self.assertEqual(*counts)

    def test_text_of_a_recipient_is_no_markup(self):
        parent = self.make_parent([self.tea], [(1,)])
        parent.recipient_ids.write({"note": "<b>x</b>", "reference": "订单 <i>"})
        parent.order_line.write({"name": "Tea"})
        parent.recipient_ids.line_ids = [
            Command.update(parent.recipient_ids.line_ids.id, {"quantity": 1})
        ]
        (page,) = self.pages(self.render(ORDERS, parent))
        self.assertIn("&lt;b&gt;x&lt;/b&gt;", page)
        self.assertNotIn("<i>", page)
