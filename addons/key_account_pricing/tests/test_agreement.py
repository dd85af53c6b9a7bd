from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.key_account.exceptions import DutyError, TransitionError
from odoo.addons.key_account_approval.exceptions import ApprovalError

from ..exceptions import AgreementError
from .common import PricingCase


@tagged("post_install", "-at_install")
class TestAgreement(PricingCase):
    def test_who_handed_it_in_does_not_activate_it(self):
        agreement = self.make_agreement({"price": 1}, state="draft")
        agreement.with_user(self.manager).action_submit()
        with self.assertRaisesRegex(DutyError, "another manager"):
            agreement.with_user(self.manager).action_activate()
        with self.assertRaises(DutyError):
            agreement.with_user(self.salesperson).action_activate()

    def test_a_rule_wants_an_approval_first(self):
        self.make_rule(self.accountant, res_model="key.account.agreement")
        agreement = self.make_agreement({"price": 1}, state="draft")
        agreement.with_user(self.salesperson).action_submit()
        with self.assertRaises(ApprovalError):
            agreement.with_user(self.manager).action_activate()
        request = self.ask(agreement)
        request.with_user(self.accountant).action_approve()
        agreement.with_user(self.manager).action_activate()
        self.assertEqual(agreement.state, "active")

    def test_a_changed_draft_loses_its_approval(self):
        self.make_rule(self.accountant, res_model="key.account.agreement")
        agreement = self.make_agreement({"price": 1}, state="draft")
        request = self.ask(agreement)
        request.with_user(self.accountant).action_approve()
        agreement.line_ids.price = 0.99
        self.env.flush_all()
        self.assertEqual(request.state, "void")

    def test_what_is_in_force_is_not_edited(self):
        agreement = self.make_agreement({"price": 1})
        for change in (
            lambda: agreement.write({"date_end": self.today}),
            lambda: agreement.line_ids.write({"price": 2}),
            agreement.line_ids.unlink,
            lambda: agreement.write(
                {"line_ids": [Command.create({"product_id": self.product.id})]}
            ),
            agreement.unlink,
        ):
            with self.assertRaises(AgreementError), self.env.cr.savepoint():
                change()
        self.assertEqual(agreement.line_ids.price, 1)

    def test_state_and_version_are_not_written_by_hand(self):
        agreement = self.make_agreement({"price": 1}, state="draft")
        mine = agreement.with_user(self.salesperson)
        for vals in ({"state": "active"}, {"version": 7}, {"previous_id": 1}):
            with self.assertRaises(DutyError):
                mine.write(vals)
        with self.assertRaises(DutyError), self.env.cr.savepoint():
            mine.create({"account_id": self.account.id, "state": "active"})

    def test_only_what_is_in_force_is_amended_and_once(self):
        agreement = self.make_agreement({"price": 1})
        agreement.action_amend()
        with self.assertRaisesRegex(AgreementError, "is being amended already"):
            agreement.action_amend()
        agreement.with_user(self.manager).action_terminate()
        with self.assertRaisesRegex(AgreementError, "is not in force"):
            agreement.action_amend()
        with self.assertRaises(TransitionError):
            agreement.with_user(self.manager).action_terminate()

    def test_a_later_version_takes_over_on_its_first_day(self):
        agreement = self.make_agreement({"price": 1})
        version = agreement.browse(agreement.action_amend()["res_id"])
        version.date_start = self.today + timedelta(days=5)
        version.with_user(self.salesperson).action_submit()
        version.with_user(self.manager).action_activate()
        self.assertEqual((agreement.state, version.state), ("active", "active"))

    def test_the_calendar_ends_an_agreement(self):
        agreement = self.make_agreement(
            {"price": 1}, date_start=self.today - timedelta(days=9), date_end=self.today
        )
        self.env.cr.execute(
            "UPDATE key_account_agreement SET date_end = %s WHERE id = %s",
            (self.today - timedelta(days=1), agreement.id),
        )
        agreement.invalidate_recordset()
        self.env["key.account.agreement"]._cron_expire()
        self.assertEqual(agreement.state, "expired")

    def test_bad_input_gets_one_sentence(self):
        tmpl = self.product.product_tmpl_id.id
        for lines, sentence in (
            ([{"price": 1}, {"price": 2}], "two prices for Widget from 0.00 on"),
            ([{"price": 1, "product_tmpl_id": tmpl}], "exactly one of them"),
            ([{"price": 1, "product_id": False}], "exactly one of them"),
        ):
            with (
                self.subTest(sentence=sentence),
                self.assertRaisesRegex(ValidationError, sentence),
                self.env.cr.savepoint(),
            ):
                self.make_agreement(*lines, state="draft")
        with mute_logger("odoo.sql_db"):
            for lines, vals in (
                ([{"price": -1}], {}),
                ([{"price": 1}], {"date_end": self.today - timedelta(days=1)}),
                ([{"price": 1}], {"cut_off_day": 40}),
                ([{"price": 1, "quantity_committed": -1}], {}),
            ):
                with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                    self.make_agreement(*lines, state="draft", **vals)
        with self.assertRaisesRegex(AgreementError, "has no lines"):
            self.make_agreement(state="draft").action_submit()

    def test_roles(self):
        agreement = self.make_agreement({"price": 1}, state="draft")
        table = {
            "salesperson": "rwcd",
            "manager": "rwcd",
            "controller": "r",
            "accountant": "r",
            "warehouse": "",
            "portal": "",
        }
        names = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
        for role, rights in table.items():
            for record in (agreement, agreement.line_ids):
                for letter, operation in names.items():
                    with self.subTest(role=role, model=record._name, op=operation):
                        self.assertEqual(
                            record.with_user(self.user(role)).has_access(operation),
                            letter in rights,
                        )

    def test_another_salespersons_account_is_out_of_reach(self):
        self.account.user_id = self.manager
        agreement = self.env["key.account.agreement"].create(
            {"account_id": self.account.id}
        )
        with self.assertRaises(AccessError):
            agreement.with_user(self.salesperson).read(["date_start"])
