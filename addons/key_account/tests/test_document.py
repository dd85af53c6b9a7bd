from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestDocument(KeyAccountCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.make_account(user_id=cls.user("salesperson").id)

    def make_document(self, days, **vals):
        today = fields.Date.context_today(self.account)
        return self.env["key.account.document"].create(
            {
                "account_id": self.account.id,
                "name": "DOC-1",
                "date_expiry": today + timedelta(days=days),
                **vals,
            }
        )

    def test_state_follows_the_expiry_date(self):
        self.assertEqual(self.make_document(-1).state, "expired")
        self.assertEqual(self.make_document(0).state, "expiring")
        self.assertEqual(self.make_document(30).state, "expiring")
        self.assertEqual(self.make_document(31).state, "valid")
        self.assertEqual(self.make_document(0, date_expiry=False).state, "valid")

    def test_search_by_state_finds_what_the_state_shows(self):
        documents = self.env["key.account.document"].union(
            *(self.make_document(days) for days in (-1, 0, 30, 31))
        )
        documents |= self.make_document(0, date_expiry=False)
        for state in ("valid", "expiring", "expired"):
            found = self.env["key.account.document"].search(
                [("id", "in", documents.ids), ("state", "=", state)]
            )
            self.assertEqual(
                found, documents.filtered(lambda d, s=state: d.state == s), state
            )

    def test_salesperson_is_warned_once_for_each_expiry_date(self):
        document = self.make_document(20)
        Document = self.env["key.account.document"]
        Document._cron_warn_expiry()
        Document._cron_warn_expiry()
        activity = self.account.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.user("salesperson"))
        self.assertEqual(activity.date_deadline, document.date_expiry)
        document.date_expiry += timedelta(days=5)
        Document._cron_warn_expiry()
        self.assertEqual(len(self.account.activity_ids), 2)

    def test_renewal_ends_the_warning_and_starts_no_new_one(self):
        self.make_document(-3)
        Document = self.env["key.account.document"]
        Document._cron_warn_expiry()
        self.assertIn("expired on", self.account.activity_ids.summary)
        self.make_document(400)
        self.assertFalse(self.account.activity_ids)
        Document._cron_warn_expiry()
        self.assertFalse(self.account.activity_ids)

    def test_each_permit_counts_until_it_is_archived(self):
        old = self.make_document(-3, kind="permit")
        self.make_document(400, kind="permit")
        self.assertEqual(self.account.document_alert_count, 1)
        old.active = False
        self.assertEqual(self.account.document_alert_count, 0)

    def test_filter_finds_the_accounts_with_documents_to_renew(self):
        self.make_document(5)
        renewed = self.make_account(self.make_company("Renewed"))
        self.make_document(-3, account_id=renewed.id)
        self.make_document(400, account_id=renewed.id)
        found = self.env["key.account"].search(
            [
                ("id", "in", (self.account | renewed).ids),
                ("document_alert_count", ">", 0),
            ]
        )
        self.assertEqual(found, self.account)

    def test_renewed_document_ends_the_alert(self):
        self.make_document(-5)
        self.assertEqual(self.account.document_alert_count, 1)
        self.make_document(365)
        self.assertEqual(self.account.document_alert_count, 0)

    def test_settings_change_the_warning_period(self):
        document = self.make_document(40)
        self.assertEqual(document.state, "valid")
        self.env["res.config.settings"].create(
            {"key_account_document_warn_days": 60}
        ).execute()
        document.invalidate_recordset()
        self.assertEqual(document.state, "expiring")
