from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..exceptions import CreditError
from .common_request import LIMIT, REQUEST, RequestCase

NAN, ENDLESS = float("nan"), float("inf")


@tagged("post_install", "-at_install")
class TestCreditRequestBadInput(RequestCase):
    """What cannot be asked for, or decided as superuser: one sentence each, nothing is
    written."""

    def assertRefused(self, sentence, error=ValidationError, **vals):
        """Assert that a draft cannot be made, with one sentence."""
        before = self.env[REQUEST].search_count([])
        with self.assertRaisesRegex(error, sentence) as caught, self.env.cr.savepoint():
            self.make_request(user=self.controller, **vals)
        self.assertEqual(len(str(caught.exception).splitlines()), 1)
        self.assertEqual(self.env[REQUEST].search_count([]), before)

    def assertNotAsked(self, sentence, error=ValidationError, **vals):
        """Assert that a draft cannot be handed in, with one sentence."""
        draft = self.make_request(user=self.controller, **vals)
        with self.assertRaisesRegex(error, sentence) as caught, self.env.cr.savepoint():
            draft.action_ask()
        self.assertEqual(len(str(caught.exception).splitlines()), 1)
        self.assertEqual(draft.state, "draft")

    def test_amounts_that_are_none(self):
        for amount in (-1.0, -0.01, NAN, ENDLESS, -ENDLESS, 1e15, "much", "nan"):
            self.assertRefused("amount of zero or more", amount=amount)
            self.assertRefused(
                "amount of zero or more", insurer="X", amount_insured=amount
            )
        draft = self.make_request()
        for amount in (-1.0, NAN, ENDLESS):
            with self.assertStopped(ValidationError, "amount of zero or more"):
                draft.amount = amount
        with self.assertStopped(ValidationError, "amount of zero or more"):
            draft.with_context(default_amount=NAN).create(
                {"key_account_id": self.account.id}
            )

    def test_limits_of_no_amount(self):
        for amount in (-1.0, NAN, ENDLESS, "nan"):
            with self.assertStopped(ValidationError, "amount of zero or more"):
                self.make_limit(amount)
            limit = self.limits()
            self.assertFalse(limit)
        limit = self.make_limit(5.0)
        for vals in ({"amount": NAN}, {"amount_insured": -1.0}):
            with self.assertStopped(ValidationError, "amount of zero or more"):
                limit.write(vals)
        self.assertEqual(limit.amount, 5.0)

    def test_zero_where_it_is_pointless(self):
        self.assertRefused(
            "more than zero", amount=0.0, kind="temporary", date_end=self.day(5)
        )
        self.assertRefused(
            "more than zero", amount=0.004, kind="temporary", date_end=self.day(5)
        )
        self.assertRefused("has no amount", amount=5.0, kind="end")
        self.approved(0.0)
        self.assertHeld(self.confirm(0.01), "credit_limit")

    def test_dates(self):
        self.assertRefused(
            "end before it starts", date_start=self.day(5), date_end=self.day(4)
        )
        self.assertRefused("start in the past", date_start=self.day(-1))
        self.assertRefused("last day is over", date_end=self.day(-1))
        self.assertRefused(
            "a last day alone", amount=0.0, kind="end", date_start=self.day(1)
        )
        self.make_request(date_start=self.day(0), date_end=self.day(0))
        for kind in ("temporary", "seasonal"):
            self.assertNotAsked("has a last day, enter it", CreditError, kind=kind)

    def test_a_reason_is_given(self):
        self.assertNotAsked("enter a reason", CreditError, reason=" \n")

    def test_insured_by_nobody(self):
        self.assertRefused("needs the insurer", amount_insured=5.0)

    def test_overlapping_limits(self):
        self.make_limit(1000.0, date_start=self.day(10))
        self.assertNotAsked("another limit of this kind counts from .* further notice")
        self.assertNotAsked("another limit", date_end=self.day(10))
        self.approved(500.0, date_end=self.day(9))
        self.assertNotAsked(
            "another limit",
            kind="permanent",
            date_start=self.day(9),
            date_end=self.day(10),
        )
        season = {"kind": "seasonal", "date_end": self.day(30)}
        self.approved(3000.0, **season)
        self.assertNotAsked("another limit", **season)
        # Of the group, or on top, is another matter.
        self.approved(3000.0, scope="group", **season)
        for _time in range(2):
            self.approved(10.0, kind="temporary", date_end=self.day(30))

    def test_overlap_that_came_up_while_it_waited(self):
        request = self.asked(500.0)
        self.make_limit(1000.0, date_start=self.day(10))
        with self.assertStopped(ValidationError, "another limit"):
            request.with_user(self.controller).action_approve()
        self.assertEqual(request.state, "asked")
        self.assertEqual(self.limits().mapped("amount"), [1000.0])

    def test_overlapping_limits_as_superuser(self):
        self.make_limit(1000.0)
        with self.assertStopped(ValidationError, "has a limit of this kind"):
            self.make_limit(2000.0, date_start=self.day(100))

    def test_currency_without_a_rate(self):
        bare = self.env["res.currency"].create({"name": "XQX", "symbol": "q"})
        self.assertRefused("XQX has no exchange rate", currency_id=bare.id)
        self.env["res.currency.rate"].create(
            {"currency_id": bare.id, "rate": 4.0, "name": self.day(-1)}
        )
        self.approved(1000.0, currency_id=bare.id)
        self.assertEqual(self.get_limit(), 250.0)

    def test_limits_of_others(self):
        other = self.make_account(self.make_company("Other"))
        limit = self.make_limit(5.0, account=other)
        group = self.make_limit(5.0, scope="group")
        ask = {"amount": 0.0, "kind": "end"}
        for wrong in (limit, group):
            self.assertRefused("covers another account", limit_id=wrong.id, **ask)
        self.assertNotAsked("there is no limit", **ask)
        mine = self.make_limit(5.0)
        request = self.asked(user=self.controller, limit_id=mine.id, **ask)
        self.approved(user=self.controller, limit_id=mine.id, **ask)
        with self.assertStopped(ValidationError, "has ended|no limit that could"):
            request.with_user(self.colleague).action_approve()

    def test_orders_of_others(self):
        other = self.make_account(self.make_company("Other"))
        order = self.make_sale(5.0, account=other)
        self.assertRefused("is no order of this account", order_id=order.id)
        with self.assertStopped(UserError, ""):
            self.make_request(order_id=order.id)

    def test_closed_account(self):
        self.make_limit(5.0)
        self.account.action_close()
        self.assertNotAsked("is closed")
        self.approved(0.0, kind="end", user=self.controller)

    def test_a_group_has_no_cycle(self):
        head = self.make_account(self.make_company("Head"))
        self.partner.parent_id = head.partner_id
        self.make_limit(100.0, account=head, scope="group")
        for target in (self.partner, head.partner_id):
            with (
                self.assertRaisesRegex(ValidationError, "recursive") as caught,
                self.env.cr.savepoint(),
            ):
                head.partner_id.parent_id = target
            self.assertEqual(len(str(caught.exception).splitlines()), 1)
        with self.assertStopped(ValidationError, "recursive"):
            head.parent_partner_id = self.partner
        self.assertFalse(head.partner_id.parent_id)
        self.assertHeld(self.confirm(101.0), "credit_group_limit")

    def test_nothing_of_the_account_changes_a_limit(self):
        limit = self.make_limit(1000.0)
        own = self.account.with_user(self.user("administrator"))
        for name in ("credit_limit", "credit_exposure", "credit_available"):
            # They are computed: written values are not kept.
            own.write({name: 9.0})
        own.write({"name": "Else", "description": "x"})
        self.assertEqual((limit.amount, self.get_limit()), (1000.0, 1000.0))
        with self.assertStopped(UserError, ""):
            self.env["key.account"].with_user(self.user("administrator")).create(
                {
                    "partner_id": self.make_company("New").id,
                    "credit_limit_ids": [Command.create({"amount": 5.0})],
                }
            )
        self.assertEqual(self.env[LIMIT].search_count([("amount", "=", 5.0)]), 0)
