from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..exceptions import ApprovalError


class KeyAccountApprovalStep(models.Model):
    """Who decides at one step of a rule, and how many of them must agree."""

    _name = "key.account.approval.step"
    _description = "Approval Step"
    _order = "rule_id, sequence, id"

    rule_id = fields.Many2one(
        "key.account.approval.rule", required=True, index=True, ondelete="cascade"
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(
        required=True, translate=True, help="For example Business or Finance."
    )
    approver_kind = fields.Selection(
        [
            ("users", "These people"),
            ("group", "A group"),
            ("team", "A role in the account team"),
            ("manager", "The requester's sales team leader"),
        ],
        string="Who Decides",
        required=True,
        default="group",
    )
    user_ids = fields.Many2many(
        "res.users",
        "key_account_approval_step_user_rel",
        string="People",
        domain=[("share", "=", False)],
    )
    group_id = fields.Many2one("res.groups", ondelete="restrict")
    team_role = fields.Selection(
        selection=lambda self: (
            self.env["key.account.team.member"]
            ._fields["role"]
            ._description_selection(self.env)
        ),
        string="Role",
    )
    approver_label = fields.Char(string="Approvers", compute="_compute_approver_label")
    count_required = fields.Integer(
        string="How Many Agree",
        default=1,
        required=True,
        help="So many different people have to approve.",
    )
    hours_escalation = fields.Integer(
        string="Escalate after (hours)", help="0: never. Counted from the step's start."
    )
    escalation_user_ids = fields.Many2many(
        "res.users",
        "key_account_approval_step_escalation_rel",
        string="Escalate to",
        domain=[("share", "=", False)],
        help="They may decide, too, once the hours are over.",
    )

    _count_positive = models.Constraint(
        "CHECK(count_required > 0)",
        "At least one person has to agree at each step: enter 1 or more.",
    )
    _hours_not_negative = models.Constraint(
        "CHECK(hours_escalation >= 0)",
        "The hours until a step is escalated cannot be negative: enter zero or more.",
    )

    @api.depends("approver_kind", "user_ids", "group_id", "team_role")
    def _compute_approver_label(self):
        kinds = dict(self._fields["approver_kind"]._description_selection(self.env))
        roles = dict(self._fields["team_role"]._description_selection(self.env))
        for step in self:
            labels = {
                "users": ", ".join(step.user_ids.mapped("name")),
                # sudo: group names are shown to people who may not read groups.
                "group": step.group_id.sudo().full_name,
                "team": roles.get(step.team_role),
            }
            step.approver_label = labels.get(step.approver_kind) or kinds.get(
                step.approver_kind
            )

    @api.constrains(
        "active",
        "approver_kind",
        "user_ids",
        "group_id",
        "team_role",
        "count_required",
        "name",
        "hours_escalation",
        "escalation_user_ids",
    )
    def _check_approvers(self):
        for step in self.filtered("active"):
            if problem := step._get_problem():
                raise ValidationError(problem)

    def _get_problem(self):
        """Return a sentence about what keeps this step from being decided, or None."""
        values = {"rule": self.rule_id.name, "step": self.name}
        named = self.with_context(active_test=False)
        people = named.user_ids if self.approver_kind == "users" else self.user_ids
        for user in people | named.escalation_user_ids:
            if not user.active or user.share:
                return self.env._(
                    "Rule %(rule)s, step %(step)s: %(user)s does not work here any "
                    "more; choose somebody else.",
                    user=user.name,
                    **values,
                )
        given = {
            "users": people,
            "group": self.group_id,
            "team": self.team_role,
            "manager": True,
        }
        if not given[self.approver_kind]:
            return self.env._(
                "Rule %(rule)s, step %(step)s has no approvers: say who decides.",
                **values,
            )
        if self.approver_kind == "users" and self.count_required > len(people):
            return self.env._(
                "Rule %(rule)s, step %(step)s: %(count)s people have to agree but only "
                "%(given)s are named; name more, or ask for fewer.",
                count=self.count_required,
                given=len(people),
                **values,
            )
        if self.hours_escalation > 0 and not self.escalation_user_ids:
            return self.env._(
                "Rule %(rule)s, step %(step)s: say to whom it is escalated after "
                "%(hours)s hours.",
                hours=self.hours_escalation,
                **values,
            )
        return None

    def _get_merge_key(self):
        """Return what makes two steps of several rules one: the same people decide."""
        return (
            self.approver_kind,
            tuple(sorted(self.user_ids.ids)) if self.approver_kind == "users" else (),
            self.group_id.id if self.approver_kind == "group" else False,
            self.team_role if self.approver_kind == "team" else False,
        )

    def _get_approvers(self, document, requester):
        """Return the users whom this step names for a document, before delegation.

        :param requester: the user who asks
        """
        self.ensure_one()
        # sudo: people are found whom the one who asks may not read.
        step = self.sudo()
        if step.approver_kind == "users":
            users = step.user_ids
        elif step.approver_kind == "group":
            domain = [("all_group_ids", "in", step.group_id.ids), ("share", "=", False)]
            users = step.env["res.users"].search(domain)
        elif step.approver_kind == "team":
            # sudo: whose document it is, and whose team decides, does not depend on what
            # the one who asks may read. Whom it comes from does not choose who decides.
            document = document.sudo()
            owners = requester | document._get_approval_owners()
            users = (
                document._get_approval_account()
                .member_ids.filtered(
                    lambda member: (
                        member.role == step.team_role
                        and not (member.create_uid | member.write_uid) & owners
                    )
                )
                .user_id
            )
        else:
            users = requester.with_env(step.env)._get_manager()
        return users.filtered(lambda user: user.active and not user.share)

    def write(self, vals):
        result = super().write(vals)
        self.env["key.account.approval.request"]._refresh_open()
        return result

    def _get_names(self, document, requester):
        """Return the names of who would decide, delegates with whom they stand for."""
        approvers = self._get_approvers(document, requester)
        # sudo: whom a document comes from does not depend on who looks.
        barred = requester | document.sudo()._get_approval_owners()
        able = self.env["key.account.approval.delegation"]._get_delegates(
            approvers, barred, document._get_approval_company()
        )
        return [
            self.env._("%(user)s for %(other)s", user=user.name, other=other.name)
            if other
            else user.name
            for user, other in able.items()
        ]

    def _assert_unused(self):
        # sudo: requests of other people count, too.
        Step = self.env["key.account.approval.request.step"].sudo()
        used = Step.search([("rule_step_id", "in", self.ids)], limit=1)
        if used:
            raise ApprovalError(
                self.env._(
                    "Step %(step)s of rule %(rule)s has been decided on: archive it "
                    "instead of deleting it.",
                    step=used.rule_step_id.name,
                    rule=used.rule_step_id.rule_id.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._assert_unused()
