from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common_library import LibraryCase

PRICES = ("price", "price_min", "price_max", "price_document", "price_source")


@tagged("post_install", "-at_install")
class TestPriceLibraryAccess(LibraryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_agreement({"price": 80})
        cls.make_priced_order(order={"user_id": cls.manager.id})
        cls.make_invoice()
        cls.other = cls.make_account(cls.make_company("Other"))
        cls.other.user_id = cls.manager
        cls.make_priced_order(partner=cls.other.partner_id)

    def test_salespeople_see_the_prices_of_their_own_accounts(self):
        rows = self.rows(user=self.salesperson)
        self.assertEqual(rows.account_id, self.account)
        self.assertEqual(
            set(rows.mapped("kind")), {"agreement", "quotation", "invoice"}
        )
        colleague = self.colleague("colleague", role="salesperson")
        self.assertFalse(self.rows(user=colleague))
        self.env["key.account.team.member"].create(
            {"account_id": self.other.id, "user_id": colleague.id}
        )
        self.assertEqual(self.rows(user=colleague).account_id, self.other)
        with self.assertRaises(AccessError):
            rows.with_user(colleague).read(["price"])

    def test_those_who_answer_for_all_accounts_see_all(self):
        auditor = new_test_user(
            self.env, "test_auditor", groups="account.group_account_readonly"
        )
        for user in (
            self.manager,
            self.accountant,
            self.user("controller"),
            self.user("administrator"),
            auditor,
        ):
            with self.subTest(user=user.login):
                rows = self.rows(user=user)
                self.assertEqual(rows.account_id, self.account | self.other)
                self.assertTrue(all(rows.mapped("price")))

    def test_the_library_is_closed_to_everybody_else(self):
        seller = new_test_user(
            self.env, "test_seller", groups="sales_team.group_sale_salesman_all_leads"
        )
        line = self.rows(("kind", "=", "quotation")).order_id.order_line[:1]
        for user in (self.user("warehouse"), self.user("portal"), seller):
            with self.subTest(user=user.login):
                for door in (
                    lambda records: records.search([]),
                    lambda records: records.read(["name"]),
                    lambda records: records.formatted_read_group(
                        [], ["kind"], ["price:avg"]
                    ),
                    lambda records: records.action_open_document(),
                ):
                    with self.assertRaises(AccessError):
                        door(self.rows()[:1].with_user(user))
                with self.assertRaises(AccessError):
                    line.with_user(user).action_open_last_prices()
                with self.assertRaises(AccessError):
                    line.with_user(user)._get_last_prices()

    def test_a_warehouse_group_closes_the_prices_even_where_rows_are_open(self):
        clerk = new_test_user(
            self.env, "test_clerk", groups="base.group_user,stock.group_stock_user"
        )
        self.env["ir.model.access"].create(
            {
                "name": "open",
                "model_id": self.env["ir.model"]._get_id(self.library._name),
                "group_id": self.env.ref("stock.group_stock_user").id,
                "perm_read": True,
            }
        )
        row = self.rows(user=clerk)[:1]
        self.assertTrue(row.name)
        for price in PRICES:
            with self.subTest(price=price), self.assertRaises(AccessError):
                row.read([price])
        with self.assertRaises(AccessError):
            row.formatted_read_group([], [], ["price:avg"])

    def test_nobody_writes_in_the_library(self):
        for user in (self.manager, self.user("administrator"), self.accountant):
            row = self.rows(user=user)[:1]
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    row.create({"name": "X"})
                with self.assertRaises(AccessError):
                    row.write({"name": "X"})
                with self.assertRaises(AccessError):
                    row.unlink()

    def test_a_document_opens_for_those_who_may_read_it(self):
        row = self.rows(("kind", "=", "quotation"), user=self.salesperson)
        with self.assertRaises(AccessError):
            row.action_open_document()
        row.sudo().order_id.user_id = self.salesperson
        self.assertEqual(row.action_open_document()["res_id"], row.order_id.id)

    def test_prices_stay_in_their_company(self):
        branch = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": self.euro.id}
        )
        self.env.user.company_ids = [Command.link(branch.id)]
        partner = self.account.partner_id
        account = self.make_account(partner, company_id=branch.id)
        order = (
            self.env["sale.order"]
            .with_company(branch)
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": branch.id,
                    "order_line": [
                        Command.create(
                            {"product_id": self.product.id, "price_unit": 33}
                        )
                    ],
                }
            )
        )
        rows = self.library.search([("order_id", "=", order.id)])
        self.assertRow(
            rows,
            company_id=branch,
            account_id=account,
            company_currency_id=self.euro,
            price=33.0,
        )
        self.assertNotIn(rows, self.rows(user=self.manager))
        self.manager.company_ids = [Command.link(branch.id)]
        both = self.library.with_user(self.manager).with_context(
            allowed_company_ids=[self.env.company.id, branch.id]
        )
        self.assertIn(rows, both.search([]))
        self.assertEqual(
            both.search([("company_id", "=", branch.id)]).mapped("price"), [33]
        )
