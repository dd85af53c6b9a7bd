from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.key_account.tests.common import GROUPS

from .test_access import OPERATIONS
from .test_stock_reserve import ReserveCase

RIGHTS = {
    "salesperson": "r",
    "manager": "rwcd",
    "controller": "",
    "accountant": "",
    "warehouse": "rwcd",
    "administrator": "rwcd",
    "portal": "",
}


@tagged("post_install", "-at_install")
class TestStockReserveAccess(ReserveCase):
    def test_every_role_has_the_rights_of_the_table(self):
        reserve = self.set_aside(5)
        order = self.make_order(self.customer, {self.tea: 1})
        order.user_id = self.user("salesperson")
        order.action_confirm()
        for role in GROUPS:
            for letter, operation in OPERATIONS.items():
                with self.subTest(role=role, operation=operation):
                    user = self.user(role)
                    self.assertEqual(
                        reserve.with_user(user).has_access(operation),
                        letter in RIGHTS[role],
                    )
                    self.assertEqual(
                        reserve.line_ids.with_user(user).has_access(operation),
                        letter == "r" and "r" in RIGHTS[role],
                    )

    def test_warehouse_and_manager_set_aside_and_release(self):
        for role in ("warehouse", "manager"):
            reserve = self.env["key.account.stock.reserve"].with_user(self.user(role))
            reserve = reserve.create(
                {
                    "product_id": self.tea.id,
                    "quantity": 2,
                    "warehouse_id": self.warehouse.id,
                    "date_until": self.env.company._get_today(),
                }
            )
            reserve.action_set_aside()
            self.assertEqual(reserve.quantity_held, 2)
            reserve.action_release()
            self.assertEqual(reserve.quantity_held, 0)

    def test_others_do_not(self):
        reserve = self.set_aside(5)
        for role in ("salesperson", "controller", "accountant", "portal"):
            for verb in ("action_release", "action_set_aside"):
                with self.subTest(role=role, verb=verb), self.assertRaises(AccessError):
                    getattr(reserve.with_user(self.user(role)), verb)()

    def test_salesperson_sees_what_is_for_own_accounts_or_anybody(self):
        seller = self.user("salesperson")
        foreign = self.set_aside(1, account_id=self.account.id)
        anybodys = self.set_aside(1)
        self.account.user_id = self.user("manager")
        self.assertFalse(foreign.with_user(seller).has_access("read"))
        self.assertTrue(anybodys.with_user(seller).has_access("read"))
        self.account.user_id = seller
        self.assertTrue(foreign.with_user(seller).has_access("read"))

    def test_everybody_who_reads_orders_reads_all_of_them(self):
        order = self.make_order(self.customer, {self.tea: 1})
        for role in ("manager", "controller", "accountant", "warehouse"):
            with self.subTest(role):
                self.assertTrue(order.with_user(self.user(role)).read())

    def test_another_companys_is_not_seen(self):
        reserve = self.set_aside(1)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        user = self.user("warehouse")
        user.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.assertFalse(reserve.with_user(user).has_access("read"))

    def test_salesperson_confirms_and_warehouse_reserves(self):
        reserve = self.set_aside(10)
        order = self.make_order(self.customer, {self.tea: 4})
        order.user_id = self.user("salesperson")
        order.with_user(self.user("salesperson")).action_confirm()
        self.assertEqual(reserve.quantity_taken, 4)
        pickings = order.picking_ids.with_user(self.user("warehouse"))
        pickings.do_unreserve()
        self.assertEqual(reserve.quantity_taken, 0)
        pickings.action_assign()
        pickings.button_validate()
        self.assertEqual((reserve.quantity_taken, reserve.quantity_held), (4, 6))
