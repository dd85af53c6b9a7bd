from odoo import fields, models
from odoo.exceptions import UserError

from .key_account_gate_issue import ACTIVITY_REJECTED


class KeyAccountGateIssue(models.Model):
    """Sending held orders back to their salespeople."""

    _inherit = "key.account.gate.issue"

    def action_reject(self, reason):
        """Send the orders back to whoever wanted to confirm them, for good and on
        record: they are quotations that nobody asks to confirm, until somebody does so
        again. What had been released of them does not count any more.

        :param str reason: what has to change; kept with the decision, and told
        :raise DutyError: by whom the order comes from, or who does not own the kind
        :raise UserError: no reason, or already decided
        Locks the accounts of the orders.
        """
        self.check_access("read")
        reason = (reason or "").strip() if isinstance(reason, str) else ""
        if not reason:
            raise UserError(
                self.env._("Say what has to change about the order: enter a reason.")
            )
        # sudo: the roles that decide only read orders and accounts.
        orders = self.sudo().order_id
        orders._gate_lock_accounts()
        for issue in self:
            if refusal := issue._get_reject_refusal():
                raise refusal
        self._close_as("rejected", reason)
        self._log(self.env._("Rejected: %s", reason))
        orders._gate_end_round()
        orders._gate_tell_rejected(reason)
        return True

    def _get_reject_refusal(self):
        """Return the exception that keeps the current user from sending the order back,
        or None; it may have changed since."""
        # sudo: who reads the issue may not read all of its order.
        order = self.sudo().order_id
        if self.state != "open":
            return UserError(
                self.env._("%s: this issue has been decided already.", order.name)
            )
        return self._get_duty_refusal(order)

    def action_open_reject(self):
        """Return the dialog that asks why the orders are sent back."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account.key_account_gate_reject_action"
        )
        action["context"] = {"default_issue_ids": self.ids}
        return action


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_open_gate_reject(self):
        """Return the dialog that sends the orders back that are the user's to decide.

        :raise UserError: none of them is
        """
        issues = self.gate_issue_ids.filtered(
            lambda i: i.state == "open" and not i._get_reject_refusal()
        )
        if not issues:
            raise self._gate_get_refusal()
        return issues.action_open_reject()

    def _gate_get_refusal(self):
        """Return why nothing of these orders is the user's to decide, an exception."""
        for issue in self.gate_issue_ids.filtered(lambda i: i.state == "open"):
            return issue._get_refusal()
        return UserError(
            self.env._(
                "%s: nothing holds the order, there is nothing to decide.",
                ", ".join(self.mapped("name")) or self.env._("No order"),
            )
        )

    def _gate_tell_rejected(self, reason):
        """Give the salespeople an activity for what came back to them."""
        # sudo: the activities are other people's.
        Activity = self.env["mail.activity"].sudo()
        model_id = self.env["ir.model"]._get_id("sale.order")
        Activity.create(
            [
                {
                    "activity_type_id": self.env.ref(ACTIVITY_REJECTED).id,
                    "res_model_id": model_id,
                    "res_id": order.id,
                    "user_id": (order.user_id or order.create_uid).id,
                    "automated": True,
                    "date_deadline": fields.Date.context_today(self),
                    "summary": reason,
                }
                for order in self.sudo()  # sudo: as above
            ]
        )
