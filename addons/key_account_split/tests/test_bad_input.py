from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import SplitError, SplitLockedError
from .common import SplitCase


@tagged("post_install", "-at_install")
class TestBadInput(SplitCase):
    """Each mistake gets one sentence that names the row and the fix; nothing changes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_product("Tea", 12.5)
        cls.cup = cls.make_product("Cup", 3.2)

    def assertRefused(self, order, sentence):
        with self.assertRaisesRegex(SplitError, sentence) as caught:
            order.action_split()
        self.assertEqual(len(str(caught.exception).splitlines()), 1)
        order.invalidate_recordset()
        self.assertEqual(order.state, "draft")
        self.assertFalse(order.child_order_ids)

    def test_quantities_that_do_not_add_up(self):
        order = self.make_order(self.customer, {self.tea: 5, self.cup: 2})
        recipient = self.add_recipient(order, "A", (4, 2))
        self.assertRefused(
            order,
            r"Line 1, Tea: 5 ordered but the recipients get 4; give them 1 more\.",
        )
        recipient.line_ids[0].quantity = 7.5
        self.assertRefused(order, r"get 7\.5; give them 2\.5 less\.")

    def test_recipient_without_address(self):
        parent = self.make_parent([self.tea], [(1,), (1,)])
        parent.recipient_ids[1].partner_id = False
        self.assertRefused(
            parent, r"Recipient row 2 has no delivery address: choose one\."
        )

    def test_recipient_with_an_incomplete_address(self):
        parent = self.make_parent([self.tea], [(1,), (1,)])
        parent.recipient_ids[0].partner_id.street = False
        self.assertRefused(parent, r"row 1, .*Recipient 1.*, has no street or city")

    def test_recipient_that_gets_nothing(self):
        parent = self.make_parent([self.tea], [(2,), (0,)])
        self.assertRefused(parent, r"row 2, .*Recipient 2.*, gets nothing")

    def test_product_that_is_not_in_the_order(self):
        order = self.make_order(self.customer, {self.tea: 1})
        other = self.make_order(self.customer, {self.cup: 1})
        recipient = self.add_recipient(order, "A", (1,))
        with self.assertRaisesRegex(
            ValidationError, f"Cup is not a line of order {order.name}; add it"
        ):
            recipient.line_ids = [
                Command.create({"order_line_id": other.order_line.id, "quantity": 1})
            ]

    def test_recipient_of_a_section(self):
        parent = self.make_parent([self.tea], [(1,)])
        section = {"display_type": "line_section", "name": "Gifts"}
        parent.order_line = [Command.create(section)]
        line = parent.order_line.filtered("display_type")
        parent.recipient_ids.line_ids = [
            Command.create({"order_line_id": line.id, "quantity": 1})
        ]
        self.assertRefused(parent, "Gifts is not a line of order")

    def test_line_that_moved_to_another_order(self):
        parent = self.make_parent([self.tea, self.cup], [(1, 1)])
        other = self.make_order(self.customer, {})
        parent.order_line[1].order_id = other
        self.assertRefused(parent, "Cup is not a line of order")

    def test_empty_recipient_list(self):
        order = self.make_order(self.customer, {self.tea: 1})
        self.assertRefused(order, r"has no recipients: add at least one")

    def test_negative_quantity(self):
        parent = self.make_parent([self.tea], [(1,)])
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            parent.recipient_ids.line_ids.quantity = -1

    def test_all_mistakes_are_told_at_once(self):
        parent = self.make_parent([self.tea], [(1,), (1,)])
        parent.recipient_ids[0].partner_id = False
        parent.recipient_ids[1].line_ids.quantity = 5
        with self.assertRaises(SplitError) as caught:
            parent.action_split()
        self.assertEqual(len(str(caught.exception).splitlines()), 2)

    def test_payment_terms_that_reduce_the_tax(self):
        parent = self.make_parent([self.tea], [(1,), (1,)])
        parent.payment_term_id = self.env["account.payment.term"].create(
            {
                "name": "2% 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": "mixed",
            }
        )
        self.assertRefused(parent, "Payment terms 2% 10 days .* choose other payment")

    def test_down_payment_before_the_split(self):
        parent = self.make_parent([self.tea], [(1,)])
        parent.order_line = [
            Command.create(
                {
                    "product_id": self.cup.id,
                    "is_downpayment": True,
                    "product_uom_qty": 0,
                }
            )
        ]
        self.assertRefused(parent, "with a down payment cannot be split")

    def test_state_cannot_be_forged(self):
        order = self.make_order(self.customer, {self.tea: 1})
        with self.assertRaisesRegex(SplitError, "do not add up"):
            order.write({"state": "split"})
        with self.assertRaisesRegex(SplitError, "with the button Split"):
            self.make_order(self.customer, {}, state="split")

    def test_link_to_a_parent_cannot_be_forged(self):
        parent = self.make_parent([self.tea], [(1,)])
        salesperson = self.user("salesperson")
        order = self.make_order(self.customer, {self.tea: 1}, user_id=salesperson.id)
        with self.assertRaisesRegex(SplitError, "cannot be linked by hand"):
            order.with_user(salesperson).parent_order_id = parent
        with self.assertRaisesRegex(SplitError, "cannot be linked by hand"):
            order.with_user(salesperson).create(
                {"partner_id": self.customer.id, "parent_order_id": parent.id}
            )
        with self.assertRaises(SplitLockedError):
            order.order_line.with_user(salesperson).parent_line_id = parent.order_line

    def test_child_cannot_be_detached(self):
        parent = self.make_parent([self.tea], [(1,)])
        salesperson = self.user("salesperson")
        parent.user_id = salesperson
        parent.action_split()
        child = parent.child_order_ids.with_user(salesperson)
        with self.assertRaises(SplitError):
            child.parent_order_id = False
