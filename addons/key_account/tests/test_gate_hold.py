from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import GateCase


@tagged("post_install", "-at_install")
class TestGateHold(GateCase):
    """What the gate stops is held: on record, told once, and not in anybody's way."""

    def get_messages(self, order):
        return order.message_ids.filtered(lambda m: "Held at the gate" in m.body)

    # -------------------------------------------------------------- on record

    def test_issue_says_what_was_stopped_why_and_at_whose_request(self):
        self.account.user_id = self.user("manager")
        order = self.held()
        issue = order.gate_issue_ids
        self.assertRecordValues(
            issue,
            [
                {
                    "code": "suspended",
                    "kind": "account",
                    "subject": False,
                    "text": f"Account {self.account.display_name} is suspended; "
                    "reactivate the account first.",
                    "amount_missing": 0,
                    "state": "open",
                    "account_id": self.account.id,
                    "company_id": order.company_id.id,
                    "currency_id": order.currency_id.id,
                    "fingerprint": order.fingerprint,
                    "requested_by_id": self.user("salesperson").id,
                    "salesperson_id": self.user("salesperson").id,
                    "decided_by_id": False,
                    "date_decided": False,
                    "reason": False,
                }
            ],
        )
        self.assertTrue(issue.date)
        self.assertEqual(order.gate_requested_by_id, self.user("salesperson"))
        self.assertTrue(order.gate_date_requested)

    def test_document_is_named_as_the_subject_of_its_issue(self):
        documents = self.expire(kind="permit") | self.expire(kind="permit")
        order = self.order()
        order.action_confirm()
        self.assertHeld(order, "document_expired", "document_expired")
        self.assertEqual(set(order.gate_issue_ids.mapped("kind")), {"document"})
        self.assertEqual(
            set(order.gate_issue_ids.mapped("subject")), set(map(str, documents.ids))
        )

    def test_confirming_again_adds_nothing(self):
        order = self.held()
        issues, activities = order.gate_issue_ids, order.activity_ids
        order.with_user(self.user("salesperson")).action_confirm()
        self.assertHeld(order, "suspended")
        self.assertEqual(order.gate_issue_ids, issues)
        self.assertEqual(order.activity_ids, activities)
        self.assertEqual(len(self.get_messages(order)), 1)

    def test_confirming_again_in_another_language_adds_nothing(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.expire()
        order = self.order()
        order.action_confirm()
        order.with_context(lang="zh_CN").action_confirm()
        self.assertHeld(order, "document_expired")
        self.assertEqual(len(order.gate_issue_ids), 1)

    def test_another_cause_is_added_to_what_stands(self):
        order = self.held()
        issue = order.gate_issue_ids
        self.expire()
        order.action_confirm()
        self.assertHeld(order, "suspended", "document_expired")
        self.assertEqual(issue.state, "open")
        self.assertEqual(len(self.get_messages(order)), 2)

    def test_changed_order_that_is_confirmed_again_is_judged_anew(self):
        order = self.held()
        old = order.gate_issue_ids
        order.order_line.price_unit = 10.01
        order.action_confirm()
        self.assertHeld(order, "suspended")
        new = self.open_issues(order)
        self.assertEqual((old.state, new.fingerprint), ("resolved", order.fingerprint))
        self.assertNotEqual(old.fingerprint, new.fingerprint)

    def test_account_counts_its_held_orders(self):
        self.expire()
        orders = self.held() | self.held()
        self.assertEqual(self.account.held_order_count, 2)
        self.assertEqual(self.account.gate_issue_ids, orders.gate_issue_ids)
        self.assertEqual(len(orders.gate_issue_ids), 4)
        orders[0]._action_cancel()
        self.assertEqual(self.account.held_order_count, 1)

    def test_copy_of_a_held_order_starts_clear(self):
        copy = self.held().copy()
        self.assertEqual(copy.gate_state, "clear")
        self.assertFalse(copy.gate_issue_ids)
        self.assertFalse(copy.gate_requested_by_id)

    # ------------------------------------------------------------------- told

    def test_order_says_in_one_message_what_stops_it(self):
        self.expire()
        order = self.held()
        message = self.get_messages(order)
        self.assertEqual(len(message), 1)
        for issue in order.gate_issue_ids:
            self.assertIn(issue.text, message.body)

    def test_those_who_decide_get_one_activity_for_all_issues(self):
        self.expire()
        order = self.held()
        self.assertEqual(len(order.gate_issue_ids), 2)
        by_user = order.activity_ids.grouped("user_id")
        for role in ("manager", "controller", "administrator"):
            with self.subTest(role=role):
                activity = by_user[self.user(role)]
                self.assertEqual(len(activity), 1)
                for issue in order.gate_issue_ids:
                    self.assertIn(issue.text, activity.summary)

    def test_activity_goes_to_the_team_when_it_has_who_decides(self):
        self.env["key.account.team.member"].create(
            {
                "account_id": self.account.id,
                "user_id": self.user("controller").id,
                "role": "finance",
            }
        )
        order = self.held()
        self.assertEqual(order.activity_ids.user_id, self.user("controller"))

    def test_nobody_is_asked_to_decide_on_an_order_of_their_own(self):
        manager, administrator = self.user("manager"), self.user("administrator")
        ties = {
            "author": self.order(role="manager", user_id=administrator.id),
            "salesperson": self.order(role="administrator", user_id=manager.id),
            "requester": self.order(user_id=self.user("salesperson").id),
        }
        self.account.action_suspend()
        for tie, order in ties.items():
            role = "manager" if tie == "requester" else "salesperson"
            order.with_user(self.user(role)).sudo().action_confirm()
            with self.subTest(tie=tie):
                self.assertHeld(order, "suspended")
                self.assertIn(self.user("controller"), order.activity_ids.user_id)
                self.assertNotIn(manager, order.activity_ids.user_id)

    def test_activities_are_about_the_order_as_it_is_now(self):
        order = self.held()
        order.order_line.price_unit = 11
        order.action_confirm()
        users = order.activity_ids.mapped("user_id")
        self.assertEqual(len(order.activity_ids), len(users))

    # ------------------------------------------------------------ in a batch

    def make_troubled_accounts(self):
        suspended = self.make_account(self.make_company("Suspended"))
        closed = self.make_account(self.make_company("Closed"))
        expired = self.make_account(self.make_company("Expired"))
        suspended.action_suspend()
        closed.action_close()
        self.expire(expired)
        return {"suspended": suspended, "closed": closed, "document_expired": expired}

    def test_batch_confirms_what_passes_and_holds_the_rest(self):
        accounts = self.make_troubled_accounts()
        codes = [None] * 30
        codes += ["suspended"] * 7 + ["closed"] * 7 + ["document_expired"] * 6
        # Mixed: neither the first nor the last decide for the others.
        codes = [code for start in range(5) for code in codes[start::5]]
        orders = [self.order(accounts.get(code)) for code in codes]
        batch = self.env["sale.order"].union(*orders)
        self.assertEqual(len(batch), 50)
        batch.action_confirm()
        for order, code in zip(orders, codes, strict=True):
            if code:
                self.assertHeld(order, code)
                self.assertFalse(order.picking_ids)
                self.assertEqual(len(self.get_messages(order)), 1)
            else:
                self.assertEqual((order.state, order.gate_state), ("sale", "clear"))
                self.assertTrue(order.picking_ids)
        self.assertEqual(len(batch.filtered(lambda o: o.state == "sale")), 30)

    def count_evaluation(self, size):
        accounts = [
            self.make_account(self.make_company(f"Stopped {number}"))
            for number in range(size)
        ]
        orders = self.env["sale.order"].union(*(self.order() for _i in range(size)))
        for account in accounts:
            account.action_suspend()
            orders |= self.order(account)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        passed = orders._gate_evaluate()
        self.env.flush_all()
        self.assertEqual((len(passed), len(orders)), (size, 2 * size))
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_the_orders_that_are_held(self):
        self.count_evaluation(2)
        self.assertEqual(self.count_evaluation(4), self.count_evaluation(20))

    # ------------------------------------------------------ nothing is lost

    def test_order_with_decisions_on_record_cannot_be_deleted_but_cancelled(self):
        order = self.held()
        sentence = (
            f"^{order.name} cannot be deleted, the gate's decisions on it are kept: "
            "cancel it instead.$"
        )
        with self.assertStopped(UserError, sentence):
            order.unlink()
        order.action_cancel()
        self.assertEqual((order.state, order.gate_state), ("cancel", "clear"))
        self.assertEqual(order.gate_issue_ids.state, "resolved")
        self.assertFalse(order.activity_ids)
        with self.assertStopped(UserError, sentence):
            order.unlink()

    def test_order_without_decisions_can_be_deleted(self):
        order = self.order()
        order.unlink()
        self.assertFalse(order.exists())

    def test_quotation_that_was_only_looked_at_has_no_issue(self):
        self.account.action_suspend()
        order = self.order()
        order.order_line = [Command.create({"product_id": self.product.id})]
        self.assertEqual(order.gate_state, "clear")
        self.assertFalse(order.gate_issue_ids)
