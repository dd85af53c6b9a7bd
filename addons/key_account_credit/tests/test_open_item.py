from odoo.tests import tagged

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestOpenItem(CreditCase):
    """The sums of open items are kept by the database, whatever changes an item. That
    they are right is asserted after every test, see `CreditCase.tearDown`."""

    def setUp(self):
        super().setUp()
        self.rows = self.env["key.account.open.item"]
        self.own = [("partner_id", "=", self.partner.id)]

    def get_sums(self):
        """Return ``{day due or False: amount}`` of the customer's receivables."""
        self.env.flush_all()
        domain = [*self.own, ("account_id.account_type", "=", "asset_receivable")]
        groups = self.rows._read_group(domain, ["date_due:day"], ["amount:sum"])
        return {day: amount for day, amount in groups if amount}

    def test_invoice_counts_while_it_is_posted_and_open(self):
        invoice = self.make_invoice(100.0)
        self.assertEqual(self.get_sums(), {})
        invoice.action_post()
        self.assertEqual(self.get_sums(), {invoice.invoice_date_due: 100.0})
        invoice.button_draft()
        self.assertEqual(self.get_sums(), {})

    def test_payment_and_a_later_day_move_the_amount(self):
        invoice = self.make_invoice(100.0)
        invoice.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": 30.0}).action_create_payments()
        self.assertEqual(self.get_sums(), {invoice.invoice_date_due: 70.0})
        line = invoice.line_ids.filtered("date_maturity")
        line.date_maturity = "2099-01-01"
        self.assertEqual([*self.get_sums().values()], [70.0])
        self.assertExposure(receivable=70.0)

    def test_another_contact_of_the_customer_by_sql_alone(self):
        """Merging contacts writes tables, not records."""
        invoice = self.make_invoice(100.0)
        invoice.action_post()
        self.env.flush_all()
        other = self.make_account()
        self.env.cr.execute(
            "UPDATE account_move_line SET partner_id = %s WHERE move_id = %s",
            [other.partner_id.id, invoice.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.get_sums(), {})
        self.assertExposure()
        self.assertExposure(account=other, receivable=100.0)

    def test_job_gathers_the_rows_of_a_day_and_repairs_what_is_wrong(self):
        for amount in (10.0, 20.0, 30.0):
            self.make_invoice(amount).action_post()
        gone = self.make_invoice(40.0)
        gone.action_post()
        gone.button_draft()
        self.env.flush_all()
        self.assertGreater(self.rows.search_count(self.own), 4)
        self.rows._cron_gather()
        self.assertEqual([*self.get_sums().values()], [60.0])
        self.assertEqual(self.rows.search_count(self.own), 1)
        self.env.cr.execute(
            "UPDATE key_account_open_item SET amount = 61 WHERE partner_id = %s",
            [self.partner.id],
        )
        self.assertEqual([row[-1] for row in self.rows._audit()], [-1.0])
        with self.assertLogs("odoo.addons.key_account_credit", "ERROR"):
            self.rows._cron_gather()
        self.env.invalidate_all()
        self.assertEqual([*self.get_sums().values()], [60.0])

    def test_reading_does_not_grow_with_the_items(self):
        def count():
            with self.assertQueryCount(1):
                self.account._get_exposure()

        self.make_invoice(10.0).action_post()
        self.account._get_exposure()
        count()
        for _number in range(5):
            self.make_invoice(10.0).action_post()
        self.env.flush_all()
        count()

    def test_nobody_else_reads_or_writes_them(self):
        for role in ("salesperson", "manager", "credit", "accountant", "warehouse"):
            user = self.user("controller" if role == "credit" else role)
            rows = self.rows.with_user(user)
            for right in ("read", "write", "create", "unlink"):
                self.assertFalse(rows.has_access(right), (role, right))
