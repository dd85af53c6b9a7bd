from contextlib import contextmanager
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.key_account.tests.common import GROUPS, KeyAccountCase

from ..exceptions import ApprovalError


class ApprovalCase(KeyAccountCase):
    """Factories for rules and requests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Rules of the demo data would ask, too.
        cls.env["key.account.approval.rule"].search([]).active = False
        cls.account = cls.make_account()
        cls.product = cls.make_product(price=100.0, standard_price=60.0)
        cls.salesperson = cls.user("salesperson")
        cls.manager = cls.user("manager")
        cls.accountant = cls.user("accountant")
        for user in (cls.salesperson, cls.manager, cls.accountant):
            user.name = user.login

    @classmethod
    def make_rule(cls, *steps, thresholds=None, **vals):
        """Return a rule.

        :param steps: users who decide at each step, or values of the step
        :param thresholds: ``{measure: value}``
        """
        return cls.env["key.account.approval.rule"].create(
            {
                "name": "Rule",
                "res_model": "sale.order",
                "step_ids": [
                    Command.create(cls.prepare_step(step, number))
                    for number, step in enumerate(steps, start=1)
                ],
                "threshold_ids": [
                    Command.create({"measure": measure, "value": value})
                    for measure, value in (thresholds or {}).items()
                ],
                **vals,
            }
        )

    @staticmethod
    def prepare_step(step, number):
        if not isinstance(step, dict):
            step = {"approver_kind": "users", "user_ids": step.ids}
        return {"name": f"Step {number}", "sequence": number, **step}

    @classmethod
    def make_quotation(cls, quantity=1, **vals):
        """Return a quotation that the salesperson wrote."""
        return (
            cls.env["sale.order"]
            .with_user(cls.salesperson)
            .create(
                {
                    "partner_id": cls.account.partner_id.id,
                    "user_id": cls.salesperson.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": cls.product.id,
                                "product_uom_qty": quantity,
                            }
                        )
                    ],
                    **vals,
                }
            )
        )

    def ask(self, document, reason="A good customer"):
        """Return the request that the salesperson made about the document."""
        document.with_user(self.salesperson).action_ask_approval(reason)
        return document.sudo()._get_latest_request()

    @classmethod
    def colleague(cls, name, role="manager"):
        """Return one more user of a role, apart from ``user(role)``."""
        return new_test_user(
            cls.env, login=f"test_{name}", name=f"Test {name}", groups=GROUPS[role]
        )

    @classmethod
    def delegate(cls, user, other, start=0, end=1, **vals):
        """Return a delegation from ``user`` to ``other``, in days from today."""
        today = fields.Date.context_today(user)
        return cls.env["key.account.approval.delegation"].create(
            {
                "user_id": user.id,
                "delegate_id": other.id,
                "date_start": today + timedelta(days=start),
                "date_end": today + timedelta(days=end),
                **vals,
            }
        )

    def decide(self, request, *users):
        """Have the users approve, one after the other."""
        for user in users:
            request.with_user(user).action_approve()

    def approved(self, **vals):
        """Return an approved quotation and its request, by the manager's rule."""
        if not self.env["key.account.approval.rule"].search_count([]):
            self.make_rule(self.manager)
        order = self.make_quotation(**vals)
        request = self.ask(order)
        self.decide(request, self.manager)
        self.assertEqual(order.approval_state, "approved")
        return order, request

    def open_issues(self, order):
        """Return what holds the order at the gate."""
        return order.sudo().gate_issue_ids.filtered(lambda i: i.state == "open")

    @contextmanager
    def assertStopped(self, sentence, error=ApprovalError):
        """Assert that what is tried is refused with ``sentence``, a regular
        expression; like a request that fails it is rolled back."""
        with (
            self.assertRaisesRegex(error, sentence) as caught,
            self.env.cr.savepoint(),
        ):
            yield
        self.assertEqual(len(str(caught.exception).splitlines()), 1, caught.exception)

    def assertHeld(self, order, *sentences):
        """Assert that the order waits at the gate, with an issue for each sentence."""
        self.assertEqual((order.state, order.gate_state), ("draft", "held"))
        texts = self.open_issues(order).mapped("text")
        self.assertEqual(len(texts), len(sentences), texts)
        for sentence in sentences:
            self.assertRegex("\n".join(texts), sentence)
