from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.key_account.exceptions import DutyError

from ..exceptions import FundError, InsufficientFundsError


class KeyAccountFundRequest(models.Model):
    """Who asks, who approves, and what is looked at before each step."""

    _inherit = "key.account.fund.request"

    # -------------------------------------------------------------- approvals

    @api.model
    def _get_snapshot_fields(self):
        # EXTENDS 'key_account'
        return [
            *super()._get_snapshot_fields(),
            "fund_id",
            "kind",
            "amount",
            "target_fund_id",
            "invoice_ids",
        ]

    def _filter_to_approve(self):
        # EXTENDS 'key_account_approval'
        return self.filtered(lambda request: request.state == "asked")

    def _get_approval_owners(self):
        # EXTENDS 'key_account_approval'
        return super()._get_approval_owners() | self.asked_by_id

    def _get_approval_amount(self):
        # EXTENDS 'key_account_approval'
        return self.amount, self.currency_id

    def _get_approval_measures(self):
        # EXTENDS 'key_account_approval'
        today = fields.Date.context_today(self)
        return {
            request: {
                "amount": request.currency_id._convert(
                    request.amount,
                    request.company_id.currency_id,
                    request.company_id,
                    today,
                )
            }
            for request in self
        }

    def _on_approval_decided(self):
        # EXTENDS 'key_account_approval'
        result = super()._on_approval_decided()
        self._approve_decided()
        return result

    def _approve_decided(self):
        """Take over what approval rules have decided about these requests, if any."""
        # sudo: who is asked last by a rule may have no other right to the request.
        asked = self.sudo().filtered(lambda request: request.state == "asked")
        missing = asked._get_approval_missing()
        for request in asked.filtered(lambda r: r.approval_state == "approved"):
            if request not in missing:
                decisions = request._get_latest_request().decision_ids
                decider = decisions.sorted("id")[-1:].user_id
                request._set_state("approved", decided_by_id=decider.id)

    # ----------------------------------------------------------------- actions

    def action_ask(self):
        """Hand drafts in; where approval rules ask, those who decide are asked at once.

        :raise FundError: no reason
        :raise InsufficientFundsError: more than there is
        """
        for request in self:
            if not (request.reason or "").strip():
                raise FundError(
                    self.env._(
                        "Say what %s is for: enter a reason, those who decide read it.",
                        request.display_name,
                    )
                )
        self._assert_possible()
        self._set_state("asked", asked_by_id=self.env.uid)
        for request in self._get_approval_missing():
            if request.approval_state != "pending":
                request.action_ask_approval(request.reason)
        self._approve_decided()
        return True

    def action_approve(self):
        """Approve what others ask for; where approval rules ask, those decide.

        :raise DutyError: it comes from this user, or is somebody else's to approve
        :raise ApprovalError: it waits for those whom a rule asks
        """
        for request in self:
            if request.state != "asked":
                raise FundError(
                    self.env._(
                        "%s does not wait for approval: only what somebody has handed "
                        "in is approved.",
                        request.display_name,
                    )
                )
        self._assert_not_own()
        self._assert_transition("approved")
        self._assert_approved(self.env._("approved by hand"))
        self._assert_possible()
        return self._set_state("approved", decided_by_id=self.env.uid)

    def action_execute(self):
        """Carry out approved requests, each once: money is paid out, moved, released,
        or pays invoices.

        :raise DutyError: whoever asked, or no accountant
        :raise InsufficientFundsError: the money has been used since
        Locks the requests, then the funds.
        """
        self._assert_not_own()
        self.check_access("write")
        self._lock()
        for request in self:
            if request.state == "done":
                raise FundError(
                    self.env._(
                        "%s has been carried out: what is to be done again needs a "
                        "request of its own.",
                        request.display_name,
                    )
                )
        self._assert_transition("done")
        self._assert_approved(self.env._("carried out"))
        for request in self:
            # One by one: each finds what the one before has left.
            request._assert_possible()
            request._execute()
        return True

    def action_return_to_draft(self):
        """Send requests back to be changed; they are approved anew."""
        for request in self:
            # sudo: whoever asked may not read payments.
            if request.sudo().payment_ids:
                raise FundError(
                    self.env._(
                        "%s has a payment: cancel it, and make a new request.",
                        request.display_name,
                    )
                )
        self._withdraw()
        return self._set_state("draft", asked_by_id=False, decided_by_id=False)

    def action_cancel(self):
        """Give requests up, or refuse them."""
        self._set_state("cancelled")
        self._withdraw()
        # sudo: whoever asked may not cancel payments; these have paid nothing.
        self.sudo().payment_ids.filtered(lambda p: p.state == "draft").action_cancel()
        return True

    def action_open_payment(self):
        """Return the action that opens the payment of a refund."""
        return self.payment_ids._get_records_action()

    # ---------------------------------------------------------------- business

    def _set_state(self, state, **vals):
        """The only door to the state.

        :raise TransitionError: it cannot follow the present one
        :raise DutyError: it is somebody else's to set
        """
        self._assert_transition(state)
        self.check_access("write")
        # sudo: verbs write these, users never do.
        self.sudo().write({"state": state, **vals})
        return True

    def _withdraw(self):
        """Close what was asked or decided about these requests: it does not count for
        who asks next."""
        # sudo: whoever gives a request up may not have asked for the approval.
        for request in self.sudo():
            latest = request._get_latest_request()
            if latest.state == "pending":
                latest._set_state("withdrawn")
            elif latest.state == "approved":
                latest._void(request._get_snapshot())

    def _lock(self):
        """Update the rows, in the order of their ids: of two who carry a request out,
        the later runs again and finds it done."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE key_account_fund_request SET write_date = write_date
                 WHERE id IN (SELECT id FROM key_account_fund_request
                               WHERE id = ANY(%s) ORDER BY id FOR UPDATE)
                """,
                self.ids,
            )
        )

    def _assert_not_own(self):
        for request in self:
            if self.env.user in request._get_approval_owners():
                raise DutyError(
                    self.env._(
                        "%s comes from you: somebody else has to approve it and to carry "
                        "it out.",
                        request.display_name,
                    )
                )

    def _assert_possible(self):
        """Raise unless the balances, as they are, allow what is asked for.

        :raise ValidationError: what was chosen does not fit any more
        :raise InsufficientFundsError: it is more than there is
        """
        self._check_content()
        # sudo: what is there does not depend on who asks.
        for request in self.sudo():
            limit, sentence = request._get_limit()
            if request.currency_id.compare_amounts(request.amount, limit) > 0:
                raise InsufficientFundsError(sentence)

    def _get_limit(self):
        """Return ``(amount, sentence)``: the most that may be asked for, in the fund's
        currency, and what to say about more."""
        fund = self.fund_id
        owed = self.currency_id.round(sum(self.invoice_ids.mapped("amount_residual")))
        is_frozen = self.kind == "release" or (
            self.kind == "apply" and fund.kind == "deposit"
        )
        limit = fund.amount_frozen if is_frozen else fund.amount_available
        if self.kind == "apply" and self.currency_id.compare_amounts(owed, limit) < 0:
            return owed, self.env._(
                "%(request)s: %(limit)s is owed on its invoices, lower the amount or add "
                "invoices.",
                request=self.display_name,
                limit=self.currency_id.format(owed),
            )
        names = {
            "request": self.display_name,
            "limit": self.currency_id.format(limit),
            "fund": fund.display_name,
        }
        if is_frozen:
            return limit, self.env._(
                "%(request)s: %(limit)s is frozen in %(fund)s, lower the amount.",
                **names,
            )
        return limit, self.env._(
            "%(request)s: %(limit)s is available in %(fund)s, lower the amount or release "
            "first what is frozen.",
            **names,
        )
