from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .test_snapshot import SnapshotCase

CONTROLLER = "base.group_user,key_account.group_key_account_credit"


@tagged("post_install", "-at_install")
class TestCreditDigest(SnapshotCase):
    """The weekly mail to the credit controllers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whoever else is there gets none here.
        cls.env["res.users"].search([]).credit_digest = False
        cls.controller = cls.user("controller")
        cls.controller.write({"credit_digest": True, "email": "credit@example.com"})

    def send(self):
        """Run the weekly job and return the mails that it wrote."""
        self.env.flush_all()
        before = self.env["mail.mail"].search([])
        with self.enter_registry_test_mode():
            self.env.ref(
                "key_account_credit.ir_cron_credit_digest"
            ).method_direct_trigger()
        self.env.invalidate_all()
        return self.env["mail.mail"].search([]) - before

    def read_text(self, mail):
        return " ".join(html.fromstring(mail.body_html).text_content().split())

    def make_company_controller(self, name="Elsewhere"):
        company = self.env["res.company"].create({"name": name})
        user = new_test_user(
            self.env,
            login=f"controller_{name}",
            groups=CONTROLLER,
            email="other@example.com",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        return company, user

    def test_mail_tells_what_needs_the_controller(self):
        self.make_limit(1000.0)
        self.make_limit(
            50.0, kind="temporary", date_end=self.today + timedelta(days=10)
        )
        invoice = self.make_open(980.0, 3)
        older = self.make_open(5.0, 20)
        order = self.make_sale(150.0, user_id=self.user("salesperson").id)
        order.with_user(self.user("salesperson")).action_confirm()
        self.take()
        mail = self.send()
        text = self.read_text(mail)
        self.assertEqual(mail.recipient_ids, self.controller.partner_id)
        for part in (
            self.company.name,
            "Over or near their limit",
            self.account.display_name,
            "Nearly used up",
            "Limits that end soon: 1",
            "Newly overdue: 1",
            invoice.name,
            "3 days",
            "Orders that wait for credit: 1",
            order.name,
            "0 days",
        ):
            self.assertIn(part, text)
        self.assertNotIn(older.name, text)
        links = html.fromstring(mail.body_html).xpath("//a/@href")
        self.assertIn(f"/odoo/key.account/{self.account.id}", " ".join(links))
        self.assertIn(f"/odoo/sale.order/{order.id}", " ".join(links))

    def test_mail_says_what_has_changed_since_last_week(self):
        other = self.make_account()
        self.make_row(9, amount_exposure=1.0)
        for account, before, now in (
            (self.account, 100.0, 350.0),
            (other, 500.0, 499.0),
        ):
            self.make_row(7, account, amount_exposure=before)
            self.make_row(0, account, amount_exposure=now)
        part = self.digest()
        self.assertEqual(part["before"], self.today - timedelta(days=7))
        rows = {row["name"]: row["amount"] for row in part["changes"]["rows"]}
        self.assertEqual(rows[self.account.display_name], 250.0)
        self.assertEqual(rows[other.display_name], -1.0)
        self.assertEqual(part["changes"]["rows"][0]["amount"], 250.0)
        text = self.read_text(self.send())
        self.assertIn("changed most since the week before", text)

    def digest(self):
        company = self.company.with_user(self.controller)
        return company.with_context(
            allowed_company_ids=self.company.ids
        )._get_credit_digest()

    def test_one_mail_a_week(self):
        self.take()
        self.assertEqual(len(self.send()), 1)
        self.assertFalse(self.send())
        self.controller.date_credit_digest = fields.Date.today() - timedelta(days=7)
        self.assertEqual(len(self.send()), 1)

    def test_one_mail_for_all_companies_of_a_controller(self):
        company, there = self.make_company_controller()
        there.credit_digest = False
        self.controller.company_ids |= company
        self.make_account(company_id=company.id)
        self.take()
        mail = self.send()
        self.assertEqual(len(mail), 1)
        headings = [
            each.text_content() for each in html.fromstring(mail.body_html).iter("h2")
        ]
        self.assertEqual(set(headings), {self.company.name, company.name})

    def test_other_companies_controllers_learn_nothing(self):
        company, there = self.make_company_controller()
        account = self.make_account(company_id=company.id)
        self.make_limit(100.0, account=account)
        self.make_open(99.0, 3)
        self.make_limit(100.0)
        self.take()
        mails = {mail.recipient_ids: self.read_text(mail) for mail in self.send()}
        self.assertEqual(set(mails), {self.controller.partner_id, there.partner_id})
        self.assertNotIn(self.account.display_name, mails[there.partner_id])
        self.assertNotIn(company.name, mails[self.controller.partner_id])
        self.assertIn(self.account.display_name, mails[self.controller.partner_id])

    def test_who_does_not_want_it_gets_none(self):
        self.take()
        self.controller.with_user(self.controller).credit_digest = False
        self.assertFalse(self.send())

    def test_company_that_does_not_want_it_sends_none(self):
        self.take()
        self.company.credit_digest = False
        self.assertFalse(self.send())

    def test_nobody_there_no_mail(self):
        self.take()
        self.controller.active = False
        self.assertFalse(self.send())

    def test_without_an_address_no_mail(self):
        self.take()
        self.controller.email = False
        self.assertFalse(self.send())

    def test_nothing_written_down_nothing_to_tell(self):
        _company, there = self.make_company_controller()
        self.controller.credit_digest = False
        self.assertFalse(self.send())
        self.assertFalse(there.date_credit_digest)

    def test_mail_speaks_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.controller.lang = "fr_FR"
        self.take()
        template = self.env.ref("key_account_credit.mail_template_credit_digest")
        template.with_context(lang="fr_FR").subject = "Crédit de la semaine"
        mail = self.send()
        self.assertEqual(mail.subject, "Crédit de la semaine")
        self.assertIn(self.today.strftime("%d/%m/%Y"), self.read_text(mail))

    def test_sentences_are_translated_one_by_one(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.controller.lang = "fr_FR"
        self.env.ref("key_account_credit.credit_digest").update_field_translations(
            "arch_db", {"fr_FR": {"As of": "Au"}}
        )
        self.take()
        text = self.read_text(self.send())
        self.assertIn("Au ", text)
        self.assertNotIn("As of", text)

    def test_nobody_else_reads_the_mail(self):
        self.take()
        mail = self.send()
        message = mail.mail_message_id
        for role in ("salesperson", "manager", "warehouse"):
            Message = self.env["mail.message"].with_user(self.user(role))
            self.assertFalse(Message.search([("id", "=", message.id)]), role)

    def test_template_tells_nobody_anything_by_itself(self):
        self.make_limit(1000.0)
        self.make_open(980.0, 3)
        self.take()
        template = self.env.ref("key_account_credit.mail_template_credit_digest")
        for role in ("salesperson", "controller"):
            body = template.with_user(self.user(role))._render_field(
                "body_html", self.controller.ids
            )[self.controller.id]
            self.assertNotIn(self.account.display_name, body)

    def test_figures_are_read_with_the_readers_rights(self):
        self.take()
        company = self.company.with_user(self.user("salesperson"))
        with self.assertStopped(AccessError, ""):
            company._get_credit_digest()

    def test_long_lists_end_with_their_number(self):
        for _number in range(17):
            account = self.make_account()
            self.make_row(0, account, standing="over", amount_available=-5.0)
        part = self.digest()
        self.assertEqual(len(part["near"]["rows"]), 15)
        self.assertEqual(part["near"]["count"], 17)

    def test_queries_do_not_grow_with_records(self):
        def count(number):
            for _number in range(number):
                account = self.make_account()
                self.make_limit(100.0, account, date_end=self.today + timedelta(days=5))
                self.make_open(10.0, 3, account)
                self.make_row(7, account, amount_exposure=1.0)
                self.make_row(0, account, standing="over", amount_exposure=9.0)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.digest()
            return self.env.cr.sql_log_count - start

        count(1)
        few, many = count(2), count(10)
        self.assertLessEqual(many, few + 1)

    def test_settings_switch_it_off(self):
        self.env["res.config.settings"].create({"credit_digest": False}).execute()
        self.assertFalse(self.company.credit_digest)

    def test_job_is_active_and_weekly(self):
        job = self.env.ref("key_account_credit.ir_cron_credit_digest")
        self.assertTrue(job.active)
        self.assertEqual((job.interval_number, job.interval_type), (7, "days"))
