from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common_request import REQUEST, RequestCase


@tagged("post_install", "-at_install")
class TestCreditRequest(RequestCase):
    """What approved requests lead to, and the figures that are frozen into them."""

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
        vals = {name.removeprefix("default_"): value for name, value in context.items()}
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
            default_date_warned=self.day(900),
            default_end_request_id=request.id,
        ).action_approve()
        limit = self.limits()
        self.assertEqual((limit.amount_insured, limit.date_end), (0.0, False))
        # Its end would never be told.
        self.assertFalse(limit.date_warned or limit.end_request_id)

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
        self.assertEqual(
            controller.read(["figure_exposure"])[0]["figure_exposure"], 600
        )

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
