from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common import SplitCase

# What no two records have in common.
OWN = {"id", "create_date", "write_date", "access_token", "display_name", "fingerprint"}
OWN |= {"message_ids", "message_follower_ids"}  # compared by what they say
# What makes a child order a child order.
CHILD = {"parent_order_id", "recipient_id", "parent_line_id", "origin", "date_order"}
CHILD |= {"date_release", "release_state"}  # when it goes to the warehouse
CHILD |= {"extra_tax_data"}  # its share of the parent's taxes, to the cent


@tagged("post_install", "-at_install")
class TestLikeByHand(SplitCase):
    """The children are made many at a time. Each of them, and all that its confirmation
    makes, is what an order is that somebody writes and confirms by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # With chatter and followers, as outside of tests.
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        tax = cls.env["account.tax"].create({"name": "19%", "amount": 19})
        cls.tea = cls.make_stock(cls.make_product("Tea", 12.5, taxes_id=tax.ids), 100)
        cls.cup = cls.make_stock(cls.make_product("Cup", 3.2), 3)
        # Behind two doors of the warehouse, the older goods first.
        shelf = cls.env["stock.location"].create(
            {"name": "Shelf", "location_id": cls.warehouse.lot_stock_id.id}
        )
        cls.pen = cls.make_product("Pen", 1.0)
        for place, quantity in ((shelf, 10), (cls.warehouse.lot_stock_id, 50)):
            cls.env["stock.quant"]._update_available_quantity(cls.pen, place, quantity)
        cls.course = cls.make_product("Course", 99.0, type="service", is_storable=False)
        cls.products = [cls.tea, cls.cup, cls.pen, cls.course]
        cls.seller = cls.user("salesperson")
        cls.account.user_id = cls.seller

    def split(self, shares):
        parent = self.make_parent(self.products, shares)
        parent.user_id = self.seller
        parent.action_split()
        return parent.child_order_ids.sorted("name")

    def make_by_hand(self, child):
        """Return an order like the child, confirmed."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "partner_shipping_id": child.partner_shipping_id.id,
                "user_id": self.seller.id,
                "require_signature": False,
                "order_line": [
                    Command.create(
                        {
                            "product_id": line.product_id.id,
                            "product_uom_qty": line.product_uom_qty,
                        }
                    )
                    for line in child.order_line
                ],
            }
        )
        order.action_confirm()
        return order

    # ------------------------------------------------------------------ compare

    def assertAlike(self, found, wanted, ignored=(), names=((), ())):
        """Assert that two sets of records have the same stored values, where they do not
        refer to each other.

        :param names: what is called differently: ``(names of found, names of wanted)``
        """
        self.assertEqual(len(found), len(wanted), found._name)
        for one, other in zip(found, wanted, strict=True):
            for name, field in found._fields.items():
                if name in OWN or name in ignored or not field.store:
                    continue
                self.assertEqual(
                    self.describe(one, field, names[0]),
                    self.describe(other, field, names[1]),
                    (found._name, name),
                )

    def describe(self, record, field, own_names):
        value = record[field.name]
        if field.relational:
            known = ("sale.order", "sale.order.line", "stock.reference", "stock.move")
            known += ("stock.picking", "stock.move.line", "mail.message")
            if field.comodel_name.startswith(known):
                return len(value)
            return sorted(value.ids)
        if field.type in ("datetime", "date"):
            # Both were made in the same minute, or both have none.
            return bool(value)
        if field.type in ("char", "html", "text", "json"):
            text = html2plaintext(value) if field.type == "html" else str(value or "")
            for name in own_names:
                text = text.replace(name, "NAME")
            return text
        if field.type in ("float", "monetary"):
            return round(value, 6)
        return value

    def describe_messages(self, record, own_name):
        """Return what the record's chatter shows, and how it was said."""
        fields = ["message_type", "author_id", "subtype_id", "is_internal"]
        fields += ["email_from", "reply_to", "record_company_id"]
        fields += ["record_alias_domain_id", "email_add_signature", "subject"]
        return [
            (
                html2plaintext(message.body).replace(own_name, "NAME"),
                bool(message.parent_id),
                message.notified_partner_ids.ids,
                *(str(message[name]) for name in fields),
            )
            for message in record.message_ids.sorted("id")
        ]

    def describe_followers(self, record):
        return sorted(
            (follower.partner_id.id, sorted(follower.subtype_ids.ids))
            for follower in record.message_follower_ids
        )

    def assertLikeByHand(self, child, order):
        found, wanted = child.picking_ids, order.picking_ids
        names = ((child.name, found.name), (order.name, wanted.name))
        self.assertEqual((found.origin, wanted.origin), (child.name, order.name))
        for one, other, ignored in (
            (child, order, CHILD | {"name", "reference"}),
            (child.order_line, order.order_line, CHILD | {"sequence"}),
            (found, wanted, {"name"}),
            (found.move_ids, wanted.move_ids, {"sequence"}),
            (found.move_line_ids, wanted.move_line_ids, ()),
            (child.stock_reference_ids, order.stock_reference_ids, ()),
        ):
            self.assertAlike(one, other, ignored, names)
        for one, other in ((child, order), (found, wanted)):
            self.assertEqual(
                self.describe_followers(one), self.describe_followers(other)
            )
        self.assertEqual(
            self.describe_messages(found, child.name),
            self.describe_messages(wanted, order.name),
        )

    # -------------------------------------------------------------------- tests

    def test_child_and_its_transfer_are_like_those_made_by_hand(self):
        children = self.split([(3, 1, 1, 1), (2, 0, 1, 0)])
        for child in children:
            order = self.make_by_hand(child)
            self.assertEqual(child.picking_ids.state, "assigned")
            self.assertLikeByHand(child, order)

    def test_what_is_missing_waits_like_by_hand(self):
        children = self.split([(60, 2, 4, 0), (60, 2, 45, 0), (1, 1, 20, 1)])
        wanted = []
        # By hand, one after the other, with the same in stock.
        moves = children.picking_ids.move_ids
        found = [self.describe_reserved(child) for child in children]
        orders = [self.make_unreserved(child) for child in children]
        moves._do_unreserve()
        for order in orders:
            order.picking_ids.action_assign()
            wanted.append(self.describe_reserved(order))
        self.assertEqual(found, wanted)
        self.assertIn("partially_available", {row[2] for row in wanted[1]})

    def make_unreserved(self, child):
        order = self.make_by_hand(child)
        order.picking_ids.do_unreserve()
        return order

    def describe_reserved(self, order):
        return [
            (
                move.product_id,
                move.quantity,
                move.state,
                sorted(
                    (line.location_id.id, line.quantity) for line in move.move_line_ids
                ),
            )
            for move in order.picking_ids.move_ids.sorted("id")
        ]

    def test_what_is_reserved_is_reserved_of_the_stock(self):
        children = self.split([(3, 1, 2, 1), (2, 1, 2, 0), (4, 0, 2, 0)])
        lines = children.picking_ids.move_line_ids
        for product, quantity in ((self.tea, 9), (self.cup, 2), (self.pen, 6)):
            quants = self.env["stock.quant"].search(
                [
                    ("product_id", "=", product.id),
                    ("location_id.usage", "=", "internal"),
                ]
            )
            self.assertEqual(sum(quants.mapped("reserved_quantity")), quantity)
            of_product = lines.filtered(lambda line, p=product: line.product_id == p)
            self.assertEqual(sum(of_product.mapped("quantity")), quantity)
            for quant in quants:
                self.assertLessEqual(quant.reserved_quantity, quant.quantity)

    def test_nobody_is_told_of_each_child_that_it_is_his(self):
        before = self.env["mail.message"].search_count(
            [("partner_ids", "in", self.seller.partner_id.ids)]
        )
        children = self.split([(1, 0, 0, 0)] * 3)
        self.assertIn(self.seller.partner_id, children[0].message_partner_ids)
        after = self.env["mail.message"].search_count(
            [("partner_ids", "in", self.seller.partner_id.ids)]
        )
        # The parent was handed to the seller, that is one message.
        self.assertLessEqual(after - before, 1)
