from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models

from .key_account_approval_request_decide import ACTIVITY

ADMIN = "key_account.group_key_account_admin"


class KeyAccountApprovalRequest(models.Model):
    """Who is asked, told and reminded."""

    _inherit = "key.account.approval.request"

    def _refresh(self):
        """Bring who may decide up to date, and whether anybody can."""
        for request in self:
            steps = request.step_ids.filtered(lambda step: step.state == "open")
            is_stuck = bool(steps._refresh_approvers())
            request.approver_ids = steps.approver_ids
            if is_stuck and not request.is_stuck:
                request._tell_administrators()
            elif request.is_stuck and not is_stuck:
                for user in request.activity_ids.user_id - request.approver_ids:
                    request.activity_unlink([ACTIVITY], user_id=user.id)
            request.is_stuck = is_stuck

    @api.model
    def _refresh_open(self):
        # sudo: requests of other people are affected.
        self.sudo().search([("state", "=", "pending")])._refresh()

    def _tell_approvers(self, step, users):
        """Give the users an activity and a message with a link to the request."""
        self.ensure_one()
        hours = step.rule_step_id.hours_escalation or 48
        deadline = fields.Date.context_today(self) + timedelta(days=-(-hours // 24))
        for user in users:
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                ACTIVITY,
                date_deadline=deadline,
                summary=self.env._("Decide on %s", self.document_name),
                note=self.reason,
                user_id=user.id,
            )
        if users:
            self.message_notify(
                partner_ids=users.partner_id.ids,
                subject=self.env._("Please decide on %s", self.document_name),
                body=self._get_message_body(step),
                author_id=self.requester_id.partner_id.id,
            )

    def _get_message_body(self, step):
        return Markup("<p>%s</p><p>%s</p><p><a href='%s'>%s</a></p>") % (
            self.env._(
                "%(user)s asks for approval of %(document)s (%(step)s): %(reason)s",
                user=self.requester_id.name,
                document=self.document_name,
                step=step.name,
                reason=self.reason,
            ),
            ", ".join(self.rule_ids.mapped("name")),
            f"{self.get_base_url()}/approval/{self.id}",
            self.env._("Approve or reject"),
        )

    def _tell_administrators(self):
        """An administrator has to find somebody who can decide."""
        domain = [
            ("all_group_ids", "in", self.env.ref(ADMIN).ids),
            ("share", "=", False),
            ("company_ids", "in", self.company_id.ids),
        ]
        for user in self.env["res.users"].search(domain):
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                ACTIVITY,
                summary=self.env._(
                    "Nobody can decide on %s: change the rule or its people",
                    self.document_name,
                ),
                user_id=user.id,
            )

    @api.model
    def _cron_refresh(self):
        """Escalate what is overdue and look again who may decide, request by request,
        each in a transaction of its own."""
        requests = self.search([("state", "=", "pending")])
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(requests))
        for request in requests:
            open_steps = request.step_ids.filtered(lambda step: step.state == "open")
            open_steps._escalate_due()
            request._refresh()
            if not cron._commit_progress(1):
                break
