from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.key_account.exceptions import DutyError

from ..models.key_account_agreement_portal import PORTAL_FIELDS, PORTAL_LINE_FIELDS
from .common_signature import CustomerCase


@tagged("post_install", "-at_install")
class TestAgreementCustomerRights(CustomerCase):
    """What customers get over RPC."""

    def assertSees(self, user, agreements):
        Agreement = self.env["key.account.agreement"].with_user(user)
        self.env.invalidate_all()
        found = Agreement.search([])
        self.assertEqual(found.ids, Agreement.browse(agreements.ids).sorted().ids)
        self.assertEqual(
            found.line_ids.mapped("price"), agreements.sorted().line_ids.mapped("price")
        )
        lines = self.env["key.account.agreement.line"].with_user(user).search([])
        self.assertEqual(set(lines.ids), set(agreements.line_ids.ids))

    def test_customers_see_agreements_of_their_company_and_below(self):
        own = self.make_agreement({"price": 7.77})
        below = self.make_subsidiary_agreement()
        self.assertSees(self.buyer, own + below)
        self.assertSees(self.contact, below)
        self.assertSees(self.stranger, own.browse())

    def test_customers_see_what_is_offered_to_them(self):
        agreement = self.make_agreement({"price": 1}, state="draft")
        nothing = agreement.browse()
        self.assertSees(self.buyer, nothing)
        agreement.action_submit()
        self.assertSees(self.buyer, agreement)
        rule = self.make_rule(self.accountant, res_model="key.account.agreement")
        self.assertSees(self.buyer, nothing)
        self.decide(self.ask(agreement), self.accountant)
        self.assertSees(self.buyer, agreement)
        self.return_to_draft(agreement)
        self.assertSees(self.buyer, nothing)
        rule.active = False
        agreement.action_submit()
        self.activate(agreement)
        self.assertSees(self.buyer, agreement)
        agreement.with_user(self.manager).action_terminate()
        self.assertSees(self.buyer, agreement)

    def test_agreements_of_other_customers_are_not_judged(self):
        domain = "[('account_id.partner_id.name', '=', 'Acme')]"
        self.make_rule(
            self.accountant, res_model="key.account.agreement", domain=domain
        )
        own = self.make_agreement({"price": 1}, state="draft")
        own.action_submit()
        self.decide(self.ask(own), self.accountant)

        def make_others(number):
            for _n in range(number):
                account = self.make_account(user_id=self.salesperson.id)
                other = self.make_agreement(
                    {"price": 2}, state="draft", account_id=account.id
                )
                other.action_submit()
                self.decide(self.ask(other), self.accountant)

        def look():
            lines = own.line_ids.with_user(self.buyer).search([])
            self.assertEqual(lines.agreement_id.ids, own.ids)

        judge = self.registry["key.account.agreement"]._filter_offerable
        judged = []

        def count_judged(agreements):
            judged.extend(agreements.ids)
            return judge(agreements)

        make_others(1)
        self.count_queries(look)
        queries = self.count_queries(look)
        make_others(19)
        self.patch(
            self.registry["key.account.agreement"], "_filter_offerable", count_judged
        )
        self.assertEqual(self.count_queries(look), queries)
        self.assertEqual(set(judged), set(own.ids))

    def test_customers_read_the_fields_that_are_for_them(self):
        agreement = self.make_agreement({"price": 7.77}).with_user(self.buyer)
        [row] = agreement.search_read([])
        self.assertLessEqual(set(row), PORTAL_FIELDS)
        self.assertEqual(row["description"], False)
        [row] = agreement.line_ids.read([])
        self.assertLessEqual(set(row), PORTAL_LINE_FIELDS)
        self.assertEqual(row["price"], 7.77)
        self.assertLessEqual(set(agreement.fields_get()), PORTAL_FIELDS)
        self.assertLessEqual(set(agreement.line_ids.fields_get()), PORTAL_LINE_FIELDS)

    def test_customers_get_at_internal_fields_by_no_door(self):
        agreement = self.make_agreement({"price": 7.77}).with_user(self.buyer)
        internal = {
            "account_id",
            "approval_missing",
            "approval_request_ids",
            "approval_state",
            "fingerprint",
            "message_ids",
            "next_ids",
            "requested_by_id",
            "signed_fingerprint",
        }
        self.assertLessEqual(internal, set(agreement._fields))
        for name in internal:
            # Odoo itself answers whether a required field is filled.
            value = self.account.id if name == "account_id" else False
            doors = {
                "read": lambda n=name: agreement.read([n]),
                "search_read": lambda n=name: agreement.search_read([], [n]),
                "search": lambda n=name, v=value: agreement.search([(n, "!=", v)]),
                # Behind the right to export, which customers do not have.
                "export": lambda n=name: agreement._export_rows([[n]]),
                "lines": lambda n=name, v=value: agreement.line_ids.search(
                    [(f"agreement_id.{n}", "!=", v)]
                ),
            }
            if name not in ("approval_missing",):
                doors["group"] = lambda n=name: agreement.formatted_read_group(
                    [], [n], ["__count"]
                )
                doors["order"] = lambda n=name: agreement.search([], order=n)
            for door, read in doors.items():
                with (
                    self.subTest(name=name, door=door),
                    self.assertRaises(AccessError),
                    self.env.cr.savepoint(),
                ):
                    read()

    def test_customers_change_nothing(self):
        agreement = self.to_sign().with_user(self.buyer)
        # What others may amend or end is in force, what they may write is a draft, and
        # what they may activate waits for nothing else.
        active = self.make_agreement({"price": 7.77}).with_user(self.buyer)
        draft = self.make_agreement({"price": 7.77}, state="draft")
        complete = self.make_agreement({"price": 7.77}, state="draft")
        complete.with_user(self.salesperson).action_submit()
        for change in (
            active.action_amend,
            active.action_terminate,
            lambda: draft.with_user(self.buyer).write({"description": "x"}),
            lambda: draft.line_ids.with_user(self.buyer).write({"price": 1}),
            lambda: agreement.create({"account_id": self.account.id}),
            agreement.unlink,
            complete.with_user(self.buyer).action_activate,
            agreement.action_return_to_draft,
            lambda: self.record(agreement, user=self.buyer),
            lambda: agreement.message_post(body="x"),
            lambda: (
                self.env["key.account.agreement.sign"]
                .with_user(self.buyer)
                .create({"agreement_id": agreement.id})
            ),
        ):
            with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
                change()
            # Because of who they are, not of anything else.
            self.assertIsInstance(caught.exception, AccessError | DutyError)
        states = [document.state for document in (agreement, active, draft, complete)]
        self.assertEqual(states, ["approval", "active", "draft", "approval"])

    def test_customers_read_no_note_and_no_file(self):
        agreement = self.make_agreement({"price": 7.77})
        note = agreement.message_post(body="Our margin", attachments=[("m.txt", b"9")])
        Message = self.env["mail.message"].with_user(self.buyer)
        found = Message.search([("model", "=", agreement._name)])
        self.assertNotIn(note.id, found.ids)
        with self.assertRaises(AccessError):
            self.env["ir.attachment"].with_user(self.buyer).search_read(
                [("res_model", "=", agreement._name)]
            )

    def test_a_list_of_many_costs_no_more_queries(self):
        seen = []

        def read(user):
            agreements = self.env["key.account.agreement"].with_user(user).search([])
            seen.append(len(agreements))
            agreements.read(["name", "state"])
            agreements.line_ids.read(["price", "quantity_executed"])

        self.make_rule(self.accountant, res_model="key.account.agreement")
        for number in range(2):
            self.decide(
                self.ask(self.to_sign({"price": number, "quantity_committed": 9})),
                self.accountant,
            )
        self.count_queries(read, self.buyer)
        few = self.count_queries(read, self.buyer)
        for number in range(18):
            self.decide(
                self.ask(self.to_sign({"price": number, "quantity_committed": 9})),
                self.accountant,
            )
        self.assertLessEqual(self.count_queries(read, self.buyer), few)
        self.assertEqual(seen, [2, 2, 20])
