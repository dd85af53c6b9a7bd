from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .key_account_gate_issue import ACTIVITY, ACTIVITY_REJECTED


class SaleOrder(models.Model):
    """Held orders: their issues are written down, told to whose business they are,
    and settled when the cause goes away."""

    _inherit = "sale.order"

    def _gate_evaluate(self):
        """Judge the quotations that somebody wants to confirm; hold those that a check
        stops, with one message and an activity for each role.

        :return: the orders that may go on
        Locks the accounts of the orders.
        """
        asked = self.filtered(lambda order: order.state in ("draft", "sent"))
        blocking = asked._gate_judge()
        passed = asked.filtered(lambda order: order not in blocking)
        asked._gate_record(blocking, is_request=True)
        self._gate_get_passed().update(
            {order.id: order.fingerprint for order in passed}
        )
        # What had come back once is done with.
        passed.filtered("gate_round")._gate_drop_activities()
        return self.filtered(lambda order: order not in blocking)

    def _gate_record(self, blocking, is_request=False):
        """Bring the issues on record in line with what stops the orders now.

        :param blocking: ``{order: [issue values]}`` as from `_gate_judge`
        :param is_request: somebody asked to confirm the orders as they are now: open
            issues about an earlier content are closed and written anew
        """
        known = self.filtered(lambda order: order.gate_state != "clear")
        if not known and not blocking:
            return
        kept, gone = known._gate_match_open(blocking, is_request)
        gone._close_as(
            "resolved",
            self.env._("The cause has gone, or the order has been changed since."),
        )
        found = [
            (order, issue)
            for order, issues in blocking.items()
            for issue in issues
            if (order, issue["code"], issue.get("subject") or False) not in kept
        ]
        held = self.browse().union(*blocking)
        if is_request:
            # Asking again for the same makes nobody the one who asked.
            self.browse().union(
                *(order for order, _issue in found)
            )._gate_note_request()
        new = self.env["key.account.gate.issue"]._append(
            [order._gate_prepare_issue_vals(issue) for order, issue in found]
        )
        held._gate_set_state("held")
        cleared = known - held
        released = self.browse().union(*cleared._gate_get_released())
        released._gate_set_state("released")
        (cleared - released)._gate_set_state("clear")
        cleared._gate_drop_activities()
        new._tell()

    def _gate_get_open(self):
        domain = [("order_id", "in", self.ids), ("state", "=", "open")]
        # sudo: the record is kept for people who may not read it, too.
        return self.env["key.account.gate.issue"].sudo().search(domain)

    def _gate_match_open(self, blocking, is_request):
        """Return ``({(order, code, subject)} that are on record, open issues that are
        not true any more)``."""
        known = self._gate_get_open()
        kept, gone = set(), known.browse()
        for issue in known:
            order = self.browse(issue.order_id.id)
            # Not by the text: it is in the language of whoever asked.
            is_same = any(
                issue.code == found["code"]
                and issue.subject == (found.get("subject") or False)
                and not order.currency_id.compare_amounts(
                    issue.amount_missing, found.get("amount_missing") or 0.0
                )
                for found in blocking.get(order, ())
            )
            now = (order.fingerprint, order.gate_round)
            is_current = (issue.fingerprint, issue.gate_round) == now
            if is_same and (not is_request or is_current):
                kept.add((order, issue.code, issue.subject))
            else:
                gone += issue
        return kept, gone

    def _gate_prepare_issue_vals(self, issue):
        return {
            **issue,
            "order_id": self.id,
            "account_id": self.key_account_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "fingerprint": self.fingerprint,
            "gate_round": self.gate_round,
            "salesperson_id": self.user_id.id,
            "requested_by_id": self.gate_requested_by_id.id,
        }

    def _gate_set_state(self, state):
        """The only door to `gate_state`."""
        changed = self.filtered(lambda order: order.gate_state != state)
        if changed:
            # sudo: the gate writes it, users never do.
            changed.sudo().gate_state = state

    def _gate_note_request(self):
        # sudo: as in _gate_set_state.
        self.sudo().write(
            {
                "gate_requested_by_id": self.env.uid,
                "gate_date_requested": fields.Datetime.now(),
                "has_gate_mail": bool(self.env.context.get("send_email")),
            }
        )

    def _gate_withdraw_request(self):
        # sudo: as in _gate_set_state.
        self.sudo().write({"gate_requested_by_id": False, "gate_date_requested": False})
        self._gate_drop_activities()

    def _gate_drop_activities(self):
        if self:
            # sudo: the activities are other people's.
            self.sudo().activity_unlink([ACTIVITY, ACTIVITY_REJECTED])

    # ------------------------------------------------------------------ rounds

    def _gate_note_owners(self, user_id):
        """Remember whose orders these are before they are handed to ``user_id``."""
        handed_over = self.filtered(lambda o: o.user_id and o.user_id.id != user_id)
        for user, orders in handed_over.grouped("user_id").items():
            # sudo: written here only, users never do.
            orders.sudo().write({"gate_owner_ids": [Command.link(user.id)]})

    def _gate_is_round_over(self, state):
        """Return whether a change to ``state`` takes the order back or ends it: what was
        released before does not count after that."""
        return state != self.state and (
            state == "cancel" or (self.state == "sale" and state in ("draft", "sent"))
        )

    def _gate_end_round(self):
        waiting = self.filtered(lambda o: o.gate_state != "clear")
        if not waiting:
            return
        waiting._gate_get_open()._close_as(
            "resolved", self.env._("The order was cancelled or taken back.")
        )
        waiting._gate_set_state("clear")
        waiting._gate_withdraw_request()
        waiting._gate_count_round()

    def _gate_count_round(self):
        # sudo: written by the gate only, users never do.
        for order in self.sudo():
            order.gate_round += 1

    # ------------------------------------------------------------------ settle

    def _gate_settle(self):
        """After a decision: orders that nothing stops any more are released, and
        confirm themselves if somebody had asked for that."""
        waiting = self._gate_get_open().order_id
        free = self.filtered(lambda o: o.gate_state == "held" and o not in waiting)
        free._gate_set_state("released")
        free._gate_drop_activities()
        free._gate_confirm_requested()
        free._gate_tell_deliverable()

    def _gate_reevaluate(self):
        """Judge held orders again; those that nothing stops any more confirm
        themselves if somebody had asked for that."""
        held = self.filtered(
            lambda o: o.gate_state != "clear" and o.state in ("draft", "sent")
        )
        blocking = held._gate_judge()
        held._gate_record(blocking)
        held.filtered(lambda o: o not in blocking)._gate_confirm_requested()
        self.filtered(lambda o: o.gate_state == "held")._gate_reevaluate_delivery()

    def _gate_confirm_requested(self):
        """Confirm the orders that somebody asked to confirm, oldest request first; an
        order that cannot be confirmed says so and waits for its salesperson."""
        asked = self.filtered(
            lambda o: o.gate_requested_by_id and o.state in ("draft", "sent")
        )
        for order in asked.sorted(lambda o: (o.gate_date_requested, o.id)):
            # sudo: somebody with the right asked for it, nobody's hand is needed now.
            # It stays their request when something else comes up.
            order = order.with_user(order.gate_requested_by_id).sudo()
            try:
                with self.env.cr.savepoint():
                    order.with_context(send_email=order.has_gate_mail).action_confirm()
            except UserError as error:
                order._gate_withdraw_request()
                order._message_log(
                    body=self.env._(
                        "Nothing stops the order any more, but it could not be "
                        "confirmed: %s",
                        error,
                    )
                )

    def _on_content_changed(self):
        # EXTENDS 'key_account'
        # What was released was about something else, also when it is changed back.
        self.filtered(lambda o: o.gate_state != "clear")._gate_count_round()
        if any(order.gate_state == "held" for order in self):
            self._gate_wake()
        return super()._on_content_changed()
