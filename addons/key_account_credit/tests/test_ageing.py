from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_snapshot import OTHERS, READERS, SnapshotCase


@tagged("post_install", "-at_install")
class TestAgeing(SnapshotCase):
    """What is open today, and for how long it has been overdue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Ageing = cls.env["key.account.credit.ageing"]

    def read_ageing(self, account=None):
        account = account or self.account
        self.env.flush_all()
        return account._get_ageing()[account]

    def test_buckets_from_one_day_to_the_next(self):
        for number, days in enumerate((-1, 0, 1, 30, 31, 60, 61, 90, 91, 400)):
            self.make_open(10.0**0 * 2**number, days)
        self.assertEqual(
            self.read_ageing(),
            {
                "not_due": 3.0,
                "overdue_001": 12.0,
                "overdue_031": 48.0,
                "overdue_061": 192.0,
                "overdue_091": 768.0,
            },
        )

    def test_rows_add_up_to_the_exposure(self):
        self.make_open(100.0, 45)
        self.make_open(33.0, -45)
        refund = self.make_invoice(20.0, move_type="out_refund")
        refund.action_post()
        rows = self.Ageing.search([("key_account_id", "=", self.account.id)])
        self.assertEqual(sum(rows.mapped("amount")), self.account.credit_exposure)
        self.assertEqual(self.read_ageing()["credit"], -20.0)

    def test_partly_paid_counts_with_what_is_left(self):
        invoice = self.make_open(100.0, 45)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": 60.0})._create_payments()
        self.assertEqual(self.read_ageing(), {"overdue_031": 40.0})

    def test_installments_have_a_row_each(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": 0}),
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": 60}),
                ],
            }
        )
        invoice = self.make_invoice(
            100.0,
            invoice_date=self.today - timedelta(days=50),
            invoice_payment_term_id=term.id,
        )
        invoice.action_post()
        self.assertEqual(self.read_ageing(), {"not_due": 50.0, "overdue_031": 50.0})

    def test_foreign_currency_counts_in_the_companys(self):
        currency = self.env.ref("base.CHF")
        currency.active = True
        currency.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "name": "2000-01-01", "rate": 2.0}
        )
        invoice = self.make_invoice(100.0, currency_id=currency.id)
        invoice.action_post()
        self.assertEqual(sum(self.read_ageing().values()), 50.0)

    def test_row_opens_its_document(self):
        invoice = self.make_open(100.0, 45)
        row = self.Ageing.search([("key_account_id", "=", self.account.id)])
        self.assertEqual((row.days_overdue, row.move_id), (45, invoice))
        action = row.with_user(self.user("controller")).action_open_document()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("account.move", invoice.id)
        )

    def test_account_opens_its_items(self):
        self.make_open(100.0, 45)
        self.make_open(5.0, 5, self.make_account())
        action = self.account.action_open_credit_ageing()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.key_account_id, self.account)

    def test_groups_are_added_up(self):
        head, sister = self.make_account(), self.make_account()
        (self.partner | sister.partner_id).parent_id = head.partner_id
        self.make_open(100.0, 45)
        self.make_open(7.0, 5, sister)
        found = self.Ageing._read_group(
            [("group_account_id", "=", head.id)], ["group_account_id"], ["amount:sum"]
        )
        self.assertEqual(found, [(head, 107.0)])

    def test_contacts_and_addresses_count_with_their_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.partner.id, "type": "invoice"}
        )
        self.make_invoice(30.0, partner_id=contact.id).action_post()
        self.assertEqual(sum(self.read_ageing().values()), 30.0)

    def test_readers_read_and_others_do_not(self):
        self.account.user_id = self.user("salesperson")
        self.make_open(100.0, 45)
        self.env.flush_all()
        domain = [("key_account_id", "=", self.account.id)]
        for role in READERS:
            Ageing = self.Ageing.with_user(self.user(role))
            self.assertEqual(Ageing.search(domain).amount, 100.0, role)
        for role in OTHERS:
            Ageing = self.Ageing.with_user(self.user(role))
            for read in (
                lambda A=Ageing: A.search(domain),
                lambda A=Ageing: A._read_group(domain, [], ["amount:sum"]),
            ):
                with self.assertStopped(AccessError, ""):
                    read()

    def test_other_companies_items_are_not_shown(self):
        self.make_open(100.0, 45)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        user = self.user("controller")
        user.company_ids |= company
        Ageing = self.Ageing.with_user(user)
        domain = [("key_account_id", "=", self.account.id)]
        self.assertTrue(Ageing.search(domain))
        there = Ageing.with_context(allowed_company_ids=company.ids)
        self.assertFalse(there.search(domain))

    def test_one_statement_for_any_number_of_accounts(self):
        accounts = self.account | self.make_account() | self.make_account()
        for account in accounts:
            self.make_open(10.0, 5, account)
        accounts._get_ageing()
        with self.assertQueryCount(1):
            accounts._get_ageing()
