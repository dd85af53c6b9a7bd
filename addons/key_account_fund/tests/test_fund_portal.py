from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import FundCase


class PortalCase(FundCase):
    """The account's people, those of its subsidiary, and a stranger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank.bank_account_id = cls.env["res.partner.bank"].create(
            {
                "acc_number": "BE68539007547034",
                "partner_id": cls.env.company.partner_id.id,
            }
        )
        cls.buyer = cls.make_customer("buyer", cls.partner)
        cls.subsidiary = cls.make_company("Acme North", parent_id=cls.partner.id)
        cls.contact = cls.make_customer("contact", cls.subsidiary)
        cls.stranger = cls.make_customer("stranger", cls.make_company("Stranger"))

    @classmethod
    def make_customer(cls, login, company):
        """Return a portal user who belongs to the company."""
        user = new_test_user(cls.env, login=f"test_{login}", groups="base.group_portal")
        user.partner_id.parent_id = company
        return user

    def as_user(self, user, fund=None):
        return (fund or self.fund).with_user(user)


@tagged("post_install", "-at_install")
class TestFundReading(PortalCase):
    """What customers read, by whatever door of the ORM."""

    FIELDS = ("display_name", "kind", "currency_id")
    BALANCES = ("amount_posted", "amount_frozen", "amount_available")

    def setUp(self):
        super().setUp()
        self.deposit(100)
        self.order = self.confirm(80)
        self.env.flush_all()
        self.env.invalidate_all()

    def test_customers_read_name_kind_currency_and_balances(self):
        (row,) = self.as_user(self.buyer).read([*self.FIELDS, *self.BALANCES])
        self.assertEqual([row[name] for name in self.BALANCES], [100, 80, 20])
        self.assertIn(self.partner.name, row["display_name"])
        self.assertEqual(row["kind"], "prepayment")

    def test_customers_read_no_other_field(self):
        fund = self.as_user(self.buyer)
        allowed = {"id", *self.FIELDS, *self.BALANCES}
        self.assertEqual(set(fund.fields_get()), allowed)
        self.assertLessEqual(set(fund.read()[0]), allowed)
        for name in set(fund._fields) - allowed:
            with self.subTest(field=name), mute_logger("odoo.orm.models"):
                self.env.invalidate_all()
                self.assertRaises(AccessError, fund.read, [name])

    @mute_logger("odoo.orm.models")
    def test_customers_search_and_group_by_no_other_field(self):
        Fund = self.env["key.account.fund"].with_user(self.buyer)
        for domain in (
            [("key_account_id.code", "!=", False)],
            [("entry_ids.reason", "!=", False)],
            [("account_id.code", "=like", "2%")],
            [("state", "=", "open")],
            [("message_ids.body", "ilike", "a")],
        ):
            with self.subTest(domain=domain), self.assertRaises(AccessError):
                Fund.search(domain)
        for name in ("key_account_id", "account_id", "state"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                Fund.formatted_read_group([], [name], ["__count"])
            with self.subTest(order=name), self.assertRaises(AccessError):
                Fund.search([], order=name)
        self.assertEqual(Fund.search([("amount_posted", ">", 1)]), self.fund)

    def test_customers_read_funds_of_their_company_and_those_below(self):
        below = self.make_fund(self.make_account(self.subsidiary))
        Fund = self.env["key.account.fund"]
        found = {
            user: Fund.with_user(user).search([]).with_env(self.env)
            for user in (self.buyer, self.contact, self.stranger)
        }
        self.assertEqual(found[self.buyer], self.fund + below)
        self.assertEqual(found[self.contact], below)
        self.assertFalse(found[self.stranger])

    def test_customers_write_nothing_and_read_no_entries(self):
        fund = self.as_user(self.buyer)
        for way in (
            lambda: fund.write({"kind": "deposit"}),
            lambda: self.as_user(self.stranger).write({"kind": "deposit"}),
            lambda: fund.create({"kind": "deposit"}),
            fund.unlink,
            fund.action_close,
            lambda: fund.message_post(body="Hello"),
            lambda: self.fund.entry_ids.with_user(self.buyer).read(["amount"]),
            lambda: self.fund.entry_ids.with_user(self.buyer).search([]),
        ):
            with self.assertStopped(AccessError, ""):
                way()

    def test_the_page_names_only_own_documents(self):
        (freeze, deposit) = self.as_user(self.buyer)._get_portal_entries(80)
        self.assertEqual(freeze["order_id"].name, self.order.name)
        self.assertFalse(deposit["order_id"])
        self.assertNotIn("move_id", deposit)
        # As a merge of customers may leave it.
        self.env.cr.execute(
            "UPDATE sale_order SET partner_id = %s WHERE id = %s",
            [self.stranger.commercial_partner_id.id, self.order.id],
        )
        self.env.invalidate_all()
        rows = self.as_user(self.buyer)._get_portal_entries(80)
        self.assertFalse([row for row in rows if row["order_id"]])

    def test_queries_of_the_page_do_not_grow_with_entries(self):
        counts = []
        for _times in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            fund = self.as_user(self.buyer)
            start = self.env.cr.sql_log_count
            for row in fund._get_portal_entries(80):
                self.assertTrue(row["date"] and not row["invoice_id"].name)
                row["order_id"].mapped("name")
            counts.append(self.env.cr.sql_log_count - start)
            self.deposit(1000)
            for _number in range(5):
                self.confirm(10)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestFundPortal(PortalCase, HttpCase):
    """The customer's pages."""

    def login(self, user=None):
        self.env.flush_all()
        self.authenticate(user and user.login, user and user.login)

    def open(self, path="", fund=None):
        fund = fund or self.fund
        return self.url_open(f"/my/funds/{fund.id}{path}", allow_redirects=False)

    def money(self, amount):
        """Return an amount as pages write it."""
        return f"{amount:,.2f}"

    def pay_in(self, amounts):
        """Deposit each amount by an entry of its own, all at once."""
        accounts = (self.fund.account_id, self.bank.default_account_id)
        entries = self.env["account.move"].create(
            [
                {
                    "move_type": "entry",
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": account.id,
                                "partner_id": self.fund.partner_id.id,
                                "balance": balance,
                            }
                        )
                        for account, balance in zip(
                            accounts, (-amount, amount), strict=True
                        )
                    ],
                }
                for amount in amounts
            ]
        )
        entries.action_post()

    def test_page_shows_balances_entries_and_where_to_pay(self):
        self.deposit(1234.5)
        order = self.confirm(80)
        invoice = self.invoice(order)
        self.confirm(34.5)
        self.login(self.buyer)
        page = self.open()
        self.assertEqual(page.status_code, 200)
        for text in (
            self.money(1154.5),
            self.money(34.5),
            self.money(1120),
            order.name,
            invoice.name,
            f"/my/orders/{order.id}",
            f"/my/invoices/{invoice.id}",
            "Payment received",
            "Captured by an invoice",
            "BE68539007547034",
            self.account.code,
        ):
            self.assertIn(text, page.text)
        for secret in self.fund.entry_ids.move_id.mapped("name"):
            self.assertNotIn(secret, page.text)
        self.assertIn(self.money(1120), self.url_open("/my/funds").text)

    def test_entries_are_paged(self):
        self.pay_in([number * 1000.01 for number in range(1, 82)])
        self.login(self.buyer)
        first, second = self.open().text, self.open("/page/2").text
        self.assertEqual(first.count("o_fund_entry"), 80)
        self.assertEqual(second.count("o_fund_entry"), 1)
        self.assertIn("1,000.01", second)
        self.assertIn("page/2", first)

    def test_funds_of_others_are_not_found(self):
        below = self.make_fund(self.make_account(self.subsidiary))
        nobody = below.id + 999
        for user, fund, status in (
            (self.buyer, self.fund, 200),
            (self.buyer, below, 200),
            (self.contact, below, 200),
            (self.contact, self.fund, 404),
            (self.stranger, self.fund, 404),
            (self.stranger, self.fund.browse(nobody), 404),
            (self.user("warehouse"), self.fund, 404),
            (self.user("manager"), self.fund, 200),
        ):
            with self.subTest(user=user.login, fund=fund.id):
                self.login(user)
                for path in ("", "/page/2"):
                    page = self.open(path, fund)
                    self.assertEqual(page.status_code, status)
                    if status == 404:
                        self.assertNotIn(self.account.code, page.text)

    def test_public_users_have_to_log_in(self):
        self.login()
        for path in ("/my/funds", f"/my/funds/{self.fund.id}"):
            page = self.url_open(path, allow_redirects=False)
            self.assertEqual(page.status_code, 303)
            self.assertIn("/web/login", page.headers["Location"])

    def get_counters(self):
        return self.make_jsonrpc_request("/my/counters", {"counters": ["fund_count"]})

    def test_home_page_leads_to_the_funds(self):
        for user, count in ((self.buyer, 1), (self.stranger, 0), (self.contact, 0)):
            self.login(user)
            self.assertEqual(self.get_counters()["fund_count"], count)
        self.login(self.user("manager"))
        self.assertEqual(self.get_counters()["fund_count"], 0)
        self.login(self.buyer)
        self.assertIn("/my/funds", self.url_open("/my/home").text)

    def test_who_is_to_prepay_learns_how_before_there_is_a_fund(self):
        self.fund.unlink()
        self.login(self.buyer)
        self.assertEqual(self.get_counters()["fund_count"], 1)
        page = self.url_open("/my/funds").text
        self.assertIn("You have no fund with us yet", page)
        self.assertIn("BE68539007547034", page)
        self.assertIn(self.account.code, page)
        self.account.pay_mode = "credit"
        self.env.flush_all()
        self.assertEqual(self.get_counters()["fund_count"], 0)
        self.fund = self.make_fund()

    def test_closed_funds_are_not_listed(self):
        self.fund.action_close()
        self.login(self.buyer)
        self.assertNotIn(f"/my/funds/{self.fund.id}", self.url_open("/my/funds").text)
        self.assertEqual(self.open().status_code, 200)

    def test_guarantee_money_is_not_frozen_for_orders(self):
        guarantee = self.make_fund(kind="deposit")
        self.deposit(500, guarantee)
        self.login(self.buyer)
        page = self.open(fund=guarantee).text
        self.assertEqual(page.count("Frozen as a guarantee"), 2)
        self.assertNotIn("Frozen for", page)

    def test_page_of_an_order_shows_what_is_frozen_and_captured(self):
        self.deposit(200)
        order = self.confirm(80, lines=2)
        invoice = order._create_invoices()
        invoice.invoice_line_ids[1].unlink()
        invoice.action_post()
        self.login(self.buyer)
        page = self.url_open(f"/my/orders/{order.id}").text
        self.assertIn("Frozen for this order", page)
        self.assertIn("Captured by invoices", page)
        self.assertNotIn("Still to be paid", page)
        held = self.confirm(500)
        self.env.flush_all()
        page = self.url_open(f"/my/orders/{held.id}").text
        self.assertIn("Still to be paid", page)
        self.assertIn(self.money(500 - 120), page)
        self.assertIn(f"{self.account.code} {held.name}", page)
        self.account.pay_mode = "credit"
        free = self.make_sale(80)
        self.env.flush_all()
        page = self.url_open(f"/my/orders/{free.id}").text
        self.assertNotIn("To be prepaid", page)
