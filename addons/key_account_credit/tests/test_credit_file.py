from datetime import timedelta

from dateutil.relativedelta import relativedelta
from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_snapshot import OTHERS, READERS, SnapshotCase

REPORT = "key_account_credit.report_key_account_credit_file"


@tagged("post_install", "-at_install")
class TestCreditFile(SnapshotCase):
    """The paper on which an account's credit is decided."""

    def render(self, accounts=None, role="controller"):
        """Return the parsed page that the PDF is made of."""
        self.env.flush_all()
        accounts = accounts or self.account
        Report = self.env["ir.actions.report"].with_user(self.user(role))
        content, _kind = Report._render_qweb_html(REPORT, accounts.ids)
        return html.fromstring(content)

    def table(self, page, name):
        """Return the texts of a table's rows, cell by cell."""
        return [
            [" ".join(cell.text_content().split()) for cell in row.findall("./td")]
            for row in page.findall(f".//table[@name='{name}']/tbody/tr")
        ]

    def amount(self, text):
        return float(text.replace("$", "").replace(",", "").replace("\xa0", ""))

    def test_file_says_what_the_account_says(self):
        self.make_limit(1000.0, insurer="Safe Harbor", amount_insured=800.0)
        self.confirm(300.0)
        self.make_open(100.0, 45)
        self.make_open(50.0, -5)
        page = self.render()
        limits = self.table(page, "limits")
        self.assertEqual(len(limits), 1)
        self.assertIn("Safe Harbor", limits[0])
        self.assertIn("800.00", limits[0][-1])
        parts = {row[0]: row[1] for row in self.table(page, "exposure")}
        self.assertEqual(self.amount(parts["Confirmed, Not Delivered"]), 300.0)
        self.assertEqual(self.amount(parts["Overdue"]), 100.0)
        self.assertEqual(self.amount(parts["Exposure"]), 450.0)
        self.assertEqual(self.amount(parts["Available Credit"]), 550.0)
        self.assertEqual(parts["Standing"], "Within the limit")
        ageing = {row[0]: self.amount(row[1]) for row in self.table(page, "ageing")}
        self.assertEqual((ageing["31-60 Days"], ageing["Not Due"]), (100.0, 50.0))
        payment = {row[0]: row[1] for row in self.table(page, "payment")}
        self.assertEqual(payment["Overdue of What Is Invoiced (%)"], "66.7")

    def test_overdue_items_are_named_and_the_rest_is_summed(self):
        oldest = self.make_open(7.0, 90)
        for _number in range(41):
            self.make_open(1.0, 10)
        page = self.render()
        rows = self.table(page, "overdue")
        self.assertEqual(rows[0][0], oldest.name)
        self.assertEqual(rows[0][3], "90")
        self.assertEqual(len(rows), 41)
        self.assertEqual(self.amount(rows[-1][1]), 2.0)
        self.assertAlmostEqual(sum(self.amount(row[-1]) for row in rows), 48.0, 2)

    def test_nothing_overdue_no_table(self):
        self.make_open(7.0, -3)
        self.assertEqual(self.table(self.render(), "overdue"), [])

    def test_holds_and_releases_are_named(self):
        self.make_limit(100.0)
        order = self.make_sale(150.0, user_id=self.user("salesperson").id)
        order.with_user(self.user("salesperson")).action_confirm()
        self.release(order, "controller", "They pay on Friday")
        rows = self.table(self.render(), "decisions")
        self.assertEqual(len(rows), 1)
        for text in (order.name, "They pay on Friday", "Released"):
            self.assertIn(text, rows[0])

    def test_months_close_with_their_last_day(self):
        first = self.today.replace(day=1)
        for months, amounts in ((1, (5.0, 6.0)), (2, (7.0, 8.0)), (14, (9.0, 9.0))):
            end = first - relativedelta(months=months - 1) - timedelta(days=1)
            for days, amount in zip((1, 0), amounts, strict=True):
                day = (self.today - end).days + days
                self.make_row(day, amount_exposure=amount)
        rows = self.table(self.render(), "history")
        self.assertEqual([self.amount(row[2]) for row in rows], [6.0, 8.0])

    def test_group_is_shown_with_its_limit(self):
        head = self.make_account()
        self.partner.parent_id = head.partner_id
        self.make_limit(5000.0, account=head, scope="group")
        self.make_open(100.0, 5)
        page = self.render()
        names = [row[0] for row in self.table(page, "group")]
        self.assertEqual(set(names), {head.display_name, self.account.display_name})
        self.assertEqual(self.table(page, "limits")[0][2], "The Whole Group")
        self.assertEqual(self.table(self.render(self.make_account()), "group"), [])

    def test_account_without_anything_has_a_page(self):
        page = self.render(self.make_account())
        self.assertIn("Nobody has decided on a limit", page.text_content())

    def test_each_account_has_its_own_page(self):
        other = self.make_account()
        self.make_open(100.0, 45)
        self.make_open(7.0, 45, other)
        page = self.render(self.account | other)
        self.assertEqual(len(page.findall(".//table[@name='exposure']")), 2)
        self.assertEqual(
            [self.amount(row[-1]) for row in self.table(page, "overdue")], [100.0, 7.0]
        )

    def test_readers_print_it_and_others_do_not(self):
        self.account.user_id = self.user("salesperson")
        self.make_open(100.0, 45)
        for role in READERS:
            self.assertTrue(self.table(self.render(role=role), "overdue"), role)
        for role in OTHERS:
            with self.assertStopped(AccessError, ""):
                self.render(role=role)

    def test_only_readers_have_it_in_the_menu(self):
        report = self.env.ref("key_account_credit.key_account_credit_file_report")
        for role, expected in (("controller", True), ("salesperson", False)):
            Actions = self.env["ir.actions.actions"].with_user(self.user(role))
            found = Actions.get_bindings("key.account").get("report", [])
            self.assertEqual(report.id in [each["id"] for each in found], expected)

    def test_other_companies_accounts_are_not_printed(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        account = self.make_account(company_id=company.id)
        with self.assertStopped(AccessError, ""):
            self.render(account)

    def test_queries_do_not_grow_with_accounts(self):
        def count(number):
            accounts = self.env["key.account"].union(
                *(self.make_account() for _number in range(number))
            )
            for account in accounts:
                self.make_limit(100.0, account)
                self.make_open(10.0, 5, account)
                self.make_row(1, account)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            File = self.env["report.key_account_credit.report_key_account_credit_file"]
            File._get_report_values(accounts.ids)
            return self.env.cr.sql_log_count - start

        count(1)
        self.assertEqual(count(8), count(2))
