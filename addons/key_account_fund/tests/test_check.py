import datetime
from contextlib import contextmanager
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import FundCase

REPORT = "key_account_fund.report_key_account_fund_check"


class SeeCase(FundCase):
    @contextmanager
    def spoiled(self, amount=7, fund=None):
        """Have the fund's balance say ``amount`` more than its entries for a while."""
        fund = self.fund if fund is None else fund
        self._change_balance(fund, amount)
        try:
            yield
        finally:
            self._change_balance(fund, -amount)

    def _change_balance(self, fund, amount):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE key_account_fund SET amount_posted = amount_posted + %s"
            " WHERE id = %s",
            [amount, fund.id],
        )
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestCheck(SeeCase):
    def setUp(self):
        super().setUp()
        self.Check = self.env["key.account.fund.check"].with_user(
            self.user("accountant")
        )
        self.deposit(100)

    def find(self):
        return self.Check.search([("partner_id", "=", self.partner.id)])

    def render(self, role="accountant"):
        Report = self.env["ir.actions.report"].with_user(self.user(role))
        content, _kind = Report._render_qweb_html(REPORT, self.env.company.ids)
        return content.decode()

    def test_three_figures_are_the_same_when_all_is_right(self):
        self.invoice(self.confirm(40))
        row = self.find()
        self.assertEqual(
            (row.amount_funds, row.amount_entries, row.amount_ledger), (60, 60, 60)
        )
        self.assertEqual(row.amount_difference, 0)
        self.assertEqual(row.account_id, self.fund.account_id)
        self.assertFalse(self.Check.search([("amount_difference", "!=", 0)]))

    def test_a_balance_that_differs_is_found(self):
        with self.spoiled():
            row = self.Check.search([("amount_difference", "!=", 0)])
            self.assertEqual(row.partner_id, self.partner)
            self.assertEqual(
                (row.amount_funds, row.amount_entries, row.amount_ledger),
                (107, 100, 100),
            )
            self.assertEqual(row.amount_difference, 7)

    def test_journal_items_without_a_fund_are_found(self):
        stranger = self.make_company("Stranger")
        item = self.env["account.move.line"].search(
            [("account_id", "=", self.fund.account_id.id)]
        )

        def give_to(partner):
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE account_move_line SET partner_id = %s WHERE id = %s",
                [partner.id, item.id],
            )
            self.env.invalidate_all()

        give_to(stranger)
        rows = self.Check.search([("amount_difference", "!=", 0)])
        found = {row.partner_id: (row.amount_funds, row.amount_ledger) for row in rows}
        findings = self.fund._get_findings()
        give_to(self.partner)
        self.assertEqual(found, {self.partner: (100, 0), stranger: (0, 100)})
        self.assertEqual([fund for fund, _sentence in findings], [self.fund] * 2)

    def test_a_row_leads_to_its_entries_and_journal_items(self):
        self.invoice(self.confirm(40))
        other = self.make_fund(self.make_account(self.make_company("Other")))
        self.deposit(5, other)
        row = self.find()
        entries = self.env["key.account.fund.entry"].search(
            row.action_open_entries()["domain"]
        )
        self.assertEqual(entries, self.fund.entry_ids)
        items = self.env["account.move.line"].search(row.action_open_items()["domain"])
        self.assertEqual(-sum(items.mapped("amount_currency")), row.amount_ledger)

    def test_rows_of_another_company_are_not_shown(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        accountant = self.user("accountant")
        self.assertTrue(self.find())
        rows = self.Check.with_context(allowed_company_ids=company.ids)
        accountant.company_ids |= company
        self.assertFalse(rows.search([]))

    def test_report_says_that_all_agree(self):
        page = self.render()
        self.assertIn("All agree", page)
        self.assertNotIn("do not agree", page)
        self.assertIn(self.partner.name, page)

    def test_report_says_what_differs(self):
        with self.spoiled():
            page = self.render()
            self.assertNotIn("All agree", page)
            self.assertIn("107.00", page)

    def test_report_is_printed_for_the_chosen_companies(self):
        action = self.Check.action_print()
        self.assertEqual(action["context"]["active_ids"], self.env.company.ids)

    def test_accountants_and_auditors_alone_read_it(self):
        self.account.user_id = self.user("salesperson")
        for role in ("accountant", "controller"):
            self.assertTrue(self.Check.with_user(self.user(role)).search([]))
            self.render(role)
        for role in ("salesperson", "manager", "warehouse", "portal"):
            with self.assertStopped(AccessError, ""):
                self.Check.with_user(self.user(role)).search([])
            with self.assertStopped(AccessError, ""):
                self.render(role)


@tagged("post_install", "-at_install")
class TestBalance(SeeCase):
    def setUp(self):
        super().setUp()
        self.Balance = self.env["key.account.fund.balance"]
        self.today = fields.Date.context_today(self.Balance)

    def read_day(self, days_ago):
        """Return ``(available, frozen)`` at the end of a day."""
        rows = self.Balance.search(
            [
                ("fund_id", "=", self.fund.id),
                ("date", "=", self.today - timedelta(days=days_ago)),
            ]
        )
        amounts = {row.figure: row.amount for row in rows}
        return amounts.get("available"), amounts.get("frozen")

    def test_each_day_says_what_was_available_and_frozen(self):
        self.deposit(100, date=self.today - timedelta(days=5))
        self.deposit(30, date=self.today - timedelta(days=2))
        self.confirm(40)
        self.assertEqual(self.read_day(6), (None, None))
        self.assertEqual(self.read_day(5), (100, 0))
        self.assertEqual(self.read_day(3), (100, 0))
        self.assertEqual(self.read_day(2), (130, 0))
        self.assertEqual(self.read_day(0), (90, 40))

    def test_what_an_earlier_invoice_took_is_not_frozen_later(self):
        self.deposit(100, date=self.today - timedelta(days=90))
        self.invoice(self.confirm(40), invoice_date=self.today - timedelta(days=60))
        self.confirm(25)
        self.assertEqual(self.read_day(61), (100, 0))
        self.assertEqual(self.read_day(60), (60, 0))
        self.assertEqual(self.read_day(1), (60, 0))
        self.assertEqual(self.read_day(0), (35, 25))
        negative = [("fund_id", "=", self.fund.id), ("amount", "<", 0)]
        self.assertFalse(self.Balance.search(negative))

    def test_changes_add_up_to_the_fund(self):
        self.deposit(100, date=self.today - timedelta(days=5))
        self.invoice(self.confirm(40))
        self.confirm(25)
        groups = self.Balance._read_group(
            [("fund_id", "=", self.fund.id)], ["figure"], ["amount_change:sum"]
        )
        self.assertEqual(
            dict(groups),
            {
                "available": self.fund.amount_available,
                "frozen": self.fund.amount_frozen,
            },
        )

    def test_rows_have_numbers_of_their_own(self):
        other = self.make_fund(kind="deposit")
        for fund in (self.fund, other):
            self.deposit(100, fund, date=datetime.date(2025, 1, 1))
        rows = self.Balance.search([("fund_id", "in", (self.fund | other).ids)])
        days = (self.today - datetime.date(2025, 1, 1)).days + 1
        self.assertEqual(len(set(rows.ids)), 4 * days)
        self.assertEqual(self.Balance.search([("id", "=", rows[7].id)]), rows[7])

    def test_history_opens_from_the_fund_and_from_the_account(self):
        self.deposit(100)
        other = self.make_fund(self.make_account(self.make_company("Other")))
        self.deposit(5, other)
        for action in (
            self.fund.action_open_history(),
            self.account.action_open_fund_history(),
        ):
            self.assertEqual(action["res_model"], "key.account.fund.balance")
            rows = self.Balance.search(action["domain"])
            self.assertEqual(rows.fund_id, self.fund)
        action = self.account.action_open_fund_statement()
        self.assertEqual(action["context"], {"default_fund_ids": self.fund.ids})

    def test_salesperson_sees_own_accounts_only(self):
        self.deposit(100)
        Balance = self.Balance.with_user(self.user("salesperson"))
        self.account.user_id = self.user("salesperson")
        self.assertEqual(Balance.search([]).fund_id, self.fund)
        self.account.user_id = self.user("manager")
        self.assertFalse(Balance.search([]))

    def test_others_by_role(self):
        self.deposit(100)
        for role in ("manager", "controller", "accountant"):
            rows = self.Balance.with_user(self.user(role)).search([])
            self.assertIn(self.fund, rows.fund_id)
        for role in ("warehouse", "portal"):
            with self.assertStopped(AccessError, ""):
                self.Balance.with_user(self.user(role)).search([])
