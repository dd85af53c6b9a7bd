from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import BackgroundCase


@tagged("post_install", "-at_install")
class TestAccess(BackgroundCase):
    def test_salesperson_splits_and_warehouse_delivers(self):
        parent = self.parent(4)
        self.start(parent, "salesperson")
        self.assertEqual(parent.split_job_user_id, self.user("salesperson"))
        self.perform()
        self.assertEqual(parent.state, "split")
        children = parent.child_order_ids
        self.assertEqual(children.user_id, self.user("salesperson"))
        self.assertEqual(children.create_uid, self.user("salesperson"))
        children.picking_ids.with_user(self.user("warehouse")).button_validate()
        self.assertEqual(parent.rate_child_delivered, 100)

    def test_who_may_not_change_an_order_neither_splits_nor_cancels_the_split(self):
        parent = self.parent(4)
        for role in ("controller", "portal"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                parent.with_user(self.user(role)).action_split()
        self.start(parent)
        for role in ("controller", "portal"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                parent.with_user(self.user(role)).action_cancel_split()
        self.assertEqual(parent.split_job_state, "creating")

    def test_colleague_does_not_cancel_a_split(self):
        parent = self.parent(4)
        parent.user_id = self.user("manager")
        self.start(parent, "manager")
        with self.assertRaises(AccessError):
            parent.with_user(self.user("salesperson")).action_cancel_split()

    def test_progress_is_seen_by_who_sees_the_order(self):
        parent = self.parent(4)
        self.start(parent)[0].perform()
        for role in ("salesperson", "manager", "controller", "accountant"):
            with self.subTest(role=role):
                (row,) = parent.with_user(self.user(role)).read(["split_progress"])
                self.assertEqual(row["split_progress"]["total"], 4)
                self.assertGreater(row["split_progress"]["made"], 0)
