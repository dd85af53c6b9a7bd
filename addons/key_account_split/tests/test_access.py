from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.key_account.tests.common import GROUPS

from .common import SplitCase

RIGHTS = {
    "salesperson": "rwcd",
    "manager": "rwcd",
    "controller": "r",
    "accountant": "r",
    "warehouse": "r",
    "administrator": "rwcd",
    "portal": "",
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}


@tagged("post_install", "-at_install")
class TestAccess(SplitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_stock(cls.make_product("Tea", 12.5), 100)

    def test_every_role_has_the_rights_of_the_table(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        records = (parent.recipient_ids[0], parent.recipient_ids[0].line_ids)
        for role in GROUPS:
            parent.user_id = (
                self.user(role) if role != "portal" else self.user("manager")
            )
            for record in records:
                for letter, operation in OPERATIONS.items():
                    with self.subTest(
                        role=role, model=record._name, operation=operation
                    ):
                        self.assertEqual(
                            record.with_user(self.user(role)).has_access(operation),
                            letter in RIGHTS[role],
                        )

    def test_salesperson_does_not_see_recipients_of_colleagues(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        parent.user_id = self.user("manager")
        with self.assertRaises(AccessError):
            parent.recipient_ids[0].with_user(self.user("salesperson")).read(
                ["address"]
            )

    def test_salesperson_splits_own_order_and_warehouse_delivers(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        parent.user_id = self.user("salesperson")
        parent.with_user(self.user("salesperson")).action_split()
        self.assertEqual(parent.state, "split")
        self.assertEqual(parent.child_order_ids.user_id, self.user("salesperson"))
        pickings = parent.child_order_ids.picking_ids
        pickings.with_user(self.user("warehouse")).button_validate()
        self.assertEqual(set(pickings.mapped("state")), {"done"})
        self.assertEqual(parent.rate_child_delivered, 100)
        accountant = parent.with_user(self.user("accountant"))
        accountant.action_create_child_invoice()
        accountant.invoice_ids.action_post()
        self.assertEqual(parent.amount_child_invoiced, parent.amount_total)

    def test_controller_cannot_split(self):
        parent = self.make_parent([self.tea], [(3,), (1,)])
        with self.assertRaises(AccessError):
            parent.with_user(self.user("controller")).action_split()
        self.assertEqual(parent.state, "draft")
