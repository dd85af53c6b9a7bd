from datetime import timedelta

from odoo import api, fields, models

from .key_account_approval_request_decide import ACTIVITY


class KeyAccountApprovalRequestStep(models.Model):
    """A step of one request: who may decide now and who has decided."""

    _name = "key.account.approval.request.step"
    _description = "Approval Request Step"
    _order = "request_id, stage, id"

    request_id = fields.Many2one(
        "key.account.approval.request", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    rule_step_id = fields.Many2one(
        "key.account.approval.step", required=True, index=True, ondelete="restrict"
    )
    stage = fields.Integer(help="Steps of one stage are open at the same time.")
    name = fields.Char(required=True)
    count_required = fields.Integer(string="How Many Agree", required=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("open", "To Decide"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("closed", "Closed"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    date_open = fields.Datetime(string="Open since")
    date_escalation = fields.Datetime(string="Escalates on", index=True)
    is_escalated = fields.Boolean()
    approver_ids = fields.Many2many(
        "res.users",
        "key_account_approval_request_step_user_rel",
        string="Who May Decide",
        help="As of the last look; who it really is, is looked up at the decision.",
    )
    decision_ids = fields.One2many("key.account.approval.decision", "step_id")
    decided_by = fields.Char(string="Decisions", compute="_compute_decided_by")

    @api.depends("decision_ids")
    def _compute_decided_by(self):
        for step in self:
            step.decided_by = "; ".join(
                step._describe_decision(decision)
                for decision in step.decision_ids.sorted("date")
            )

    def _describe_decision(self, decision):
        labels = dict(decision._fields["kind"]._description_selection(self.env))
        # sudo: names of people who may be out of one's reach.
        decision = decision.sudo()
        text = f"{labels[decision.kind]}: {decision.user_id.name}"
        if decision.delegator_id:
            text += " " + self.env._("for %s", decision.delegator_id.name)
        return f"{text} ({decision.reason})" if decision.reason else text

    def _open(self):
        """Start these steps: their approvers are told and their hours begin."""
        now = fields.Datetime.now()
        for step in self:
            hours = step.rule_step_id.hours_escalation
            step.write(
                {
                    "state": "open",
                    "date_open": now,
                    "date_escalation": hours and now + timedelta(hours=hours),
                }
            )
        self._refresh_approvers()

    def _get_able(self):
        """Return ``{user: delegator}`` of those who may decide this step now: the
        approvers, their delegates, after the hours those it is escalated to; never
        whom the document comes from, and nobody who has decided on it."""
        self.ensure_one()
        request = self.request_id
        decided = request.decision_ids.user_id | request.decision_ids.delegator_id
        barred = request._get_owners() | decided
        approvers = self.rule_step_id._get_approvers(
            request._get_document(), request.requester_id
        )
        if self.is_escalated:
            approvers |= self.rule_step_id.escalation_user_ids.filtered("active")
        # Nobody decides on behalf of the one whom the document comes from, either.
        able = self.env["key.account.approval.delegation"]._get_delegates(
            approvers, barred, request.company_id
        )
        return {
            user: delegator
            for user, delegator in able.items()
            if request.company_id in user.company_ids
        }

    def _refresh_approvers(self):
        """Bring the lists of who may decide up to date and tell the new ones.

        :return: the steps that too few are left for; delegators and their delegates
            are one voice
        """
        short = self.browse()
        for step in self:
            found = step._get_able()
            able = self.env["res.users"].union(*found)
            voices = {delegator or user for user, delegator in found.items()}
            if len(voices) < step._get_count_missing():
                short += step
            new, gone = able - step.approver_ids, step.approver_ids - able
            step.approver_ids = able
            step.request_id._tell_approvers(step, new)
            for user in gone:
                step.request_id.activity_unlink([ACTIVITY], user_id=user.id)
        return short

    def _get_count_missing(self):
        approvals = self.decision_ids.filtered(lambda d: d.kind == "approve")
        return self.count_required - len(approvals)

    def _escalate_due(self):
        """Let those decide, too, to whom overdue open steps are escalated."""
        due = self.filtered(
            lambda step: (
                step.date_escalation
                and not step.is_escalated
                and step.date_escalation <= fields.Datetime.now()
            )
        )
        for step in due:
            step.is_escalated = True
            names = ", ".join(step.rule_step_id.escalation_user_ids.mapped("name"))
            step.request_id._message_log(
                body=self.env._(
                    "Step %(step)s was not decided in time and is escalated to "
                    "%(names)s.",
                    step=step.name,
                    names=names,
                )
            )
