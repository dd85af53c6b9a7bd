import psycopg2

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.key_account.exceptions import DutyError

from ..exceptions import FundError, InsufficientFundsError
from .common import FundCase


@tagged("post_install", "-at_install")
class TestLedger(FundCase):
    def setUp(self):
        super().setUp()
        self.deposit(100)
        self.sale = self.make_sale()

    def book(self, kind, amount, key=None, **vals):
        vals = {"fund": self.fund, "kind": kind, "amount": amount, **vals}
        return self.env["key.account.fund"]._book([{"key": key or kind, **vals}])

    def freeze(self, amount, key="freeze"):
        return self.book("freeze", amount, key, order_id=self.sale.id)

    def test_freeze_sets_aside_and_release_gives_back(self):
        freeze = self.freeze(80)
        self.assertFund(100, 80)
        self.assertEqual(self.fund.amount_available, 20)
        release = self.env["key.account.fund"]._prepare_resolution(freeze, release=80)
        self.env["key.account.fund"]._book(release)
        self.assertLedger("deposit 100; freeze 80 S1; release 80 S1")
        self.assertFund(100, 0)

    def test_funds_are_found_by_what_is_available(self):
        self.freeze(79.9)
        empty = self.make_fund(kind="rebate")
        both = self.fund | empty
        for operator, value, found in (
            ("=", 20.1, self.fund),
            ("!=", 20.1, empty),
            ("in", [20.1, 5], self.fund),
            ("=", False, empty),
            ("=", 0, empty),
            ("!=", False, self.fund),
            (">", 0, self.fund),
            (">", 20.1, both.browse()),
            (">=", 20.1, self.fund),
            ("<", 20.1, empty),
            ("<=", 20.1, both),
        ):
            domain = [("id", "in", both.ids), ("amount_available", operator, value)]
            with self.subTest(domain=domain):
                self.assertEqual(both.search(domain), found)
                self.assertEqual(both.filtered_domain(domain), found)
        domain = [("fund_id.amount_available", ">", 20)]
        entries = self.env["key.account.fund.entry"].search(domain)
        self.assertEqual(entries.fund_id & both, self.fund)

    def test_part_of_a_freeze_is_released_and_the_rest_frozen_anew(self):
        freeze = self.freeze(80)
        vals_list = self.env["key.account.fund"]._prepare_resolution(freeze, release=30)
        self.env["key.account.fund"]._book(vals_list)
        self.assertLedger("deposit 100; freeze 80 S1; release 80 S1; freeze 50 S1")
        self.assertFund(100, 50)

    def test_running_balances_follow_each_entry(self):
        freeze = self.freeze(80)
        vals_list = self.env["key.account.fund"]._prepare_resolution(freeze, release=30)
        entries = freeze + self.env["key.account.fund"]._book(vals_list)
        self.assertEqual(entries.mapped("frozen_after"), [80, 0, 50])
        self.assertEqual(entries.mapped("posted_after"), [100, 100, 100])

    def test_more_than_available_is_refused_with_the_orders_that_hold_it(self):
        self.freeze(80)
        with self.assertStopped(InsufficientFundsError, f"20.*10.*{self.sale.name}"):
            self.freeze(30, "more")
        self.assertFund(100, 80)

    def test_available_follows_within_one_transaction(self):
        self.assertEqual(self.fund.amount_available, 100)
        self.freeze(80)
        self.assertEqual(self.fund.amount_available, 20)
        with self.assertStopped(InsufficientFundsError, "20.00 is .*10.00 too"):
            self.freeze(30, "more")

    def test_the_same_key_is_booked_once(self):
        first, second = self.freeze(30), self.freeze(30)
        self.assertEqual(first, second)
        self.assertFund(100, 30)

    def test_a_freeze_is_resolved_once(self):
        freeze = self.freeze(80)
        vals = {"freeze_id": freeze.id, "order_id": self.sale.id}
        self.book("release", 80, "one", **vals)
        self.freeze(80, "again")
        for kind in ("release", "capture"):
            with self.assertStopped(FundError, "ends once"):
                self.book(kind, 80, f"{kind} again", **vals)

    def test_a_freeze_is_resolved_as_a_whole(self):
        freeze = self.freeze(80)
        vals = {"freeze_id": freeze.id, "order_id": self.sale.id}
        for amount in (79.99, 80.01):
            with self.assertStopped(FundError, "as a whole"):
                self.book("release", amount, f"release {amount}", **vals)
        with self.assertStopped(FundError, "as a whole"):
            self.book("release", 80, "of another order", freeze_id=freeze.id)
        self.assertFund(100, 80)

    def test_amounts_that_are_not_positive_are_refused(self):
        for amount in (0.0, -5.0, 0.004):
            with self.assertStopped(FundError, "greater than zero"):
                self.freeze(amount, f"freeze {amount}")

    def test_closed_fund_takes_nothing(self):
        empty = self.make_fund(kind="deposit")
        empty.action_close()
        with self.assertStopped(FundError, "closed"):
            self.book("deposit", 5, fund=empty)

    def test_fund_with_money_is_not_closed(self):
        with self.assertStopped(FundError, "100"):
            self.fund.action_close()

    def test_nobody_writes_a_balance(self):
        for values in ({"amount_posted": 5}, {"amount_frozen": 1}):
            with self.assertStopped(FundError, "follow from its entries"):
                self.fund.write(values)
        accountant = self.fund.with_user(self.user("accountant"))
        with self.assertStopped(DutyError, "not entered by hand"):
            accountant.create(
                {
                    "key_account_id": self.account.id,
                    "kind": "rebate",
                    "amount_posted": 9,
                }
            )

    def test_who_may_not_write_a_fund_is_not_told_whose_it_is(self):
        fund = self.fund.with_user(self.user("portal"))
        with self.assertRaises(AccessError) as caught, self.env.cr.savepoint():
            fund.write({"kind": "rebate"})
        self.assertNotIn(self.account.code, str(caught.exception))

    def test_customer_reads_the_name_of_the_own_fund(self):
        self.user("portal").partner_id.parent_id = self.partner
        self.env.invalidate_all()
        name = self.fund.with_user(self.user("portal")).display_name
        self.assertIn(self.partner.name, name)

    def test_entries_are_added_by_verbs_and_never_changed(self):
        entry = self.freeze(10)
        with self.assertStopped(DutyError, "kept as it is"):
            entry.sudo().write({"amount": 5})
        with self.assertStopped(DutyError, "kept as it is"):
            entry.sudo().unlink()
        for role in ("salesperson", "manager", "controller", "accountant"):
            with self.assertStopped(AccessError, ""):
                entry.with_user(self.user(role)).check_access("write")

    def test_the_database_refuses_to_change_entries(self):
        entry = self.freeze(10)
        entry.flush_recordset()
        for statement in (
            "UPDATE key_account_fund_entry SET amount = 5 WHERE id = %s",
            "DELETE FROM key_account_fund_entry WHERE id = %s",
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RaiseException),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement, [entry.id])

    def test_the_database_refuses_an_overdraft(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE key_account_fund SET amount_frozen = 101 WHERE id = %s",
                [self.fund.id],
            )

    def test_audit_finds_a_balance_that_the_entries_do_not_prove(self):
        with self.env.cr.savepoint() as savepoint:
            self.env.cr.execute(
                "UPDATE key_account_fund SET amount_posted = 101 WHERE id = %s",
                [self.fund.id],
            )
            problems = self.fund._audit()
            savepoint.rollback()
        self.env.invalidate_all()
        self.assertIn("101", " ".join(problems))
        self.assertEqual(len(problems), 2)

    def test_one_open_fund_for_each_kind_and_currency(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.make_fund()

    def test_nobody_writes_what_follows_from_the_account(self):
        other = self.make_account(self.make_company("Other"))
        accountant = self.fund.with_user(self.user("accountant"))
        for values in ({"partner_id": other.partner_id.id}, {"company_id": False}):
            with self.assertStopped(DutyError, "follows from other values"):
                accountant.write(values)
