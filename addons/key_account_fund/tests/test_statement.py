import base64
import io
import random
from datetime import date, timedelta

import openpyxl
from lxml import html

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import FundCase

REPORT = "key_account_fund.report_key_account_fund_statement"


@tagged("post_install", "-at_install")
class TestStatement(FundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start = date(2026, 1, 1)
        cls.accountant = cls.user("accountant")

    def day(self, number):
        return self.start + timedelta(days=number)

    def ask(self, first, last, fund=None, role="accountant"):
        """Return the dialog as filled in by somebody."""
        fund = self.fund if fund is None else fund
        return (
            self.env["key.account.fund.statement"]
            .with_user(self.user(role))
            .create(
                {
                    "fund_ids": [Command.set(fund.ids)],
                    "date_from": first,
                    "date_to": last,
                }
            )
        )

    def state(self, first, last):
        return self.fund._get_statements(first, last)[self.fund]

    def read_workbook(self, statement):
        """Return the rows of the first sheet below the header."""
        action = statement.action_export()
        self.assertIn(f"id={statement.id}&", action["url"])
        content = base64.b64decode(statement.file)
        page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        return [[cell.value for cell in row] for row in page.iter_rows(min_row=4)]

    def make_movements(self, seed):
        """Book movements of money on random days, not in the order of the days, with
        orders that freeze and release in between; return the last day."""
        chance = random.Random(seed)
        for _number in range(4):
            self.deposit(
                chance.randint(100, 99999) / 100, date=self.day(chance.randint(0, 60))
            )
        order = self.confirm(chance.randint(100, 300) / 100)
        self.deposit(0.1, date=self.day(chance.randint(0, 60)))
        order._action_cancel()
        self.confirm(0.7)

    def test_opening_and_movements_add_up_to_closing_in_any_period(self):
        self.make_movements(seed=7)
        chance = random.Random(3)
        currency = self.fund.currency_id
        today = self.env["key.account.fund.entry"].search([]).mapped("date")
        for _number in range(20):
            first = self.day(chance.randint(-5, 65))
            last = chance.choice([first, first + timedelta(days=20), max(today)])
            if last < first:
                continue
            statement = self.state(first, last)
            for figure in ("posted", "frozen", "available"):
                total = getattr(statement.opening, figure) + sum(
                    getattr(row.change, figure) for row in statement.rows
                )
                closing = getattr(statement.closing, figure)
                self.assertEqual(currency.round(total), closing)
        whole = self.state(self.start, max(today))
        self.assertEqual(
            whole.closing,
            (
                self.fund.amount_posted,
                self.fund.amount_frozen,
                self.fund.amount_available,
            ),
        )

    def test_a_payment_counts_on_its_day_whenever_it_was_booked(self):
        self.deposit(100, date=self.day(10))
        self.deposit(30, date=self.day(4))
        statement = self.state(self.day(4), self.day(10))
        self.assertEqual(statement.opening.posted, 0)
        self.assertEqual(
            [(row.date, row.after.posted) for row in statement.rows],
            [(self.day(4), 30), (self.day(10), 130)],
        )
        self.assertEqual(self.state(self.day(5), self.day(9)).opening.posted, 30)

    def test_movements_of_one_day_are_in_the_order_of_booking(self):
        self.deposit(100)
        order = self.confirm(40)
        self.invoice(order)
        today = self.fund.entry_ids[:1].date
        rows = self.state(today, today).rows
        self.assertEqual(
            [(row.kind, row.after) for row in rows],
            [
                ("Paid In", (100, 0, 100)),
                ("Freeze", (100, 40, 60)),
                ("Capture", (60, 0, 60)),
            ],
        )

    # -------------------------------------------------------- dated before frozen

    def ago(self, days):
        return self.fund.company_id._get_today() - timedelta(days=days)

    def bill_back(self, order, days, share=1):
        """Return the posted invoice of a part of an order, dated so many days ago."""
        invoice = order._create_invoices()
        invoice.invoice_date = self.ago(days)
        for line in invoice.invoice_line_ids if share != 1 else ():
            line.quantity *= share
        invoice.action_post()
        self.assertEqual(
            invoice.fund_invoice_entry_ids.mapped("date"), [self.ago(days)]
        )
        return invoice

    def assertStated(self, days, fund=None):
        """Assert that every period within the last ``days`` adds up, that none of its
        rows has less than nothing and that it closes as the history says."""
        fund = fund or self.fund
        Balance = self.env["key.account.fund.balance"]
        Balance.invalidate_model()
        rows = Balance.search([("fund_id", "=", fund.id)])
        history = {(row.date, row.figure): row.amount for row in rows}
        for start in days:
            for end in days:
                first, last = self.ago(start), self.ago(end)
                if first > last:
                    continue
                statement = fund._get_statements(first, last)[fund]
                posted, frozen, available = statement.opening
                for row in statement.rows:
                    posted += row.change.posted
                    frozen += row.change.frozen
                    available += row.change.available
                    self.assertEqual(row.after, (posted, frozen, available))
                    self.assertGreaterEqual(posted, 0, row)
                    self.assertGreaterEqual(frozen, 0, row)
                self.assertEqual(statement.closing, (posted, frozen, available))
                for figure in ("frozen", "available"):
                    self.assertEqual(
                        getattr(statement.closing, figure),
                        history.get((last, figure), 0.0),
                        (figure, last),
                    )

    def test_what_an_earlier_invoice_took_is_not_frozen_later(self):
        self.deposit(100, date=self.ago(90))
        invoice = self.bill_back(self.confirm(40), 60)
        statement = self.state(self.ago(100), self.ago(0))
        self.assertEqual(
            [(row.date, row.kind, row.change, row.after) for row in statement.rows],
            [
                (self.ago(90), "Paid In", (100, 0, 100), (100, 0, 100)),
                (self.ago(60), "Capture", (-40, 0, -40), (60, 0, 60)),
            ],
        )
        self.assertIn(invoice.name, statement.rows[1].document)
        self.assertEqual(self.state(self.ago(59), self.ago(1)).closing, (60, 0, 60))
        self.assertStated((95, 90, 60, 59, 1, 0))

    def test_freeze_shows_what_earlier_invoices_left_of_it(self):
        self.deposit(200, date=self.ago(90))
        order = self.confirm(80)
        self.bill_back(order, 60, share=0.25)
        rows = self.state(self.ago(30), self.ago(0)).rows
        self.assertEqual(
            [(row.kind, row.change.frozen, row.after) for row in rows],
            [
                ("Freeze", 60, (180, 60, 120)),
                ("Release", -60, (180, 0, 180)),
                ("Freeze", 60, (180, 60, 120)),
            ],
        )
        self.assertStated((95, 61, 60, 59, 1, 0))
        second = self.bill_back(order, 30)
        self.assertStated((95, 61, 60, 59, 31, 30, 29, 1, 0))
        second.button_draft()
        self.assertStated((95, 61, 60, 59, 31, 30, 29, 1, 0))
        second.invoice_date = self.ago(70)
        second.action_post()
        self.assertStated((95, 71, 70, 61, 60, 59, 31, 30, 29, 1, 0))

    def test_invoice_dated_ahead_keeps_its_money_frozen_until_then(self):
        self.deposit(100, date=self.ago(90))
        self.bill_back(self.confirm(40), -10)
        self.assertEqual(self.state(self.ago(0), self.ago(-9)).closing, (100, 40, 60))
        self.assertEqual(self.state(self.ago(0), self.ago(-10)).closing, (60, 0, 60))
        self.assertStated((95, 90, 1, 0, -9, -10))

    def test_guarantee_released_before_it_counts_is_never_frozen(self):
        fund = self.make_fund(kind="deposit")
        self.deposit(50, fund, date=self.ago(20))
        payment = self.deposit(70, fund, date=self.ago(-10))
        fund._book(
            fund._prepare_resolution(
                fund._get_open_freezes().filtered(lambda f: f.amount == 70), release=70
            )
        )
        statement = fund._get_statements(self.ago(5), self.ago(-15))[fund]
        self.assertEqual(
            [(row.date, row.kind, row.after) for row in statement.rows],
            [(payment.date, "Paid In", (120, 50, 70))],
        )
        self.assertStated((25, 20, 1, 0, -9, -10), fund)

    def test_paper_and_workbook_say_the_same_of_an_earlier_invoice(self):
        self.deposit(100, date=self.ago(90))
        self.bill_back(self.confirm(80), 60, share=0.25)
        asked = self.ask(self.ago(70), self.ago(0))
        sheet = [row[6:9] for row in self.read_workbook(asked)]
        self.assertEqual(sheet[1], [80, 0, 80])
        self.assertEqual(sheet[-1], [80, 60, 20])
        paper = [
            [
                float("".join(c for c in cell.text_content() if c in "-.0123456789"))
                for cell in row.findall("td")[-3:]
            ]
            for row in self.render(asked).findall(
                ".//table[@name='movements']/tbody/tr"
            )
        ]
        self.assertEqual(paper, sheet)

    def test_a_period_without_movement_closes_as_it_opens(self):
        self.deposit(100, date=self.day(0))
        statement = self.state(self.day(5), self.day(6))
        self.assertEqual(statement.rows, [])
        self.assertEqual(statement.opening, (100, 0, 100))
        self.assertEqual(statement.closing, statement.opening)

    def test_workbook_adds_up(self):
        self.make_movements(seed=11)
        last = max(self.fund.entry_ids.mapped("date"))
        opening, *rows, closing = self.read_workbook(self.ask(self.day(20), last))
        self.assertEqual((opening[1], closing[1]), ("Opening", "Closing"))
        for change, balance in ((4, 6), (5, 7)):
            total = opening[balance] + sum(row[change] for row in rows)
            self.assertAlmostEqual(total, closing[balance], places=2)
        self.assertAlmostEqual(closing[6] - closing[7], closing[8], places=2)
        self.assertEqual(closing[6], self.fund.amount_posted)
        self.assertTrue(rows)

    def test_text_in_the_workbook_is_not_calculated(self):
        self.deposit(100)
        self.partner.name = "=1+1"
        statement = self.ask(self.day(0), date(2100, 1, 1))
        statement.action_export()
        content = base64.b64decode(statement.file)
        page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        types = {cell.data_type for row in page.iter_rows() for cell in row}
        self.assertNotIn("f", types)

    def test_each_fund_has_a_sheet_and_a_page(self):
        other = self.make_fund(kind="deposit")
        self.deposit(100)
        self.deposit(7, other)
        statement = self.ask(self.day(0), date(2100, 1, 1), self.fund | other)
        statement.action_export()
        content = base64.b64decode(statement.file)
        book = openpyxl.load_workbook(io.BytesIO(content))
        self.assertEqual(len(book.worksheets), 2)
        page = self.render(statement)
        self.assertEqual(len(page.findall(".//tr[@name='closing']")), 2)

    def render(self, statement):
        """Return the parsed page that the PDF is made of."""
        Report = self.env["ir.actions.report"].with_user(self.accountant)
        content, _kind = Report._render_qweb_html(REPORT, statement.ids)
        return html.fromstring(content)

    def test_paper_names_the_documents_and_the_balances(self):
        payment = self.deposit(100)
        order = self.confirm(40)
        invoice = self.invoice(order)
        text = self.render(self.ask(self.day(0), date(2100, 1, 1))).text_content()
        for name in (payment.move_id.name, order.name, invoice.name, self.partner.name):
            self.assertIn(name, text)
        self.assertIn("60.00", text)

    def test_paper_speaks_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner.lang = "fr_FR"
        self.deposit(100, date=self.day(14))
        first, last = self.day(0), self.day(20)
        text = self.render(self.ask(first, last)).text_content()
        self.assertIn("15/01/2026", text)
        self.assertNotIn("01/15/2026", text)

    def test_period_that_ends_before_it_begins_is_refused(self):
        with self.assertStopped(ValidationError, "before it begins"):
            self.ask(self.day(5), self.day(4))
        with self.assertStopped(ValidationError, "choose one fund"):
            self.ask(self.day(4), self.day(5), self.fund.browse())

    def test_dialog_proposes_this_month_and_the_chosen_funds(self):
        action = self.fund.action_open_statement()
        Dialog = self.env["key.account.fund.statement"].with_context(
            **action["context"]
        )
        dialog = Dialog.create({})
        self.assertEqual(dialog.fund_ids, self.fund)
        self.assertEqual(dialog.date_from.day, 1)
        self.assertEqual(
            (dialog.date_from.month, dialog.date_from.year),
            (dialog.date_to.month, dialog.date_to.year),
        )
        listed = self.env["key.account.fund.statement"].with_context(
            active_model="key.account.fund", active_ids=self.fund.ids
        )
        self.assertEqual(listed.create({}).fund_ids, self.fund)

    def test_queries_do_not_grow_with_movements(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            statement = self.state(self.day(0), date(2100, 1, 1))
            return self.env.cr.sql_log_count - before, len(statement.rows)

        self.deposit(500, date=self.day(0))
        self.confirm(1)
        count()
        few, rows = count()
        for _number in range(20):
            self.confirm(1)
        many, more_rows = count()
        self.assertGreater(more_rows, rows + 19)
        self.assertEqual(many, few)

    # ------------------------------------------------------------------- roles

    def test_salesperson_states_funds_of_own_accounts_only(self):
        self.deposit(100, date=self.day(3))
        salesperson = self.user("salesperson")
        self.account.user_id = salesperson
        statement = self.ask(self.day(0), self.day(9), role="salesperson")
        self.assertEqual(self.read_workbook(statement)[-1][6], 100)
        self.account.user_id = self.user("manager")
        with self.assertStopped(AccessError, ""):
            self.ask(self.day(0), self.day(9), role="salesperson").action_export()
        with self.assertStopped(AccessError, ""):
            self.fund.with_user(salesperson)._get_statements(self.day(0), self.day(9))

    def test_who_may_read_funds_may_state_them(self):
        self.deposit(100, date=self.day(3))
        for role in ("manager", "controller", "accountant"):
            statement = self.ask(self.day(0), self.day(9), role=role)
            self.assertEqual(self.read_workbook(statement)[-1][6], 100)

    def test_warehouse_and_customers_get_no_statement(self):
        for role in ("warehouse", "portal"):
            with self.assertStopped(AccessError, ""):
                self.ask(self.day(0), self.day(9), role=role)

    def test_entry_opens_what_its_reader_may_open(self):
        payment = self.deposit(100)
        self.account.user_id = self.user("salesperson")
        opened = {
            role: self.fund.entry_ids.with_user(self.user(role)).action_open_document()
            for role in ("salesperson", "accountant")
        }
        self.assertEqual(opened["salesperson"]["res_model"], "key.account.fund")
        self.assertEqual(opened["accountant"]["res_model"], "account.move")
        self.assertEqual(opened["accountant"]["res_id"], payment.move_id.id)

    def test_statement_is_for_who_asked(self):
        statement = self.ask(self.day(0), self.day(9), role="controller")
        with self.assertStopped(AccessError, ""):
            statement.with_user(self.accountant).action_export()
        with self.assertStopped(AccessError, ""):
            self.render(statement)
