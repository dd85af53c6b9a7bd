from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.key_account.exceptions import DutyError, GateError

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestWaysAround(CreditCase):
    """What lets people pass such limits elsewhere, each tried once. The customer has
    1,000 and owes 600."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_limit(1000.0)
        cls.first = cls.confirm(600.0, user_id=cls.user("salesperson").id)

    def over(self, amount=400.01, **vals):
        """Return a quotation of the salesperson that is one cent too high."""
        return self.make_sale(amount, user_id=self.user("salesperson").id, **vals)

    def assertStaysHeld(self, order, code="credit_limit", state="draft"):
        self.assertEqual((order.state, order.gate_state), (state, "held"))
        self.assertIn(code, self.open_issues(order).mapped("code"))
        self.assertEqual(self.account.credit_exposure, 600.0)
        self.assertFalse(order.picking_ids)

    # -------------------------------------------------------- one and the same order

    def test_exactly_at_the_limit_and_one_cent_above(self):
        order = self.over()
        order.action_confirm()
        self.assertStaysHeld(order)
        self.assertEqual(self.open_issues(order).amount_missing, 0.01)
        self.assertEqual(self.confirm(400.0).state, "sale")

    def test_lock_and_unlock_sheds_nothing(self):
        self.first.action_lock()
        self.assertExposure(undelivered=600.0)
        order = self.over()
        order.action_confirm()
        self.assertStaysHeld(order)
        self.first.action_unlock()
        with self.assertStopped(GateError, "cannot be raised"):
            self.first.order_line.price_unit = 1000.01
        self.assertExposure(undelivered=600.0)

    def test_cancelled_order_that_is_taken_up_again_is_judged_again(self):
        self.first._action_cancel()
        self.confirm(900.0)
        self.first.action_draft()
        self.first.action_confirm()
        self.assertHeld(self.first, "credit_limit")
        with self.assertStopped(GateError, "credit limit"):
            self.over().state = "sale"

    def test_lines_of_a_confirmed_order_are_not_raised(self):
        line = self.first.order_line
        more = {
            "product_id": self.product.id,
            "product_uom_qty": 1,
            "price_unit": 400.01,
        }
        changes = {
            "quantity": lambda: line.write({"product_uom_qty": 500}),
            "price": lambda: line.write({"price_unit": 1000.01}),
            "new line": lambda: self.first.write(
                {"order_line": [Command.create(more)]}
            ),
            "line of its own": lambda: line.create({**more, "order_id": self.first.id}),
            "copied line": lambda: line.copy(
                {"order_id": self.first.id, "price_unit": 500}
            ),
        }
        for name, change in changes.items():
            with self.subTest(name), self.assertStopped(GateError, "credit limit"):
                change()
        self.assertExposure(undelivered=600.0)
        line.price_unit = 1000.0
        self.assertExposure(undelivered=1000.0)

    # --------------------------------------------------------- ways to confirm

    def test_order_is_not_brought_forward_past_the_limit(self):
        self.company.credit_horizon_days = 30
        far = self.confirm(400.01, commitment_date="2099-01-01")
        self.assertExposure(undelivered=600.0)
        soon = fields.Datetime.now() + timedelta(days=2)
        with self.assertStopped(GateError, f"{far.name} cannot be brought forward"):
            far.commitment_date = soon
        with self.assertStopped(GateError, f"{far.name} cannot be brought forward"):
            far.commitment_date = False
        self.assertExposure(undelivered=600.0)
        near = self.confirm(400.0, commitment_date="2099-01-01")
        near.commitment_date = soon
        self.assertExposure(undelivered=1000.0)

    def test_sent_quotation_is_held(self):
        order = self.over()
        order.action_quotation_sent()
        order.action_confirm()
        self.assertStaysHeld(order, state="sent")

    def test_copy_inherits_no_release(self):
        order = self.over()
        order.with_user(self.user("salesperson")).action_confirm()
        self.release(order, "controller")
        self.assertEqual(order.state, "sale")
        copied = order.copy()
        copied.action_confirm()
        self.assertHeld(copied, "credit_limit")

    def test_import_of_a_confirmed_order_is_refused(self):
        names = ["partner_id/.id", "state", "order_line/product_id/.id"]
        names += ["order_line/price_unit", "order_line/product_uom_qty"]
        row = [str(self.partner.id), "sale", str(self.product.id), "400.01", "1"]
        before = self.env["sale.order"].search_count([])
        Order = self.env["sale.order"].with_user(self.user("salesperson"))
        answer = Order.load(names, [row])
        self.assertFalse(answer["ids"])
        self.assertIn("credit limit", answer["messages"][0]["message"])
        self.assertEqual(self.env["sale.order"].search_count([]), before)

    def test_import_that_confirms_a_quotation_is_refused(self):
        order = self.over()
        answer = (
            self.env["sale.order"]
            .with_user(self.user("salesperson"))
            .load([".id", "state"], [[str(order.id), "sale"]])
        )
        self.assertFalse(answer["ids"])
        self.assertEqual(order.state, "draft")

    def test_customer_who_signs_or_pays_is_held(self):
        signed = self.over()
        signed = signed.with_user(self.user("portal")).sudo()
        signed.signed_by = "Ann Customer"
        signed._validate_order()
        self.assertStaysHeld(signed)
        paid = self.over()
        method = self.env.ref("payment.payment_method_unknown")
        provider = self.env["payment.provider"].create(
            {
                "name": "Bank",
                "code": "none",
                "state": "test",
                "payment_method_ids": [Command.set(method.ids)],
            }
        )
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": f"T-{paid.name}",
                "amount": paid.amount_total,
                "currency_id": paid.currency_id.id,
                "partner_id": paid.partner_id.id,
                "operation": "online_direct",
                "state": "done",
                "sale_order_ids": [Command.set(paid.ids)],
            }
        )
        self.assertFalse(transaction._check_amount_and_confirm_order())
        self.assertStaysHeld(paid)

    def test_order_in_another_currency_counts_at_its_rate(self):
        euro = self.env.ref("base.EUR")
        currency = (
            euro if self.company.currency_id != euro else self.env.ref("base.USD")
        )
        currency.active = True
        rates = {"currency_id": currency.id, "company_id": self.company.id}
        self.env["res.currency.rate"].search(
            [("currency_id", "=", currency.id)]
        ).unlink()
        self.env["res.currency.rate"].create(
            {**rates, "name": "2020-01-01", "rate": 0.5}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": currency.id}
        )
        order = self.over(200.01, pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, currency)
        order.action_confirm()
        self.assertStaysHeld(order)
        self.assertEqual(self.open_issues(order).amount_missing, 0.01)
        order = self.over(200.0, pricelist_id=pricelist.id)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertExposure(undelivered=1000.0)

    # ----------------------------------------------------------------- who acts

    def test_no_role_and_no_context_passes(self):
        contexts = (
            {"bypass_risk": True, "skip_gate": True, "force": True, "su": True},
            {"is_on_order": False, "key_account_credit.groups": {}},
            {"default_state": "sale", "default_gate_state": "released"},
            {"install_mode": True, "import_file": True, "uid": 1},
        )
        for role in ("salesperson", "manager"):
            for context in contexts:
                order = self.over().with_user(self.user(role)).with_context(**context)
                order.action_confirm()
                self.assertStaysHeld(order.with_env(self.env))

    def test_wizard_and_button_need_the_group(self):
        order = self.over()
        order.with_user(self.user("salesperson")).action_confirm()
        issue = self.open_issues(order)
        for role in ("salesperson", "manager", "accountant", "administrator"):
            with self.assertStopped(Exception, "."):
                issue.with_user(self.user(role)).action_release("Please.")
            with self.assertStopped(Exception, "."):
                self.env["key.account.gate.release"].with_user(self.user(role)).create(
                    {"issue_ids": [Command.set(issue.ids)], "reason": "Please."}
                ).action_release()
        self.assertStaysHeld(order)
        for role in ("salesperson", "manager", "controller", "accountant"):
            Limit = self.env["key.account.credit.limit"].with_user(self.user(role))
            vals = {
                "key_account_id": self.account.id,
                "amount": 9e9,
                "kind": "temporary",
            }
            with self.assertStopped((AccessError, DutyError), "."):
                Limit.create(vals)
        Rule = self.env["key.account.credit.rule"]
        for role in ("salesperson", "manager", "controller"):
            with self.assertStopped(AccessError, "."):
                Rule.search([]).with_user(self.user(role)).write({"active": False})

    def test_salesperson_reads_no_balances_and_nothing_crashes(self):
        user = self.user("salesperson")
        self.account.user_id = user
        account = self.account.with_user(user)
        for name in (
            "credit_limit",
            "credit_exposure",
            "credit_available",
            "credit_utilisation",
            "credit_limit_ids",
        ):
            with self.assertStopped(AccessError, "."):
                account.read([name])
            self.assertNotIn(name, account.fields_get())
        with self.assertStopped(AccessError, "."):
            account.action_open_exposure_component("receivable")
        for model in ("key.account.credit.limit", "key.account.credit.rule"):
            with self.assertStopped(AccessError, "."):
                self.env[model].with_user(user).search([])
        with self.assertStopped(AccessError, "."):
            account.search([("credit_limit_ids.amount", ">", 1)])
        self.assertEqual(account.credit_standing, "good")
        order = self.over().with_user(user)
        order.action_confirm()
        self.assertStaysHeld(order.with_env(self.env))
        self.assertIn("credit limit", order.gate_summary)

    def test_limits_and_exposure_of_two_companies_never_mix(self):
        other = self.env["res.company"].create({"name": "Second"})
        user = new_test_user(
            self.env,
            login="test_two_companies",
            groups="sales_team.group_sale_salesman_all_leads,"
            "key_account.group_key_account_user",
            company_ids=[Command.set((self.company | other).ids)],
            company_id=self.company.id,
        )
        second = self.make_account(self.partner, company_id=other.id)
        self.make_limit(50.0, account=second)
        env = self.env(
            user=user, context={"allowed_company_ids": (self.company | other).ids}
        )
        self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1)
        here = self.over(400.0)
        there = (
            self.env["sale.order"]
            .with_company(other)
            .create(
                {
                    "partner_id": self.partner.id,
                    "company_id": other.id,
                    "order_line": [
                        Command.create(
                            {"product_id": self.product.id, "price_unit": 50.01}
                        )
                    ],
                }
            )
        )
        orders = (here | there).with_env(env)
        orders.action_confirm()
        self.assertEqual(here.state, "sale")
        self.assertHeld(there, "credit_limit")
        self.assertEqual(self.open_issues(there).amount_missing, 0.01)
        there.order_line.price_unit = 50.0
        there.with_env(env).action_confirm()
        self.assertEqual(there.state, "sale")
        self.assertEqual(self.account.credit_exposure, 1000.0)
        self.assertEqual(second.credit_exposure, 50.0)
