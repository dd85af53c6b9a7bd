import inspect

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.key_account.exceptions import DutyError
from odoo.addons.key_account.tests.common import GROUPS

from ..exceptions import FundError
from .common_access import ENTRY, FUND, OTHERS, AccessCase


@tagged("post_install", "-at_install")
class TestMoneyDoors(AccessCase):
    """Money moves by the hand of accountants, or as orders and invoices have it."""

    def test_nobody_else_pays_into_a_fund(self):
        payment = self.make_payment(50)
        vals = {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": self.partner.id,
            "amount": 50,
            "journal_id": self.bank.id,
            "key_account_fund_id": self.fund.id,
        }
        for call in (
            ("account.payment", "create", [vals]),
            ("account.payment", "action_post", payment.ids),
            ("account.payment", "write", payment.ids, {"state": "in_process"}),
            ("account.payment", "action_draft", self.payment.ids),
            ("account.payment", "action_cancel", self.payment.ids),
            ("account.payment", "unlink", self.payment.ids),
            ("account.move", "button_draft", self.payment.move_id.ids),
            ("account.move", "button_cancel", self.payment.move_id.ids),
        ):
            self.refuse_all(*call)

    def test_nobody_else_registers_a_payment(self):
        invoice = self.sale._create_invoices()
        context = {"active_model": "account.move", "active_ids": invoice.ids}
        forged = {**context, "default_key_account_fund_id": self.fund.id}
        for values in (context, forged):
            self.refuse_all("account.payment.register", "create", [{}], context=values)
        self.refuse_all(FUND, "action_close", self.fund.ids)
        self.refuse_all(FUND, "action_reopen", self.fund.ids)

    def test_nobody_else_writes_journal_items(self):
        item = self.payment.move_id.line_ids.filtered(
            lambda line: line.account_id == self.fund.account_id
        )
        lines = [
            Command.create(
                {
                    "account_id": self.fund.account_id.id,
                    "partner_id": self.partner.id,
                    "balance": -10,
                }
            ),
            Command.create(
                {"account_id": self.bank.default_account_id.id, "balance": 10}
            ),
        ]
        vals = {"move_type": "entry", "line_ids": lines}
        for call in (
            ("account.move", "create", [vals]),
            ("account.move", "create", [{**vals, "state": "posted"}]),
            ("account.move", "write", self.payment.move_id.ids, {"state": "draft"}),
            ("account.move.line", "write", item.ids, {"balance": -1000}),
            ("account.move.line", "unlink", item.ids),
            ("account.move.line", "create", [{"move_id": item.move_id.id}]),
            ("account.bank.statement.line", "create", [{"amount": 10}]),
            ("account.account", "write", self.fund.account_id.ids, {"fund_kind": 0}),
        ):
            self.refuse_all(*call)

    def test_a_salesperson_invoices_and_does_not_post(self):
        user = self.user("salesperson")
        self.call(user, "sale.order", "write", self.sale.ids, {"client_order_ref": "A"})
        wizard = self.env["sale.advance.payment.inv"].with_user(user)
        wizard = wizard.create({"sale_order_ids": self.sale.ids})
        wizard.create_invoices()
        invoice = self.sale.invoice_ids
        self.assertEqual(invoice.state, "draft")
        self.assertNothingMoved()
        for call in (
            ("account.move", "action_post", invoice.ids),
            ("account.move", "write", invoice.ids, {"state": "posted"}),
            ("account.move", "write", invoice.ids, {"auto_post": "at_date"}),
        ):
            self.refuse_all(*call)

    def test_entries_have_no_door_at_all(self):
        vals = {
            "fund_id": self.fund.id,
            "fund_kind": "prepayment",
            "key_account_id": self.account.id,
            "company_id": self.env.company.id,
            "currency_id": self.fund.currency_id.id,
            "kind": "deposit",
            "amount": 1000,
            "posted_change": 1000,
            "date": "2026-01-01",
            "user_id": self.env.uid,
            "key": "forged",
        }
        for role in (*OTHERS, "accountant"):
            for call in (
                (ENTRY, "create", [vals]),
                (ENTRY, "write", self.entry.ids, {"amount": 1}),
                (ENTRY, "unlink", self.entry.ids),
                (ENTRY, "copy", self.entry.ids),
                (ENTRY, "load", ["fund_id/.id", "amount"], [["1", "5"]]),
            ):
                if call[1] != "load":
                    self.refuse(self.user(role), *call)
                elif role not in ("warehouse", "administrator", "portal"):
                    result = self.call(self.user(role), *call)
                    self.assertFalse(result["ids"])
        command = [Command.create(vals)]
        for model, ids, name in (
            (FUND, self.fund.ids, "entry_ids"),
            ("sale.order", self.sale.ids, "fund_entry_ids"),
            ("account.move", self.payment.move_id.ids, "fund_entry_ids"),
        ):
            for role in (*OTHERS, "accountant"):
                self.refuse(self.user(role), model, "write", ids, {name: command})

    def test_what_books_is_not_called_from_outside(self):
        fund_vals = [{"fund": self.fund.id, "kind": "deposit", "amount": 9, "key": "x"}]
        user = self.user("accountant")
        self.refuse(user, FUND, "_book", [], fund_vals, error=AccessError)
        self.refuse(user, ENTRY, "_append", [], fund_vals, error=AccessError)
        self.refuse(
            user, "sale.order", "_fund_settle", self.sale.ids, error=AccessError
        )
        known = {
            *("action_close", "action_reopen", "action_open_entries"),
            *("action_open_document", "action_register_payment"),
            # Each opens a form whose own rights decide.
            *("action_open_history", "action_open_requests", "action_open_statement"),
            *("action_request_refund", "action_request_transfer"),
            *("action_request_release", "action_request_apply"),
            "action_request_payment",
        }
        for model in (FUND, ENTRY):
            own = {
                name
                for owner in type(self.env[model]).mro()
                if owner.__module__.startswith("odoo.addons.key_account_fund.")
                for name, value in vars(owner).items()
                if inspect.isfunction(value) and not name.startswith("_")
            }
            # Whoever adds a verb that RPC reaches says here who may call it.
            self.assertLessEqual(own - {"create", "write", "unlink"}, known)

    def test_nobody_writes_balances_nor_states(self):
        for vals in (
            {"amount_posted": 1000},
            {"amount_frozen": 0},
            {"state": "closed"},
            {"amount_available": 5, "amount_posted": 5},
        ):
            for role in (*OTHERS, "accountant"):
                self.refuse(self.user(role), FUND, "write", self.fund.ids, vals)

    def test_forged_defaults_give_no_money(self):
        vals = {"key_account_id": self.account.id, "kind": "deposit"}
        for forged in (
            {"default_amount_posted": 500},
            {"default_amount_posted": 500, "default_amount_frozen": 500},
            {"default_state": "closed"},
        ):
            self.refuse(
                self.user("accountant"),
                *(FUND, "create", [vals]),
                context=forged,
                error=DutyError,
            )
        self.refuse_all(FUND, "create", [vals])
        commands = {"fund_ids": [Command.create({"kind": "deposit"})]}
        self.refuse_all("key.account", "write", self.account.ids, commands)

    def test_forged_defaults_deposit_nothing_where_others_have_no_right(self):
        order = self.make_sale(10)
        context = {
            "default_key_account_fund_id": self.fund.id,
            "default_fund_entry_ids": [Command.create({"amount": 5})],
            "default_amount_frozen": 40,
        }
        user = self.user("manager")
        self.call(user, "sale.order", "action_confirm", order.ids, context=context)
        self.env.invalidate_all()
        self.assertFund(100, 70)

    def test_an_account_with_items_stays_what_it_is(self):
        user = self.user("accountant")
        account = self.fund.account_id
        for kind in (False, "rebate"):
            vals = {"fund_kind": kind}
            write = ("account.account", "write", account.ids, vals)
            self.refuse(user, *write, error=FundError)
        receivable = self.partner.property_account_receivable_id
        self.sale._create_invoices().action_post()
        vals = {"fund_kind": "prepayment"}
        with self.assertStopped(FundError, "has journal items"):
            self.call(user, "account.account", "write", receivable.ids, vals)


@tagged("post_install", "-at_install")
class TestFundReaders(AccessCase):
    """Whoever has nothing to do with a fund does not see it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.make_account(
            cls.make_company("Stranger"), pay_mode="prepaid"
        )
        cls.other_fund = cls.make_fund(cls.stranger)
        cls.deposit(777, cls.other_fund)
        daughter = cls.make_company("Daughter", parent_id=cls.partner.id)
        cls.daughter_fund = cls.make_fund(cls.make_account(daughter))
        cls.customer = cls.make_customer("mother", cls.partner)
        cls.daughter_customer = cls.make_customer("daughter", daughter)

    @classmethod
    def make_customer(cls, login, company):
        user = new_test_user(cls.env, login=login, groups=GROUPS["portal"])
        user.partner_id.parent_id = company
        return user

    def search(self, user, domain=(), model=FUND):
        return self.env[model].with_user(user).search(list(domain))

    def test_customers_read_the_funds_of_their_own_group(self):
        own = self.fund + self.daughter_fund
        self.assertEqual(self.search(self.customer).sudo(), own)
        self.assertEqual(self.search(self.daughter_customer).sudo(), self.daughter_fund)
        fund = self.fund.with_user(self.customer)
        values = fund.read(["amount_posted", "amount_frozen", "amount_available"])[0]
        self.assertEqual(values["amount_available"], 40)

    def test_customers_find_no_other_fund_by_any_question(self):
        domain = [("amount_posted", "=", 777)]
        self.assertFalse(self.search(self.customer, domain))
        funds = self.env[FUND].with_user(self.customer)
        self.assertEqual(funds.search_count(domain), 0)
        rows = funds._read_group([], ["kind"], ["amount_posted:sum"])
        self.assertNotIn(777, [amount for _kind, amount in rows])
        self.assertEqual(sum(amount for _kind, amount in rows), 100)
        other = self.other_fund.with_user(self.customer)
        for read in (
            lambda: other.read(["amount_posted"]),
            lambda: other.amount_available,
            lambda: other.read(["display_name"]),
            lambda: other.export_data(["amount_posted"]),
        ):
            self.env.invalidate_all()
            with self.assertRaises(UserError):
                read()

    def test_customers_read_no_entries(self):
        for read in (
            lambda: self.search(self.customer, model=ENTRY),
            lambda: self.fund.entry_ids.with_user(self.customer).read(["amount"]),
            lambda: self.fund.with_user(self.customer).read(["entry_ids"]),
            lambda: self.search(self.customer, [("entry_ids.amount", ">", 1)]),
            lambda: self.sale.with_user(self.customer).read(["fund_entry_ids"]),
        ):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                read()

    def test_a_salesperson_reads_funds_of_own_accounts(self):
        user = self.user("salesperson")
        self.assertEqual(self.search(user).sudo(), self.fund)
        entries = self.search(user, model=ENTRY)
        self.assertEqual(entries.sudo().fund_id, self.fund)
        with self.assertRaises(AccessError):
            self.other_fund.with_user(user).read(["amount_posted"])

    def test_the_warehouse_sees_no_balance(self):
        user = self.user("warehouse")
        order = self.sale.with_user(user)
        funds = self.env[FUND].with_user(user)
        entries = self.env[ENTRY].with_user(user)
        orders = self.env["sale.order"].with_user(user)
        names = (
            *("amount_frozen", "amount_captured", "amount_prepaid_required"),
            *("amount_prepaid_missing", "fund_entry_ids"),
        )
        questions = [
            lambda: funds.search([("amount_posted", ">", 0)]),
            lambda: funds.search_count([]),
            lambda: funds._read_group([], [], ["amount_posted:sum"]),
            lambda: self.fund.with_user(user).read(["amount_posted"]),
            lambda: entries.search([("amount", ">", 0)]),
            lambda: entries._read_group([], ["fund_id"], ["amount:sum"]),
            lambda: self.account.with_user(user).read(["fund_available"]),
            lambda: orders.search([("fund_entry_ids.amount", ">", 1)]),
            lambda: orders.search([("key_account_id.fund_ids.amount_posted", ">", 1)]),
            lambda: orders._read_group([], ["fund_entry_ids"], []),
            *(lambda name=name: order.read([name]) for name in names),
            *(lambda name=name: order.export_data([name]) for name in names),
            *(lambda name=name: order[name] for name in names),
        ]
        for number, question in enumerate(questions):
            self.env.invalidate_all()
            with self.subTest(number=number), self.assertRaises(UserError):
                question()
        shown = orders.fields_get()
        self.assertFalse(set(names) & set(shown))
