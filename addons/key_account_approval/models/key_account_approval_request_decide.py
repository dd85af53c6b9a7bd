from odoo import fields, models
from odoo.fields import Command
from odoo.tools import SQL, format_list

from ..exceptions import ApprovalError

ACTIVITY = "key_account_approval.mail_activity_type_approval"


class KeyAccountApprovalRequest(models.Model):
    """How a request is decided, and how it ends."""

    _inherit = "key.account.approval.request"

    _TRANSITIONS = {
        "pending": ("approved", "rejected", "void", "withdrawn"),
        "approved": ("void",),
    }

    def action_approve(self, reason=""):
        """Approve the documents of these requests, each at the step that is open for
        the current user.

        :param str reason: optional
        :raise ApprovalError: whom the document comes from, who is not asked, who has
            decided already, or whose document has changed
        Locks the requests.
        """
        return self._decide("approve", reason)

    def action_reject(self, reason):
        """Refuse the documents of these requests.

        :param str reason: what would have to change
        :raise ApprovalError: no reason, and as in `action_approve`
        """
        if not isinstance(reason, str) or not reason.strip():
            raise ApprovalError(
                self.env._("Say what would have to change: enter a reason.")
            )
        return self._decide("reject", reason)

    def _decide(self, kind, reason):
        self.check_access("read")
        reason = reason.strip() if isinstance(reason, str) else ""
        requests = self._without_defaults()
        requests._lock()
        for request in requests:
            request._assert_undecided()
            step, delegator = request._get_step_to_decide()
            request.env["key.account.approval.decision"]._append(
                [
                    {
                        "request_id": request.id,
                        "step_id": step.id,
                        "user_id": self.env.uid,
                        "delegator_id": delegator.id,
                        "kind": kind,
                        "reason": reason,
                        "fingerprint": request.fingerprint,
                    }
                ]
            )
            request._note_decision(step, kind, reason)
        return True

    def _lock(self):
        """Update the rows, in the order of their ids: of two who decide, or of a
        decision and a change, the later runs again and sees the earlier."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE key_account_approval_request SET write_date = write_date
                 WHERE id IN (SELECT id FROM key_account_approval_request
                               WHERE id = ANY(%s) ORDER BY id FOR UPDATE)
                """,
                self.ids,
            )
        )

    def _assert_undecided(self):
        if self.state != "pending":
            raise self._get_closed_error()
        document = self._get_document()
        if not document or document.fingerprint != self.fingerprint:
            raise ApprovalError(
                self.env._(
                    "%s has changed since it was asked about: it has to be asked anew.",
                    self.document_name,
                )
            )

    def _get_closed_error(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return ApprovalError(
            self.env._(
                "%(request)s is closed (%(state)s): there is nothing to decide.",
                request=self.display_name,
                state=labels[self.state],
            )
        )

    def _get_step_to_decide(self):
        """Return ``(step, delegator)`` that the current user decides now; an own right
        goes before a delegated one.

        :raise ApprovalError: there is none
        """
        user = self.env.user
        found = [
            (step, able[user])
            for step in self.step_ids.filtered(lambda s: s.state == "open")
            if user in (able := step._get_able())
        ]
        if not found:
            raise self._get_refusal(user)
        return min(found, key=lambda item: (bool(item[1]), item[0].stage, item[0].id))

    def _get_refusal(self, user):
        if user in self._get_owners():
            sentence = self.env._(
                "%s comes from you: somebody else has to decide.", self.document_name
            )
        elif user in self.decision_ids.user_id | self.decision_ids.delegator_id:
            sentence = self.env._(
                "You have decided on %s already: somebody else has to.",
                self.document_name,
            )
        else:
            names = self.step_ids.filtered(lambda s: s.state == "open").approver_ids
            sentence = self.env._(
                "%(document)s is not yours to decide, these are asked: %(names)s.",
                document=self.document_name,
                names=format_list(self.env, names.mapped("name")) or "–",
            )
        return ApprovalError(sentence)

    def _get_owners(self):
        owners = self._get_document()._get_approval_owners()
        return self.requester_id | self.owner_ids | owners

    def _note_decision(self, step, kind, reason):
        text = step._describe_decision(step.decision_ids.sorted("id")[-1])
        for record in (self, self._get_document()):
            record._message_log(body=f"{step.name} · {text}")
        if kind == "reject":
            step.state = "rejected"
            self.reject_reason = reason
            self._set_state("rejected")
            self._get_document()._on_approval_rejected(reason)
        else:
            if step._get_count_missing() <= 0:
                step.state = "approved"
            self._advance()

    def _advance(self):
        """Open the next stage, or finish."""
        todo = self.step_ids.filtered(lambda s: s.state in ("waiting", "open"))
        if not todo:
            self._set_state("approved")
            self._get_document()._on_approval_decided()
            return
        stage = min(todo.mapped("stage"))
        todo.filtered(lambda s: s.state == "waiting" and s.stage == stage)._open()
        self._refresh()

    # ------------------------------------------------------------ void, withdraw

    def _void(self, snapshot):
        """Close requests whose document has moved on.

        :param dict snapshot: the document's covered values now
        """
        for request in self:
            document = request._get_document()
            before = request.snapshot or {}
            moves = document._describe_moves(before, snapshot)
            names = document._name_moves(before, snapshot)
            # The change may have been made and taken back before it was saved.
            request.void_reason = "; ".join(moves) or self.env._("it was changed")
            request.void_names = ", ".join(names) or self.env._("it was changed")
            request._set_state("void")
            document._message_log(
                body=self.env._(
                    "The approval is void, the document has changed: %s",
                    request.void_names,
                )
            )

    def action_withdraw(self):
        """Take a request back; only the one who asked may."""
        self.check_access("read")
        requests = self._without_defaults()
        requests._lock()
        for request in requests:
            if request.requester_id != self.env.user:
                raise ApprovalError(
                    self.env._(
                        "%(request)s was asked by %(user)s, who alone may withdraw it.",
                        request=request.display_name,
                        user=request.requester_id.name,
                    )
                )
            request._set_state("withdrawn")
        return True

    def _set_state(self, state):
        """The only door to the state of a request."""
        for request in self:
            if state not in self._TRANSITIONS.get(request.state, ()):
                raise request._get_closed_error()
            request.write({"state": state, "date_closed": fields.Datetime.now()})
            request.step_ids.filtered(
                lambda step: step.state in ("waiting", "open")
            ).state = "closed"
            request.write({"approver_ids": [Command.clear()], "is_stuck": False})
        self.activity_unlink([ACTIVITY])
        return True
