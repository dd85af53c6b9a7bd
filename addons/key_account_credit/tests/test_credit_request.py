from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.key_account.exceptions import DutyError, TransitionError
from odoo.addons.key_account.tests.common import GROUPS
from odoo.addons.key_account_approval.exceptions import ApprovalError

from ..exceptions import CreditError
from .common import CreditCase

REQUEST = "key.account.credit.request"
LIMIT = "key.account.credit.limit"


class RequestCase(CreditCase):
    """Requests asked by the salesperson and decided by the controller unless told
    otherwise."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Rules of the demo data would ask, too.
        cls.env["key.account.approval.rule"].search([]).active = False
        cls.salesperson = cls.user("salesperson")
        cls.manager = cls.user("manager")
        cls.controller = cls.user("controller")
        cls.colleague = new_test_user(
            cls.env, login="test_colleague", groups=GROUPS["controller"]
        )
        cls.account.user_id = cls.salesperson
        cls.today = cls.company._get_today()

    @classmethod
    def day(cls, days):
        return cls.today + timedelta(days=days)

    @classmethod
    def make_request(cls, amount=1000.0, user=None, **vals):
        """Return a draft."""
        return (
            cls.env[REQUEST]
            .with_user(user or cls.salesperson)
            .create(
                {
                    "key_account_id": cls.account.id,
                    "amount": amount,
                    "reason": "They buy more.",
                    **vals,
                }
            )
        )

    @classmethod
    def asked(cls, *args, **kwargs):
        request = cls.make_request(*args, **kwargs)
        request.action_ask()
        return request

    @classmethod
    def approved(cls, *args, **kwargs):
        """Return a request that the controller, or a colleague of his, has approved."""
        request = cls.asked(*args, **kwargs)
        is_own = request.env.user == cls.controller
        user = cls.colleague if is_own else cls.controller
        request.with_user(user).action_approve()
        return request

    def limits(self, *states):
        """Return the account's limits, earliest first."""
        domain = [
            ("key_account_id", "=", self.account.id),
            ("state", "in", states or ("active",)),
        ]
        return self.env[LIMIT].search(domain, order="date_start, id")

    def get_limit(self, account=None):
        account = account or self.account
        account.invalidate_recordset()
        return account.credit_limit


@tagged("post_install", "-at_install")
class TestCreditRequest(RequestCase):
    # ------------------------------------------------------- what it leads to

    def test_the_approved_limit_is_in_force_at_once(self):
        request = self.asked(1000.0, insurer="Euler", amount_insured=800.0)
        self.assertEqual(request.state, "asked")
        self.assertFalse(self.limits())
        request.with_user(self.controller).action_approve()
        self.assertEqual(request.state, "approved")
        self.assertEqual(request.decided_by_id, self.controller)
        self.assertTrue(request.date_decided)
        limit = self.limits()
        self.assertEqual((limit.amount, limit.date_start), (1000.0, self.today))
        self.assertEqual((limit.insurer, limit.amount_insured), ("Euler", 800.0))
        self.assertEqual(limit.request_id.id, request.id)
        self.assertEqual(self.get_limit(), 1000.0)

    def test_a_new_permanent_limit_ends_the_present_one_the_day_before(self):
        old = self.make_limit(1000.0, date_start=self.day(-50))
        request = self.approved(1500.0, date_start=self.day(10))
        self.assertEqual(old.date_end, self.day(9))
        self.assertEqual(old.end_request_id.id, request.id)
        self.assertEqual(self.limits().mapped("amount"), [1000.0, 1500.0])
        self.assertEqual(self.get_limit(), 1000.0)
        self.approved(1200.0, date_end=self.day(9))
        self.assertEqual(old.date_end, self.day(-1))
        self.assertEqual(self.get_limit(), 1200.0)

    def test_two_permanent_limits_on_one_day_the_later_counts(self):
        self.approved(1000.0)
        first = self.limits()
        self.approved(1500.0)
        self.assertEqual(self.get_limit(), 1500.0)
        self.assertEqual((first.state, first.standing), ("ended", "ended"))

    def test_a_limit_of_the_group_leaves_the_own_one_alone(self):
        own = self.make_limit(1000.0)
        self.approved(5000.0, scope="group")
        self.assertFalse(own.date_end)
        self.assertEqual(self.limits().mapped("scope"), ["account", "group"])

    def test_temporary_comes_on_top_and_seasonal_instead(self):
        own = self.make_limit(1000.0)
        self.approved(200.0, kind="temporary", date_end=self.day(10))
        self.assertEqual(self.get_limit(), 1200.0)
        self.approved(3000.0, kind="seasonal", date_end=self.day(10))
        self.assertEqual(self.get_limit(), 3200.0)
        self.assertFalse(own.date_end)

    def test_the_end_counts_at_once_or_on_the_day(self):
        own = self.make_limit(1000.0, date_start=self.day(-50))
        extra = self.make_limit(200.0, kind="temporary", date_start=self.day(-5))
        ask = {"amount": 0.0, "kind": "end", "user": self.controller}
        self.approved(limit_id=extra.id, date_end=self.day(3), **ask)
        self.assertEqual((extra.date_end, own.date_end), (self.day(3), False))
        self.approved(limit_id=extra.id, **ask)
        self.assertEqual(self.get_limit(), 1000.0)
        self.approved(**ask)
        self.assertEqual(own.date_end, self.day(-1))
        self.assertEqual(self.account.credit_standing, "expired")
        self.assertHeld(self.confirm(1.0), "credit_expired")

    def test_a_limit_is_replaced_by_another_amount(self):
        extra = self.make_limit(
            200.0, kind="seasonal", date_start=self.day(-5), date_end=self.day(20)
        )
        context = extra.with_user(self.controller).action_request_change()["context"]
        vals = {
            name.removeprefix("default_"): value for name, value in context.items()
        }
        self.assertEqual((vals["amount"], vals["kind"]), (200.0, "seasonal"))
        self.approved(user=self.controller, **{**vals, "amount": 500.0})
        self.assertEqual(self.get_limit(), 500.0)
        self.assertEqual(extra.date_end, self.day(-1))

    def test_a_held_order_confirms_itself(self):
        self.make_limit(100.0)
        order = self.make_sale(150.0, user_id=self.salesperson.id)
        order.with_user(self.salesperson).action_confirm()
        self.assertHeld(order, "credit_limit")
        self.approved(160.0)
        self.judge_again()
        self.assertEqual(order.state, "sale")

    def test_limit_that_waited_for_the_decision_starts_with_it(self):
        request = self.asked(date_start=self.day(0))
        # Time has passed: nobody writes a start that is over.
        self.env.cr.execute(
            "UPDATE key_account_credit_request SET date_start = %s WHERE id = %s",
            (self.day(-3), request.id),
        )
        request.invalidate_recordset()
        request.with_user(self.controller).action_approve()
        self.assertEqual(self.limits().date_start, self.today)

    def test_what_is_over_when_decided_is_refused(self):
        request = self.asked(50.0, kind="temporary", date_end=self.day(0))
        self.env.cr.execute(
            "UPDATE key_account_credit_request SET date_end = %s WHERE id = %s",
            (self.day(-1), request.id),
        )
        request.invalidate_recordset()
        with self.assertStopped(ValidationError, "its last day is over"):
            request.with_user(self.controller).action_approve()
        self.assertFalse(self.limits())

    def test_a_callers_defaults_are_no_part_of_what_was_approved(self):
        request = self.asked()
        other = self.make_account(self.make_company("Other"))
        request.with_user(self.controller).with_context(
            default_state="ended",
            default_amount_insured=77.0,
            default_date_end=self.day(900),
            default_key_account_id=other.id,
        ).action_approve()
        limit = self.limits()
        self.assertEqual((limit.amount_insured, limit.date_end), (0.0, False))

    # ------------------------------------------------------------- four eyes

    def test_nobody_decides_on_what_he_asked_for(self):
        request = self.asked(user=self.controller)
        for act in (request.action_approve, lambda: request.action_reject("No.")):
            with self.assertStopped(DutyError, "comes from you"):
                act()
        request.with_user(self.colleague).action_approve()
        self.assertEqual(self.get_limit(), 1000.0)

    def test_who_handed_in_or_wrote_the_draft_does_not_decide_either(self):
        draft = self.make_request(user=self.controller)
        draft.with_user(self.salesperson).action_ask()
        with self.assertStopped(DutyError, "comes from you"):
            draft.action_approve()
        draft = self.make_request()
        draft.with_user(self.controller).action_ask()
        with self.assertStopped(DutyError, "comes from you"):
            draft.with_user(self.controller).action_approve()

    def test_the_salesperson_of_the_account_does_not_decide_though_a_manager(self):
        self.account.user_id = self.manager
        request = self.asked(user=self.controller)
        with self.assertStopped(DutyError, "your own account"):
            request.with_user(self.manager).action_approve()
        # Handing it over before the decision changes nothing.
        self.account.user_id = self.salesperson
        with self.assertStopped(DutyError, "your own account"):
            request.with_user(self.manager).action_approve()

    def test_whose_order_waits_for_it_does_not_decide(self):
        self.make_limit(100.0)
        order = self.make_sale(150.0, user_id=self.manager.id)
        order.with_user(self.manager).action_confirm()
        request = self.asked(user=self.controller, order_id=order.id)
        with self.assertStopped(DutyError, "own account or order"):
            request.with_user(self.manager).action_approve()

    def test_salespeople_and_accountants_decide_nothing(self):
        request = self.asked(user=self.controller)
        with self.assertStopped(DutyError, "ask one of"):
            request.with_user(self.salesperson).action_approve()
        with self.assertStopped(DutyError, "ask one of"):
            request.with_user(self.salesperson).action_reject("No.")
        with self.assertStopped(AccessError, ""):
            request.with_user(self.user("accountant")).action_approve()
        self.assertFalse(self.limits())

    def test_a_manager_decides_too(self):
        self.asked().with_user(self.manager).action_approve()
        self.assertEqual(self.get_limit(), 1000.0)

    def test_a_rejection_says_why_and_is_final(self):
        request = self.asked()
        decider = request.with_user(self.controller)
        with self.assertStopped(CreditError, "enter a reason"):
            decider.action_reject("  ")
        wizard = decider.env["key.account.credit.reject"].create(
            {"request_ids": [Command.set(request.ids)], "reason": "Too late a payer."}
        )
        wizard.action_reject()
        self.assertEqual(request.state, "rejected")
        self.assertEqual(request.reject_reason, "Too late a payer.")
        self.assertEqual(request.decided_by_id, self.controller)
        self.assertIn("Too late a payer.", request.message_ids[0].body)
        self.assertIn(self.salesperson.partner_id, request.message_ids[0].partner_ids)
        with self.assertStopped(CreditError, "does not wait"):
            decider.action_approve()
        self.assertFalse(self.limits())

    def test_what_was_handed_in_is_not_changed(self):
        request = self.asked()
        for vals in (
            {"amount": 9.0},
            {"kind": "temporary"},
            {"reason": "other"},
            {"date_end": self.day(5)},
            {"scope": "group"},
        ):
            with self.assertStopped(CreditError, "not a draft any more"):
                request.write(vals)
        with self.assertStopped(CreditError, "kept as a record"):
            request.unlink()
        request.action_cancel()
        with self.assertStopped(TransitionError, "final"):
            request.action_ask()
        copy = request.copy()
        self.assertEqual((copy.state, copy.amount), ("draft", 1000.0))
        self.assertFalse(copy.asked_by_id)
        self.make_request().unlink()

    def test_states_decisions_and_figures_are_not_entered_by_hand(self):
        request = self.make_request(user=self.controller)
        for vals in (
            {"state": "approved"},
            {"decided_by_id": self.manager.id},
            {"asked_by_id": self.manager.id},
            {"salesperson_id": self.manager.id},
            {"reject_reason": "x"},
            {"figure_limit": 5.0},
            {"figure_exposure": 5.0},
            {"figure_parts": [["undelivered", "x", 5.0]]},
            {"figure_overdue_days": 5},
        ):
            with self.assertStopped(DutyError, "not entered by hand"):
                request.write(vals)
            with self.assertStopped(DutyError, "not entered by hand"):
                self.make_request(user=self.controller, **vals)
            context = {f"default_{name}": value for name, value in vals.items()}
            with self.assertStopped(DutyError, "not entered by hand"):
                request.with_context(**context).create(
                    {"key_account_id": self.account.id}
                )
        with self.assertStopped(DutyError, "follows from other values"):
            request.company_id = self.env["res.company"].create({"name": "Elsewhere"})

    def test_a_request_is_decided_once(self):
        request = self.approved()
        with self.assertStopped(CreditError, "does not wait"):
            request.with_user(self.colleague).action_approve()
        self.assertEqual(len(self.limits()), 1)

    # ---------------------------------------------------------------- figures

    def test_the_figures_of_the_moment_are_kept(self):
        self.make_limit(1000.0)
        self.confirm(600.0)
        invoice = self.make_invoice(70.0, invoice_date=self.day(-40))
        invoice.invoice_date_due = self.day(-12)
        invoice.action_post()
        request = self.asked(2000.0).sudo()
        found = (
            request.figure_limit,
            request.figure_exposure,
            request.figure_available,
            request.figure_overdue,
            request.figure_overdue_days,
        )
        self.assertEqual(found, (1000.0, 670.0, 330.0, 70.0, 12))
        self.assertAlmostEqual(request.figure_utilisation, 67.0)
        self.assertEqual(request.figure_currency_id, self.company.currency_id)
        parts = {code: amount for code, _label, amount in request.figure_parts}
        self.assertEqual(parts, {"undelivered": 600.0, "overdue": 70.0})
        for word in ("Confirmed, Not Delivered", "600.00", "Overdue", "70.00"):
            self.assertIn(word, request.figure_table)
        request.with_user(self.controller).action_approve()
        self.confirm(100.0)
        request.invalidate_recordset()
        self.assertEqual(request.figure_exposure, 670.0)

    def test_figures_of_a_group_are_those_of_all_of_it(self):
        head = self.account
        sister = self.make_account(self.make_company("Sister"))
        sister.partner_id.parent_id = head.partner_id
        ahead = self.make_account(self.make_company("Ahead"))
        ahead.partner_id.parent_id = head.partner_id
        self.confirm(100.0)
        self.confirm(250.0, account=sister)
        credit = self.make_invoice(30.0, account=ahead, move_type="out_refund")
        credit.action_post()
        figures = head._get_credit_figures("group")
        parts = {code: amount for code, _label, amount in figures["parts"]}
        self.assertEqual(figures["exposure"], 350.0)
        self.assertEqual(sum(parts.values()), 350.0)
        # What one has paid ahead lowers nobody else's debt.
        self.assertEqual((parts["unallocated"], parts["ahead"]), (-30.0, 30.0))
        self.make_limit(500.0, scope="group")
        figures = head._get_credit_figures("group")
        self.assertEqual((figures["limit"], figures["available"]), (500.0, 150.0))
        standing = head._get_standings()[head]
        self.assertEqual(standing.groups[0].exposure, figures["exposure"])

    def test_salespeople_ask_and_read_no_balance(self):
        self.make_limit(1000.0)
        self.confirm(600.0)
        request = self.asked(2000.0)
        for name in (
            "figure_limit",
            "figure_exposure",
            "figure_available",
            "figure_utilisation",
            "figure_overdue",
            "figure_parts",
            "figure_table",
            "limit_id",
        ):
            with self.assertStopped(AccessError, ""):
                request.read([name])
        views = request.get_views([(False, "form"), (False, "list")])["views"]
        for view in views.values():
            self.assertNotIn("figure_", view["arch"])
        controller = request.with_user(self.controller)
        self.assertEqual(controller.read(["figure_exposure"])[0]["figure_exposure"], 600)

    # ----------------------------------------------------------------- access

    def test_requests_are_for_those_who_may_see_the_account(self):
        request = self.make_request()
        stranger = new_test_user(
            self.env, login="test_stranger", groups=GROUPS["salesperson"]
        )
        with mute_logger("odoo.addons.base.models.ir_rule"):
            for user in (self.user("portal"), self.user("warehouse"), stranger):
                with self.assertStopped(AccessError, ""):
                    request.with_user(user).read(["amount"])
                with self.assertStopped(AccessError, ""):
                    self.make_request(user=user)
        accountant = request.with_user(self.user("accountant"))
        self.assertEqual(accountant.amount, 1000.0)
        with self.assertStopped(AccessError, ""):
            accountant.write({"amount": 5.0})
        with self.assertStopped(DutyError, "ask one of"):
            accountant.action_ask()

    def test_a_request_is_not_turned_to_an_account_of_others(self):
        other = self.make_account(
            self.make_company("Other"), user_id=self.manager.id
        )
        request = self.make_request()
        with (
            mute_logger("odoo.addons.base.models.ir_rule"),
            self.assertStopped(AccessError, ""),
        ):
            request.key_account_id = other

    def test_account_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= company
        account = self.make_account(self.make_company(), company_id=company.id)
        with (
            mute_logger("odoo.addons.base.models.ir_rule"),
            self.assertStopped(AccessError, ""),
        ):
            self.make_request(user=self.controller, key_account_id=account.id)
        self.assertFalse(self.env[REQUEST].search([("key_account_id", "=", account.id)]))

    def test_limits_are_written_by_nobody(self):
        limit = self.make_limit(1000.0)
        for role in ("manager", "controller", "accountant", "administrator"):
            user = self.user(role)
            own = limit.with_user(user)
            for act in (
                lambda o=own: o.write({"amount": 5.0}),
                lambda o=own: o.create(
                    {"key_account_id": self.account.id, "amount": 5.0}
                ),
                lambda o=own: o.copy(),
                lambda o=own: o.unlink(),
            ):
                with self.assertStopped(UserError, ""):
                    act()
            account = self.account.with_user(user)
            for command in (
                Command.create({"amount": 5.0}),
                Command.update(limit.id, {"amount": 5.0}),
                Command.delete(limit.id),
            ):
                with self.assertStopped(UserError, ""):
                    account.write({"credit_limit_ids": [command]})
        self.assertEqual((self.get_limit(), len(self.limits())), (1000.0, 1))

    # ----------------------------------------------------------------- rules

    def make_rule(self, approver, **vals):
        step = {"name": "Step", "approver_kind": "users", "user_ids": approver.ids}
        return self.env["key.account.approval.rule"].create(
            {
                "name": "Large limits",
                "res_model": REQUEST,
                "step_ids": [Command.create(step)],
                **vals,
            }
        )

    def test_a_rule_says_who_decides(self):
        self.make_rule(self.colleague)
        request = self.asked()
        self.assertEqual((request.state, request.approval_state), ("asked", "pending"))
        self.assertFalse(request.activity_ids)
        for act in ("action_approve", "action_reject"):
            args = ["No."] if act == "action_reject" else []
            with self.assertStopped(ApprovalError, "waits for approval"):
                getattr(request.with_user(self.controller), act)(*args)
        question = request.sudo()._get_latest_request()
        self.assertEqual((question.amount, question.approver_ids), (1000, self.colleague))
        # Who decides by a rule reads no figures from the question.
        self.assertFalse([key for key in question.snapshot if "figure" in key])
        question.with_user(self.colleague).action_approve()
        self.assertEqual((request.state, request.decided_by_id), ("approved", self.colleague))
        self.assertEqual(self.get_limit(), 1000.0)

    def test_whoever_a_rule_names_decides_without_any_other_right(self):
        outsider = new_test_user(
            self.env, login="test_outsider", groups="base.group_user"
        )
        self.make_rule(outsider)
        request = self.asked()
        question = request.sudo()._get_latest_request().with_user(outsider)
        question.action_approve()
        self.assertEqual(self.get_limit(), 1000.0)

    def test_what_a_rule_refuses_is_rejected(self):
        self.make_rule(self.colleague)
        request = self.asked()
        question = request.sudo()._get_latest_request()
        question.with_user(self.colleague).action_reject("Less.")
        self.assertEqual((request.state, request.reject_reason), ("rejected", "Less."))
        self.assertEqual(request.decided_by_id, self.colleague)
        self.assertFalse(self.limits())

    def test_a_rule_asks_from_its_amount_on(self):
        threshold = Command.create({"measure": "amount", "value": 5000})
        self.make_rule(self.colleague, threshold_ids=[threshold])
        self.approved(4999.0)
        self.assertEqual(self.asked(5000.0).approval_state, "pending")

    def test_a_rule_asks_about_the_account_and_not_its_owner(self):
        self.account.user_id = self.colleague
        self.make_rule(self.colleague | self.manager)
        request = self.asked(user=self.controller)
        question = request.sudo()._get_latest_request()
        self.assertEqual(question.approver_ids, self.manager)

    def test_a_cancelled_request_asks_nobody_any_more(self):
        self.make_rule(self.colleague)
        request = self.asked()
        question = request.sudo()._get_latest_request()
        request.action_cancel()
        self.assertEqual(question.state, "withdrawn")

    # -------------------------------------------------------------- who is told

    def test_those_who_may_decide_are_told_and_then_no_more(self):
        request = self.asked()
        users = request.sudo().activity_ids.user_id
        self.assertLessEqual(self.controller | self.manager | self.colleague, users)
        self.assertNotIn(self.salesperson, users)
        self.assertNotIn(self.user("warehouse"), users)
        request.with_user(self.controller).action_approve()
        self.assertFalse(request.sudo().activity_ids)

    def test_the_team_is_told_before_others(self):
        self.env["key.account.team.member"].create(
            {"account_id": self.account.id, "user_id": self.manager.id, "role": "finance"}
        )
        request = self.asked()
        self.assertEqual(request.sudo().activity_ids.user_id, self.manager)
        request.action_cancel()
        self.assertFalse(request.sudo().activity_ids)

    # ------------------------------------------------------------- from where

    def held_order(self, amount=150.0, limit=100.0):
        if limit is not None:
            self.make_limit(limit)
        order = self.make_sale(amount, user_id=self.salesperson.id)
        order.with_user(self.salesperson).action_confirm()
        return order

    def prefilled(self, order, user):
        own = order.with_user(user)
        self.assertTrue(own.can_request_limit)
        context = own.action_request_limit()["context"]
        return tuple(
            context.get(f"default_{name}")
            for name in ("key_account_id", "kind", "scope", "amount", "order_id")
        )

    def test_a_held_order_offers_what_it_lacks(self):
        order = self.held_order()
        for user, kind, amount in (
            (self.salesperson, "temporary", 50.0),
            (self.controller, "permanent", 150.0),
            (self.manager, "permanent", 150.0),
        ):
            expected = (self.account.id, kind, "account", amount, order.id)
            self.assertEqual(self.prefilled(order, user), expected)
        request = self.asked(
            50.0, kind="temporary", date_end=self.day(9), order_id=order.id
        )
        action = order.with_user(self.controller).action_request_limit()
        self.assertEqual(action["res_id"], request.id)
        request.with_user(self.controller).action_approve()
        self.judge_again()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.can_request_limit)
        with self.assertStopped(CreditError, "does not wait"):
            order.action_request_limit()

    def test_what_is_offered_lets_the_order_through_in_another_currency(self):
        euro = self.env.ref("base.EUR")
        self.assertNotEqual(euro, self.company.currency_id)
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "rate": 0.93, "name": self.day(-9)}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        self.make_limit(100.0)
        order = self.make_sale(
            111.11, user_id=self.salesperson.id, pricelist_id=pricelist.id
        )
        self.assertEqual(order.currency_id, euro)
        order.with_user(self.salesperson).action_confirm()
        self.assertHeld(order, "credit_limit")
        amount = self.prefilled(order, self.salesperson)[3]
        self.assertAlmostEqual(amount, 111.11 / 0.93 - 100.0, delta=0.02)
        self.approved(amount, kind="temporary", date_end=self.day(9))
        self.judge_again()
        self.assertEqual(order.state, "sale")

    def test_the_limit_of_the_group_is_asked_for_the_head(self):
        head = self.make_account(self.make_company("Head"), user_id=self.manager.id)
        self.partner.parent_id = head.partner_id
        self.make_limit(100.0, account=head, scope="group")
        order = self.held_order(limit=None)
        self.assertHeld(order, "credit_group_limit")
        expected = (head.id, "permanent", "group", 150.0, order.id)
        self.assertEqual(self.prefilled(order, self.controller), expected)
        with self.assertStopped(CreditError, "not yours to ask for"):
            order.with_user(self.salesperson).action_request_limit()
        request = self.asked(
            150.0,
            user=self.controller,
            key_account_id=head.id,
            scope="group",
            order_id=order.id,
        )
        request.with_user(self.colleague).action_approve()
        self.judge_again()
        self.assertEqual(order.state, "sale")

    def test_orders_that_wait_for_something_else_offer_none(self):
        order = self.held(user_id=self.salesperson.id)
        self.assertHeld(order, "suspended")
        self.assertFalse(order.with_user(self.salesperson).can_request_limit)

    def test_account_and_limit_offer_requests(self):
        limit = self.make_limit(1000.0).with_user(self.controller)
        context = limit.action_request_end()["context"]
        self.assertEqual(context["default_kind"], "end")
        self.assertEqual(context["default_limit_id"], limit.id)
        own = self.account.with_user(self.salesperson)
        context = own.action_request_limit()["context"]
        self.assertEqual(context["default_key_account_id"], self.account.id)
        self.make_request()
        self.assertEqual(own.credit_request_count, 1)
        self.assertEqual(
            self.env[REQUEST].search(own.action_open_credit_requests()["domain"]),
            self.account.credit_request_ids,
        )
        with self.assertStopped(AccessError, ""):
            limit.with_user(self.salesperson).action_request_change()

    # ---------------------------------------------------------------- queries

    def test_a_list_takes_as_many_queries_for_many(self):
        fields_ = {
            name: {}
            for name in (
                "name",
                "amount",
                "kind",
                "state",
                "figure_limit",
                "figure_exposure",
                "is_own",
                "key_account_id",
            )
        }
        requests = self.env[REQUEST]
        for _number in range(12):
            requests |= self.asked(user=self.colleague)
        own = requests.with_user(self.controller)

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            records.web_read(fields_)
            return self.env.cr.sql_log_count - start

        count(own)
        self.assertEqual(count(own[:2]), count(own))
