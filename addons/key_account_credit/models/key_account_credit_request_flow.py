from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.key_account.exceptions import DutyError

from ..exceptions import CreditError


class KeyAccountCreditRequest(models.Model):
    """Who asks, who decides, and what is looked at before each step."""

    _inherit = "key.account.credit.request"

    # -------------------------------------------------------------- approvals

    @api.model
    def _get_snapshot_fields(self):
        # EXTENDS 'key_account'
        return [
            *super()._get_snapshot_fields(),
            "key_account_id",
            "kind",
            "scope",
            "amount",
            "currency_id",
            "date_start",
            "date_end",
            "insurer",
            "amount_insured",
            "limit_kind",
            "limit_start",
        ]

    def _filter_to_approve(self):
        # EXTENDS 'key_account_approval'
        return self.filtered(lambda request: request.state == "asked")

    def _get_approval_owners(self):
        # EXTENDS 'key_account_approval'
        # sudo: who may not open the order does not decide on the limit for it either.
        order, account = self.sudo().order_id, self.sudo().key_account_id
        people = (
            order.create_uid
            | order.user_id
            | order.gate_owner_ids
            | order.gate_requested_by_id
            | account.user_id
            | self.asked_by_id
            | self.salesperson_id
        )
        return super()._get_approval_owners() | people.with_env(self.env)

    def _get_approval_amount(self):
        # EXTENDS 'key_account_approval'
        return self.amount, self.currency_id

    def _get_approval_measures(self):
        # EXTENDS 'key_account_approval'
        return {
            request: {
                "amount": request.currency_id._convert(
                    request.amount,
                    request.company_id.currency_id,
                    request.company_id,
                    request.company_id._get_today(),
                )
            }
            for request in self
        }

    def _on_approval_decided(self):
        # EXTENDS 'key_account_approval'
        result = super()._on_approval_decided()
        asked = self.filtered(lambda request: request.state == "asked")
        missing = asked._get_approval_missing()
        for request in asked.filtered(lambda r: r not in missing):
            decisions = request._get_latest_request().decision_ids
            request._approve(decisions.sorted("id")[-1:].user_id)
        return result

    def _on_approval_rejected(self, reason):
        # EXTENDS 'key_account_approval'
        result = super()._on_approval_rejected(reason)
        for request in self.filtered(lambda request: request.state == "asked"):
            decisions = request._get_latest_request().decision_ids
            request._reject(decisions.sorted("id")[-1:].user_id, reason)
        return result

    # ----------------------------------------------------------------- actions

    def action_ask(self):
        """Hand drafts in: the figures of the moment are frozen into them, and those who
        decide are told; where approval rules ask, those whom the rules name.

        :raise CreditError: no reason, or no last day where one is needed
        :raise ValidationError: it cannot be like this
        """
        self._assert_transition("asked")
        self.check_access("write")
        self._assert_complete()
        self._assert_possible()
        for request in self:
            request._set_state(
                "asked",
                asked_by_id=self.env.uid,
                date_asked=fields.Datetime.now(),
                # sudo: whoever asks for a colleague may not open the account.
                salesperson_id=request.sudo().key_account_id.user_id.id,
                **request._prepare_figures_vals(),
            )
        ruled = self._get_approval_missing()
        for request in ruled:
            request.action_ask_approval(request.reason)
        self.filtered(lambda request: request not in ruled)._tell_deciders()
        return True

    def action_approve(self):
        """Approve what others ask for; the limits change at once. Where approval rules
        ask, those whom they name decide.

        :raise DutyError: it comes from this user, or is somebody else's to decide
        :raise ApprovalError: it waits for those whom a rule asks
        :raise ValidationError: the limits do not allow it any more
        Locks the requests, then the accounts.
        """
        self._assert_decidable("approved")
        self._assert_approved(self.env._("approved by hand"))
        # Groups first, accounts after them, everywhere.
        heads = self.filtered(lambda request: request.scope == "group").key_account_id
        heads._credit_lock()
        (self.key_account_id - heads)._credit_lock()
        for request in self:
            request._approve(self.env.user)
        return True

    def action_reject(self, reason):
        """Refuse what others ask for.

        :param str reason: why; whoever asked reads it
        :raise CreditError: no reason, or nothing waits
        :raise DutyError: as in `action_approve`
        """
        reason = (reason or "").strip() if isinstance(reason, str) else ""
        if not reason:
            raise CreditError(self.env._("Say what speaks against it: enter a reason."))
        self._assert_decidable("rejected")
        self._assert_approved(self.env._("rejected by hand"))
        for request in self:
            request._reject(self.env.user, reason)
        return True

    def action_open_reject(self):
        """Return the dialog that asks for the reason."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_credit.key_account_credit_reject_action"
        )
        action["context"] = {"default_request_ids": self.ids}
        return action

    def action_cancel(self):
        """Give requests up; what was decided stays."""
        self._set_state("cancelled")
        # sudo: whoever gives a request up may not have asked for the approval.
        for request in self.sudo():
            latest = request._get_latest_request()
            if latest.state == "pending":
                latest._set_state("withdrawn")
        self._drop_activities()
        return True

    def action_open_limits(self):
        """Return the action that lists the limits that came from these requests."""
        return self.limit_ids._get_records_action()

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

    def _assert_decidable(self, state):
        """Raise unless these wait for a decision that is the user's. Locks them."""
        self.check_access("write")
        self._lock()
        for request in self:
            if request.state != "asked":
                raise CreditError(
                    self.env._(
                        "%s does not wait for a decision: only what somebody has handed "
                        "in is decided on.",
                        request.display_name,
                    )
                )
        self._assert_transition(state)
        for request in self:
            if self.env.user in request._get_approval_owners():
                raise DutyError(
                    self.env._(
                        "%s comes from you, or is about your own account or order: "
                        "somebody else has to decide on it.",
                        request.display_name,
                    )
                )

    def _lock(self):
        """Update the rows, in the order of their ids: of two who decide, the later runs
        again and finds it decided."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE key_account_credit_request SET write_date = write_date
                 WHERE id IN (SELECT id FROM key_account_credit_request
                               WHERE id = ANY(%s) ORDER BY id FOR UPDATE)
                """,
                self.ids,
            )
        )
