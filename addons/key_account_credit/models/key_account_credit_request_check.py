from datetime import timedelta

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..exceptions import CreditError


class KeyAccountCreditRequest(models.Model):
    """What cannot be asked for: looked at when a draft is saved, when it is handed in,
    and before the decision."""

    _inherit = "key.account.credit.request"

    @api.constrains(
        "key_account_id",
        "kind",
        "scope",
        "amount",
        "currency_id",
        "date_start",
        "date_end",
        "insurer",
        "amount_insured",
        "limit_id",
        "order_id",
    )
    def _check_content(self):
        """What is wrong already in a draft."""
        # sudo: what is wrong does not depend on who asks.
        for request in self.sudo():
            request._raise_problem(
                request._get_amount_problem()
                or request._get_date_problem()
                or request._get_limit_problem()
                or request._get_order_problem()
            )
            request.env["key.account.credit.limit"]._assert_currency(
                request.currency_id, request.company_id
            )

    def _raise_problem(self, problem):
        if problem:
            raise ValidationError(
                self.env._(
                    "%(request)s cannot be like this, %(problem)s: correct it.",
                    request=self.display_name,
                    problem=problem,
                )
            )

    def _get_amount_problem(self):
        is_zero = self.currency_id.is_zero(self.amount)
        if self.kind == "end":
            if self.amount or self.amount_insured:
                return self.env._("the end of limits has no amount")
        elif self.kind == "temporary" and is_zero:
            return self.env._("a temporary limit comes on top and is more than zero")
        if self.amount_insured and not (self.insurer or "").strip():
            return self.env._("the insured amount needs the insurer's name")
        return None

    def _get_date_problem(self):
        today = self.company_id._get_today()
        start, end = self.date_start, self.date_end
        if start and self.kind == "end":
            return self.env._("the end of limits has a last day alone")
        if start and end and end < start:
            return self.env._("it would end before it starts")
        if start and start < today:
            return self.env._("it would start in the past")
        if end and end < today:
            return self.env._("its last day is over")
        return None

    def _get_limit_problem(self):
        limit = self.limit_id
        if not limit:
            return None
        if limit.key_account_id != self.key_account_id or limit.scope != self.scope:
            return self.env._(
                "the limit that is to end covers another account or another scope"
            )
        if limit.state == "ended":
            return self.env._("the limit that is to end has ended already")
        return None

    def _get_order_problem(self):
        order = self.order_id
        if not order:
            return None
        account = self.key_account_id
        # A limit of the group lets through orders of its members, too.
        covered = account._get_group_members()[account]
        if order.debtor_account_id not in covered:
            return self.env._("%s is no order of this account", order.name)
        return None

    # ------------------------------------------------------------- when handed in

    def _assert_complete(self):
        """Raise unless whoever decides knows what is wanted, and why."""
        for request in self:
            if not (request.reason or "").strip():
                raise CreditError(
                    self.env._(
                        "Say what %s is for: enter a reason, those who decide read it.",
                        request.display_name,
                    )
                )
            if request.kind in ("seasonal", "temporary") and not request.date_end:
                raise CreditError(
                    self.env._(
                        "%s: a limit that does not stay has a last day, enter it.",
                        request.display_name,
                    )
                )

    def _assert_possible(self):
        """Raise unless the limits, as they are, allow what is asked for.

        :raise ValidationError: what was entered does not fit, or not any more
        """
        # The first day may have passed while it waited: it counts from the decision.
        waited = self.filtered(lambda request: request.state == "asked")
        for request in waited.sudo():  # sudo: as in _check_content
            request._raise_problem(
                request._get_end_problem() or request._get_limit_problem()
            )
        (self - waited)._check_content()
        for request in self.sudo():  # sudo: as in _check_content
            request._raise_problem(
                request._get_account_problem() or request._get_overlap_problem()
            )

    def _get_end_problem(self):
        if self.date_end and self.date_end < self.company_id._get_today():
            return self.env._("its last day is over")
        return None

    def _get_account_problem(self):
        if self.key_account_id.state == "closed" and self.kind != "end":
            return self.env._("%s is closed", self.key_account_id.display_name)
        if self.kind == "end" and not self._get_limits_to_end():
            return self.env._("there is no limit that could end")
        return None

    def _get_overlap_problem(self):
        """Two limits of a kind never count at the same time: temporary ones excepted."""
        if self.kind not in ("permanent", "seasonal"):
            return None
        others = self._search_overlapping() - self._get_limits_to_end()
        if not others:
            return None
        other = others.sorted("date_start")[0]
        # Without the amount: those who ask may not read it.
        return self.env._(
            "another limit of this kind counts from %(start)s to %(end)s, end that one or "
            "choose other dates",
            start=format_date(self.env, other.date_start),
            end=(
                format_date(self.env, other.date_end)
                if other.date_end
                else self.env._("further notice")
            ),
        )

    # ------------------------------------------------------------------- limits

    def _get_start(self):
        """Return the first day of the new limit, never before today."""
        today = self.company_id._get_today()
        return max(self.date_start or today, today)

    def _get_last_day(self):
        """Return the last day on which the limits that are to end still count."""
        if self.kind == "end":
            today = self.company_id._get_today()
            return self.date_end or today - timedelta(days=1)
        return self._get_start() - timedelta(days=1)

    def _get_limits_to_end(self):
        """Return the limits that an approval ends: the one that is named; of a new
        permanent limit those of this kind that have begun before it; of a request for
        the end all."""
        domain = self._get_counting_domain(self._get_last_day())
        limits = self.env["key.account.credit.limit"].sudo()  # sudo: as above
        found = limits.search(domain)
        if self.kind == "end":
            return found & self.limit_id if self.limit_id else found
        start = self._get_start()
        return found.filtered(
            lambda limit: (
                limit == self.limit_id
                or (
                    limit.kind == self.kind == "permanent" and limit.date_start <= start
                )
            )
        )

    def _search_overlapping(self):
        """Return the limits of this kind that count while the new one would."""
        domain = self._get_counting_domain(self._get_start() - timedelta(days=1))
        domain &= Domain("kind", "=", self.kind)
        if self.date_end:
            domain &= Domain("date_start", "<=", self.date_end)
        # sudo: limits count for those who may not read them.
        return self.env["key.account.credit.limit"].sudo().search(domain)

    def _get_counting_domain(self, day):
        """Return the domain of the account's limits that count after ``day``."""
        return Domain(
            [
                ("key_account_id", "=", self.key_account_id.id),
                ("scope", "=", self.scope),
                ("state", "=", "active"),
            ]
        ) & (Domain("date_end", "=", False) | Domain("date_end", ">", day))
