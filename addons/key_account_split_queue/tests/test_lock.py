from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.key_account.exceptions import DutyError
from odoo.addons.key_account_split.exceptions import SplitLockedError

from .common import BackgroundCase

LOCKED = (SplitLockedError, "is being split in the background")


@tagged("post_install", "-at_install")
class TestLock(BackgroundCase):
    """While jobs make child orders, nothing moves under their hands."""

    def setUp(self):
        super().setUp()
        self.order = self.parent(4)
        self.making = self.start(self.order)[0]
        self.made = self.env["sale.order"]

    def make(self):
        self.making.perform()
        self.made = self.made.search([("parent_order_id", "=", self.order.id)])
        self.assertEqual(set(self.made.mapped("state")), {"draft"})

    def assertLocked(self, change):
        for role in ("salesperson", "manager"):
            with self.subTest(role=role), self.assertRaisesRegex(*LOCKED):
                change(self.order.with_user(self.user(role)))

    def test_recipients_are_locked(self):
        self.assertLocked(lambda o: o.recipient_ids[0].write({"note": "other"}))
        self.assertLocked(lambda o: o.recipient_ids[0].line_ids.write({"quantity": 9}))
        self.assertLocked(lambda o: o.recipient_ids[0].unlink())
        self.assertLocked(lambda o: self.add_recipient(o, "Late", [1]))

    def test_lines_are_locked(self):
        self.assertLocked(lambda o: o.order_line.write({"price_unit": 1}))
        self.assertLocked(lambda o: o.order_line.unlink())
        self.assertLocked(
            lambda o: o.write({"order_line": [(0, 0, {"product_id": self.tea.id})]})
        )

    def test_header_is_locked(self):
        self.assertLocked(lambda o: o.write({"client_order_ref": "other"}))
        self.assertLocked(lambda o: o.write({"state": "sent"}))
        self.assertLocked(lambda o: o.action_cancel())
        self.assertLocked(lambda o: o.action_confirm())
        self.assertLocked(lambda o: o.with_user(self.env.user).unlink())

    def test_people_can_still_talk_about_it(self):
        order = self.order.with_user(self.user("salesperson"))
        order.message_post(body="soon")
        order.activity_schedule("mail.mail_activity_data_todo", user_id=order.env.uid)
        self.assertEqual(len(order.activity_ids), 1)

    def test_state_of_the_split_is_not_entered_by_hand(self):
        order = self.order.with_user(self.user("manager"))
        for vals in (
            {"split_job_state": False},
            {"split_job_run": 9},
            {"split_job_user_id": order.env.uid},
        ):
            with self.assertRaises(DutyError):
                order.write(vals)

    def test_child_orders_in_the_works_are_seen_by_nobody(self):
        self.make()
        for role in ("salesperson", "manager", "controller", "accountant"):
            with self.subTest(role=role):
                Order = self.env["sale.order"].with_user(self.user(role))
                self.assertFalse(Order.search([("id", "in", self.made.ids)]))
                self.assertFalse(
                    self.made.with_user(self.user(role)).has_access("read")
                )
        self.assertEqual(self.order.split_progress["made"], len(self.made))

    def test_child_orders_in_the_works_cannot_be_confirmed(self):
        self.make()
        child = self.made[0].with_user(self.user("manager"))
        for change in (
            child.action_confirm,
            lambda: child.write({"state": "sale"}),
            child.action_cancel,
            child.unlink,
        ):
            with self.assertRaises(AccessError):
                change()
        line = self.made[0].order_line.with_user(self.user("manager"))
        with self.assertRaisesRegex(*LOCKED):
            line.product_uom_qty = 5
