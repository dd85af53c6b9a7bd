from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.key_account_approval.tests.common import ApprovalCase


@tagged("post_install", "-at_install")
class TestExpense(ApprovalCase):
    """A model that joins with two methods has rules, requests and decisions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.make_rule(
            cls.manager,
            res_model="key.account.test.expense",
            thresholds={"amount": 100},
        )

    def make_expense(self, *amounts):
        expenses = self.env["key.account.test.expense"].with_user(self.salesperson)
        return expenses.create(
            {
                "name": "Journey",
                "line_ids": [
                    Command.create({"name": f"Day {number}", "amount": amount})
                    for number, amount in enumerate(amounts, start=1)
                ],
            }
        )

    def approved_expense(self, *amounts):
        expense = self.make_expense(*amounts)
        request = self.ask(expense)
        self.decide(request, self.manager)
        self.assertEqual(expense.approval_state, "approved")
        return expense, request

    def test_the_model_is_offered_to_rules(self):
        models = dict(self.env["key.account.approval.rule"]._selection_res_model())
        self.assertEqual(models["key.account.test.expense"], "Test Expense")
        self.assertIn("sale.order", models)

    def test_rules_of_one_model_do_not_ask_about_another(self):
        self.assertFalse(self.make_quotation(quantity=9)._get_approval_missing())
        self.make_rule(self.accountant)
        self.assertEqual(
            self.ask(self.make_expense(60, 60)).step_ids.approver_ids, self.manager
        )

    def test_an_expense_goes_on_once_it_is_approved(self):
        expense = self.make_expense(60, 60)
        with self.assertStopped("Journey cannot be paid. It needs an approval .Rule."):
            expense._assert_approved("paid")
        request = self.ask(expense)
        with self.assertStopped("Journey cannot be paid. It waits for approval"):
            expense._assert_approved("paid")
        self.decide(request, self.manager)
        expense._assert_approved("paid")
        self.assertFalse(expense.approval_missing)

    def test_a_small_expense_needs_no_approval(self):
        expense = self.make_expense(60, 39.99)
        expense._assert_approved("paid")
        with self.assertStopped("No rule asks for an approval of Journey"):
            expense.action_ask_approval("Just in case")

    def test_the_author_does_not_approve(self):
        self.rule.step_ids.user_ids = self.manager | self.salesperson
        request = self.ask(self.make_expense(200))
        self.assertEqual(request.approver_ids, self.manager)
        with self.assertStopped("Journey comes from you"):
            self.decide(request, self.salesperson)

    def test_a_rejected_expense_does_not_go_on(self):
        expense = self.make_expense(200)
        self.ask(expense).with_user(self.manager).action_reject("Take the train")
        self.assertEqual(expense.approval_state, "rejected")
        with self.assertStopped("cannot be paid.*Take the train"):
            expense._assert_approved("paid")

    def get_own_changes(self, expense):
        """Return ``{what: (function, pattern of the reason)}`` of what an expense with
        one line of 200 undergoes by itself."""
        line = expense.line_ids
        return {
            "line": (lambda: line.write({"amount": 200.01}), "200.00 → 200.01"),
            "line through the document": (
                lambda: expense.write(
                    {"line_ids": [Command.update(line.id, {"amount": 199})]}
                ),
                "Day 1, Amount: 200.00 → 199.00",
            ),
            "line as superuser": (
                lambda: line.sudo().write({"name": "Night"}),
                "Name: Day 1 → Night",
            ),
            "line on a form": (lambda: self.edit(expense), "200.00 → 150.00"),
            "line removed": (line.unlink, "Day 1 was removed"),
            "all lines removed": (
                lambda: expense.write({"line_ids": [Command.clear()]}),
                "Day 1 was removed",
            ),
            "own field": (
                lambda: expense.write({"partner_id": self.account.partner_id.id}),
                "none → Acme",
            ),
            "import": (
                lambda: line.load([".id", "amount"], [[str(line.id), "7"]]),
                "200.00 → 7.00",
            ),
        }

    def get_changes(self, expense):
        """Return the same and what comes from, or goes to, elsewhere."""
        line = expense.line_ids
        other = self.make_expense(1)
        tip = {"expense_id": expense.id, "name": "Tip", "amount": 1}
        return {
            **self.get_own_changes(expense),
            "new line": (lambda: line.create(tip), "Tip was added"),
            "line moved away": (
                lambda: line.write({"expense_id": other.id}),
                "Day 1 was removed",
            ),
            "line moved here": (
                lambda: other.line_ids.write({"expense_id": expense.id}),
                "Day 1 was added",
            ),
        }

    def edit(self, expense):
        with Form(expense) as form, form.line_ids.edit(0) as line:
            line.amount = 150

    def test_a_change_by_any_door_makes_void(self):
        for what in self.get_changes(self.make_expense(200)):
            with self.subTest(what):
                expense, request = self.approved_expense(200)
                change, pattern = self.get_changes(expense)[what]
                change()
                self.env.flush_all()
                self.assertEqual(expense.approval_state, "void")
                self.assertRegex(request.void_reason, pattern)

    def test_what_is_not_covered_does_not_make_void(self):
        expense, _request = self.approved_expense(200)
        expense.write({"note": "By train", "name": "Voyage"})
        self.env.flush_all()
        self.assertEqual(expense.approval_state, "approved")

    def test_the_same_values_again_do_not_bring_the_approval_back(self):
        expense, _request = self.approved_expense(200)
        expense.line_ids.amount = 201
        self.env.flush_all()
        expense.line_ids.amount = 200
        self.env.flush_all()
        with self.assertStopped("approval is void.*ask for approval again"):
            expense._assert_approved("paid")

    def test_two_models_with_the_same_id_do_not_share_an_approval(self):
        expense, request = self.approved_expense(200)
        order = self.make_quotation()
        other = self.env["sale.order"].browse(expense.id).exists()
        for record in order | other:
            self.assertNotIn(request, record.sudo().approval_request_ids)

    def test_the_request_shows_what_it_covers(self):
        _expense, request = self.approved_expense(200)
        self.assertEqual(request.document_type, "Test Expense")
        self.assertIn("Day 1", request.content)
        self.assertIn("200.00", request.content)
        self.assertFalse(request.account_id)
        self.assertFalse(request.currency_id)

    def test_the_preview_shows_the_model(self):
        expense = self.make_expense(200)
        test = self.env["key.account.approval.test"].create(
            {
                "res_model": "key.account.test.expense",
                "document_ref": f"key.account.test.expense,{expense.id}",
                "requester_id": self.salesperson.id,
            }
        )
        self.assertIn(self.manager.name, test.result)

    def test_an_expense_with_decisions_is_kept(self):
        expense, _request = self.approved_expense(200)
        with self.assertStopped("Journey cannot be deleted"):
            expense.unlink()
        self.make_expense(200).unlink()

    def test_without_rules_there_is_no_query(self):
        self.rule.active = False
        expense = self.make_expense(200)
        expense._assert_approved("paid")
        self.env.flush_all()
        with self.assertQueryCount(0):
            expense._assert_approved("paid")

    def test_queries_do_not_grow_with_documents(self):
        expenses = self.env["key.account.test.expense"].union(
            *(self.make_expense(200) for _number in range(20))
        )
        for expense in expenses[10:]:
            self.ask(expense)
        counts = []
        for records in (expenses, expenses[-1]):
            records._get_approval_missing()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records._get_approval_missing()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
