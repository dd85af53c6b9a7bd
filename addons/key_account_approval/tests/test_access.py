from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.key_account.tests.common import GROUPS

from .common import ApprovalCase

OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
EVERYTHING = {"administrator": "rwcd", "manager": "r"}
READ = dict.fromkeys(set(GROUPS) - {"portal"}, "r")
# Model -> role -> what it may do by the model's ACL; a role that is absent may nothing.
RIGHTS = {
    "key.account.approval.rule": EVERYTHING,
    "key.account.approval.threshold": EVERYTHING,
    "key.account.approval.step": EVERYTHING,
    "key.account.approval.delegation": dict.fromkeys(READ, "rwcd"),
    "key.account.approval.request": READ,
    "key.account.approval.request.step": READ,
    "key.account.approval.decision": READ,
}
# Who sees the requests about other people's orders.
OVERSEERS = {"manager", "controller", "accountant", "administrator"}


@tagged("post_install", "-at_install")
class TestAccess(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.colleague("boss")
        cls.account.user_id = cls.boss
        cls.rule = cls.make_rule(cls.boss, thresholds={"amount": 0})
        cls.order = cls.make_quotation(user_id=cls.salesperson.id)
        cls.order.action_ask_approval("Why not")
        cls.request = cls.order.sudo().approval_request_ids

    def test_every_role_has_the_rights_of_the_table(self):
        for model, rights in RIGHTS.items():
            for role in GROUPS:
                records = self.env[model].with_user(self.user(role))
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(
                            records.has_access(operation),
                            letter in rights.get(role, ""),
                        )

    def get_records(self):
        """Return the request with all that belongs to it."""
        self.decide(self.request, self.boss)
        return (self.request, self.request.step_ids, self.request.decision_ids)

    def test_requests_of_other_people_are_seen_by_those_who_oversee(self):
        outsider = self.colleague("outsider", "salesperson")
        users = {role: self.user(role) for role in GROUPS if role != "salesperson"}
        users["outsider"] = outsider
        for records in self.get_records():
            for role, user in users.items():
                with self.subTest(model=records._name, role=role):
                    self.assertEqual(
                        records.with_user(user).has_access("read"), role in OVERSEERS
                    )

    def test_who_asked_and_who_decided_see_the_request(self):
        for records in self.get_records():
            for user in (self.salesperson, self.boss):
                with self.subTest(model=records._name, user=user.name):
                    self.assertTrue(records.with_user(user).has_access("read"))

    def test_who_is_asked_sees_the_request_and_what_it_covers(self):
        outsider = self.colleague("asked", "salesperson")
        self.rule.step_ids.user_ids = outsider
        request = self.request.with_user(outsider)
        self.assertTrue(request.can_decide)
        self.assertIn("Widget", request.content)
        self.assertFalse(self.order.with_user(outsider).has_access("read"))
        request.action_approve()
        self.assertEqual(request.state, "approved")
        self.rule.step_ids.user_ids = self.boss
        self.assertTrue(request.has_access("read"))

    def test_who_is_asked_no_more_sees_nothing(self):
        outsider = self.colleague("asked", "salesperson")
        self.rule.step_ids.user_ids = outsider
        self.rule.step_ids.user_ids = self.boss
        with self.assertRaises(AccessError):
            self.request.with_user(outsider).read(["reason"])

    def test_the_team_of_the_account_sees_its_requests(self):
        member = self.colleague("member", "salesperson")
        self.assertFalse(self.request.with_user(member).has_access("read"))
        self.env["key.account.team.member"].create(
            {
                "account_id": self.account.id,
                "user_id": member.id,
                "role": "solution",
            }
        )
        self.assertTrue(self.request.with_user(member).has_access("read"))

    def test_a_request_of_another_company_is_out_of_reach(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.salesperson.company_ids += company
        self.rule.company_id = False
        order = self.env["sale.order"].with_user(self.salesperson)
        order = order.with_context(allowed_company_ids=company.ids).create(
            {
                "partner_id": self.make_company("Far").id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        order.action_ask_approval("Why not")
        request = self.env["key.account.approval.request"].search([], limit=1)
        self.assertEqual(request.company_id, company)
        # Who is not of the company is not asked, either.
        self.assertTrue(request.is_stuck)
        for records in (request, request.step_ids):
            self.assertFalse(records.with_user(self.manager).has_access("read"))
        self.boss.company_ids += company
        self.assertEqual(request.approver_ids, self.boss)

    def test_a_rule_of_another_company_is_out_of_reach(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        administrator = self.user("administrator")
        rule = self.make_rule(self.boss, company_id=company.id)
        self.assertTrue(self.rule.with_user(administrator).has_access("write"))
        for operation in OPERATIONS.values():
            self.assertFalse(rule.with_user(administrator).has_access(operation))

    def test_people_have_delegations_of_their_own(self):
        own = self.delegate(self.salesperson, self.boss)
        to_them = self.delegate(self.boss, self.salesperson, start=9, end=9)
        other = self.delegate(self.boss, self.accountant, start=5, end=6)
        Delegation = self.env["key.account.approval.delegation"]
        found = Delegation.with_user(self.salesperson).search([])
        self.assertEqual(found, own | to_them)
        for operation in OPERATIONS.values():
            with self.subTest(operation=operation):
                for delegation, allowed in (
                    (own, True),
                    (to_them, operation == "read"),
                    (other, False),
                ):
                    able = delegation.with_user(self.salesperson).has_access(operation)
                    self.assertEqual(able, allowed, delegation.display_name)

    def test_nobody_delegates_in_another_name(self):
        Delegation = self.env["key.account.approval.delegation"]
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            Delegation.with_user(self.salesperson).create(
                {
                    "user_id": self.boss.id,
                    "delegate_id": self.salesperson.id,
                    "date_end": "2099-01-01",
                }
            )
        own = self.delegate(self.salesperson, self.accountant)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            own.with_user(self.salesperson).write(
                {"user_id": self.boss.id, "delegate_id": self.salesperson.id}
            )
        self.assertEqual(own.user_id, self.salesperson)
        self.assertNotIn(self.salesperson, self.request.approver_ids)

    def test_an_administrator_delegates_for_others(self):
        administrator = self.user("administrator")
        Delegation = self.env["key.account.approval.delegation"]
        Delegation.with_user(administrator).create(
            {
                "user_id": self.boss.id,
                "delegate_id": self.accountant.id,
                "date_end": "2099-01-01",
            }
        )
        self.assertEqual(self.request.approver_ids, self.boss | self.accountant)

    def test_the_portal_has_nothing(self):
        portal = self.user("portal")
        for model in RIGHTS:
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(portal).search([])
        for model in ("ask", "decide", "test"):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[f"key.account.approval.{model}"].with_user(portal).create({})

    def test_only_administrators_try_rules(self):
        for role in GROUPS:
            Test = self.env["key.account.approval.test"].with_user(self.user(role))
            with self.subTest(role=role):
                self.assertEqual(Test.has_access("create"), role == "administrator")

    def test_what_somebody_is_about_to_ask_or_decide_is_nobody_elses(self):
        administrator = self.user("administrator")
        dialogs = {
            "ask": (self.salesperson, {"res_model": "sale.order", "res_ids": "1"}),
            "decide": (self.boss, {"request_ids": self.request.ids}),
            "test": (administrator, {"res_model": "sale.order"}),
        }
        dialogs["ask"][1]["reason"] = "They have another offer"
        rivals = (self.colleague("rival", "administrator"), self.manager)
        for name, (owner, vals) in dialogs.items():
            Dialog = self.env[f"key.account.approval.{name}"]
            dialog = Dialog.with_user(owner).create(vals)
            for user in rivals if name != "test" else rivals[:1]:
                with self.subTest(dialog=name, user=user.login):
                    self.assertFalse(Dialog.with_user(user).search([]))
                    with self.assertRaises(AccessError):
                        dialog.with_user(user).read(["create_date"])
            self.assertTrue(dialog.read(["create_date"]))
