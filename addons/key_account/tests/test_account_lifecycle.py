from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import DutyError, TransitionError
from .common import KeyAccountCase


@tagged("post_install", "-at_install")
class TestAccountLifecycle(KeyAccountCase):
    def test_account_gets_a_code_and_starts_as_prospect(self):
        account = self.make_account(state="prospect")
        self.assertRegex(account.code, r"^KA\d{5}$")
        self.assertEqual(account.state, "prospect")
        self.assertEqual(account.display_name, f"{account.code} Acme")

    def test_account_walks_from_prospect_to_active(self):
        account = self.make_account(
            state="prospect", user_id=self.user("salesperson").id
        )
        account.with_user(self.user("salesperson")).action_submit()
        self.assertEqual(account.state, "review")
        account.with_user(self.user("manager")).action_activate()
        self.assertEqual(account.state, "active")
        account.with_user(self.user("controller")).action_suspend()
        self.assertEqual(account.state, "suspended")
        account.with_user(self.user("controller")).action_activate()
        account.with_user(self.user("manager")).action_close()
        self.assertEqual(account.state, "closed")

    def test_nobody_activates_an_account_that_they_submitted(self):
        account = self.make_account(state="prospect")
        manager = account.with_user(self.user("manager"))
        manager.action_submit()
        with self.assertRaisesRegex(DutyError, "submitted .* yourself"):
            manager.action_activate()
        with self.assertRaises(DutyError):
            manager.write({"requested_by_id": False, "state": "active"})
        account.with_user(self.user("administrator")).action_activate()
        self.assertEqual(account.state, "active")

    def test_customer_of_an_active_account_cannot_be_exchanged(self):
        account = self.make_account(user_id=self.user("salesperson").id)
        other = self.make_company("Other")
        with self.assertRaisesRegex(DutyError, "cannot be exchanged"):
            account.with_user(self.user("salesperson")).partner_id = other

    def test_prospect_cannot_become_active_without_review(self):
        account = self.make_account(state="prospect")
        with self.assertRaisesRegex(TransitionError, "cannot become Active directly"):
            account.action_activate()

    def test_salesperson_cannot_activate_by_button_or_write(self):
        account = self.make_account(state="review", user_id=self.user("salesperson").id)
        account = account.with_user(self.user("salesperson"))
        with self.assertRaisesRegex(DutyError, "Manager"):
            account.action_activate()
        with self.assertRaises(DutyError):
            account.write({"state": "active"})
        self.assertEqual(account.state, "review")

    def test_salesperson_cannot_create_an_active_account(self):
        Account = self.env["key.account"].with_user(self.user("salesperson"))
        with self.assertRaises(DutyError):
            Account.create({"partner_id": self.make_company().id, "state": "active"})

    def test_salesperson_rates_a_prospect_but_not_an_active_account(self):
        grade = self.env.ref("key_account.key_account_grade_a")
        account = self.make_account(
            state="prospect", user_id=self.user("salesperson").id
        ).with_user(self.user("salesperson"))
        account.grade_id = grade
        self.assertEqual(account.pay_mode, "credit")
        account.sudo().write({"state": "review"})
        account.sudo().write({"state": "active"})
        with self.assertRaisesRegex(DutyError, "credit controller"):
            account.pay_mode = "prepaid"
        account.with_user(self.user("controller")).pay_mode = "prepaid"
        self.assertEqual(account.pay_mode, "prepaid")

    def test_second_account_of_a_customer_is_refused(self):
        account = self.make_account()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.make_account(account.partner_id)

    def test_contact_of_a_company_cannot_be_the_account(self):
        company = self.make_company()
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": company.id}
        )
        with self.assertRaisesRegex(ValidationError, "make the company"):
            self.make_account(contact)

    def test_subsidiaries_are_found_through_the_contacts(self):
        group = self.make_account(self.make_company("Group"))
        child = self.make_account(
            self.make_company("Child", parent_id=group.partner_id.id)
        )
        self.assertEqual(child.parent_account_id, group)
        self.assertEqual(group.subsidiary_ids, child)
        self.assertEqual(group.subsidiary_count, 1)
        self.assertFalse(group.parent_account_id)

    def test_group_cycle_is_refused(self):
        group = self.make_company("Group")
        child = self.make_company("Child", parent_id=group.id)
        account = self.make_account(group)
        self.make_account(child)
        with self.assertRaises(ValidationError):
            account.parent_partner_id = child

    def test_account_with_history_cannot_be_deleted(self):
        account = self.make_account()
        with self.assertRaisesRegex(UserError, "close it instead"):
            account.unlink()
        prospect = self.make_account(self.make_company("New"), state="prospect")
        prospect.with_user(self.user("manager")).unlink()
        self.assertFalse(prospect.exists())

    def test_copy_of_an_account_needs_another_customer(self):
        account = self.make_account()
        other = self.make_company("Other")
        copy = account.copy({"partner_id": other.id})
        self.assertEqual(copy.state, "prospect")
        self.assertNotEqual(copy.code, account.code)

    def test_query_count_does_not_grow_with_accounts(self):
        group = self.make_company("Group")
        accounts = self.env["key.account"].create(
            [
                {
                    "partner_id": self.make_company(f"C{i}", parent_id=group.id).id,
                    "state": "active",
                }
                for i in range(20)
            ]
        )
        names = ["order_count", "subsidiary_count", "document_alert_count"]

        def count(records):
            records.invalidate_recordset()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.read([*names, "parent_account_id"])
            return self.env.cr.sql_log_count - before

        count(accounts)
        self.assertEqual(count(accounts[:1]), count(accounts))
