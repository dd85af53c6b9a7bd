from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
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
        for days, states in ((4, ("active", "active")), (5, ("expired", "active"))):
            with freeze_time(self.today + timedelta(days=days)):
                agreement._cron_expire()
            self.assertEqual((agreement.state, version.state), states)

    def make_versions(self, *starts):
        """Return an agreement that began today, and its versions: each amends the one
        before and begins in so many days."""
        versions = self.make_agreement({"price": 1})
        for start in starts:
            version = versions.browse(versions[-1].action_amend()["res_id"])
            version.date_start = self.today + timedelta(days=start)
            version.line_ids.price = 1 + version.version / 10
            version.with_user(self.salesperson).action_submit()
            version.with_user(self.manager).action_activate()
            versions |= version
        return versions

    def test_a_version_that_begins_ends_all_before_it(self):
        versions = self.make_versions(10, 0)
        self.assertEqual(versions.mapped("state"), ["expired", "expired", "active"])
        order = self.make_quotation()
        self.assertEqual(order.order_line.agreement_line_id, versions[2].line_ids)
        self.assertEqual(order.order_line.price_unit, 1.3)

    def test_on_any_day_one_version_is_in_force(self):
        versions = self.make_versions(10, 5)
        self.assertEqual(versions.mapped("state"), ["active"] * 3)
        self.env.flush_all()
        for days, version in ((0, 0), (4, 0), (5, 2), (9, 2), (10, 2), (11, 2)):
            order = self.make_quotation(
                date_order=self.today + timedelta(days=days), validity_date=False
            )
            agreed = order.order_line.agreement_line_id
            self.assertEqual(agreed.agreement_id, versions[version], days)
        prices = self.env["key.account.price.record"].search(
            [("agreement_id", "in", versions.ids)]
        )
        ends = {price.agreement_id: price.date_end for price in prices}
        self.assertEqual(ends[versions[0]], self.today + timedelta(days=4))
        self.assertFalse(ends[versions[2]])
        day = self.today + timedelta(days=5)
        with freeze_time(day):
            self.env["key.account.agreement"]._cron_expire()
        self.assertEqual(versions.mapped("state"), ["expired", "expired", "active"])

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


@tagged("post_install", "-at_install")
class TestWriters(PricingCase):
    """Nobody puts in force, or approves, what they have written a part of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third_manager = cls.colleague("third_manager")

    def assertWrittenBy(self, document, *users):
        """Assert that of three managers the others alone may activate the draft."""
        everybody = self.manager | self.second_manager | self.third_manager
        writers = self.env["res.users"].union(*users)
        author = self.salesperson
        if document._name == "key.account.price.sheet":
            author = self.second_manager
        document.with_user(author).action_submit()
        for user in everybody & writers:
            with self.assertStopped("another manager has to activate it", DutyError):
                document.with_user(user).action_activate()
        for user in everybody - writers:
            with self.env.cr.savepoint() as savepoint:
                document.with_user(user).action_activate()
                self.assertEqual(document.state, "active")
                savepoint.rollback()
            self.env.invalidate_all()

    def test_who_wrote_a_line_does_not_activate_the_document(self):
        line = {"product_id": self.make_product("Other").id, "price": 3}
        for change in (
            lambda d: d.line_ids[0].write({"price": 2}),
            lambda d: d.line_ids[1].unlink(),
            lambda d: d.line_ids.create({d.line_ids._document: d.id, **line}),
            lambda d: d.write({"line_ids": [Command.update(d.line_ids[0].id, line)]}),
            lambda d: d.write({"line_ids": [Command.create(line)]}),
            lambda d: d.write({"line_ids": [Command.delete(d.line_ids[1].id)]}),
            lambda d: d.write({"date_end": self.today}),
        ):
            lines = {"price": 1}, {"price": 0.5, "quantity_min": 10}
            agreement = self.make_agreement(*lines, state="draft")
            change(agreement.with_user(self.manager))
            self.assertEqual(agreement.owner_ids, self.manager)
            self.assertWrittenBy(agreement, self.manager)
            sheet = self.make_sheet(*lines, state="draft")
            change(sheet.with_user(self.manager))
            self.assertWrittenBy(sheet, self.manager, self.second_manager)

    def test_a_line_that_moves_is_written_in_both_documents(self):
        agreement = self.make_agreement(
            {"price": 1}, {"price": 2, "quantity_min": 9}, state="draft"
        )
        other = self.make_agreement({"price": 1}, state="draft")
        agreement.line_ids[1].with_user(self.manager).agreement_id = other
        for document in (agreement, other):
            self.assertWrittenBy(document, self.manager)

    def test_what_is_not_content_is_nobodys_writing(self):
        agreement = self.make_agreement({"price": 1}, state="draft")
        managed = agreement.with_user(self.manager)
        managed.write({"user_id": self.second_manager.id})
        managed.message_post(body="Read it")
        self.assertWrittenBy(agreement, self.second_manager)

    def test_who_wrote_a_part_does_not_approve_it(self):
        self.make_rule(self.manager, res_model="key.account.agreement")
        agreement = self.make_agreement({"price": 1}, state="draft")
        agreement.line_ids.with_user(self.manager).price = 2
        with self.assertStopped("comes from you: somebody else has to"):
            self.ask(agreement).with_user(self.manager).action_approve()

    def test_queries_do_not_grow_with_the_lines(self):
        def count(number):
            lines = [{"price": 99 - n, "quantity_min": n} for n in range(number)]
            agreement = self.make_agreement(*lines, state="draft")
            commands = [
                Command.update(line.id, {"price": 1 + line.quantity_min})
                for line in agreement.line_ids
            ]
            managed = agreement.with_user(self.manager)
            return self.count_queries(managed.write, {"line_ids": commands})

        count(2)
        self.assertEqual(count(2), count(20))
