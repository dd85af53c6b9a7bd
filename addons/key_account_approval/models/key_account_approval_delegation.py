from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date


class KeyAccountApprovalDelegation(models.Model):
    """Somebody decides for somebody else between two dates, both included.

    The delegate decides in the own name; the decision records for whom. The delegator
    may decide, too. A delegate who is away hands it on by a delegation of the own.
    """

    _name = "key.account.approval.delegation"
    _description = "Approval Delegation"
    _order = "date_start desc, id desc"

    user_id = fields.Many2one(
        "res.users",
        string="Who Is Away",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    delegate_id = fields.Many2one(
        "res.users",
        string="Who Decides Instead",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("share", "=", False)],
    )
    date_start = fields.Date(
        string="From",
        required=True,
        default=lambda self: self.env.company._get_today(),
    )
    date_end = fields.Date(string="Until", required=True)
    reason = fields.Char()
    active = fields.Boolean(default=True)

    _dates_ordered = models.Constraint(
        "CHECK(date_end >= date_start)",
        "A delegation cannot end before it starts: correct one of the two dates.",
    )

    @api.depends("user_id", "delegate_id")
    def _compute_display_name(self):
        for delegation in self:
            delegation.display_name = (
                f"{delegation.user_id.name} → {delegation.delegate_id.name}"
            )

    @api.constrains("user_id", "delegate_id", "date_start", "date_end", "active")
    def _check_delegate(self):
        for delegation in self.filtered("active"):
            delegate = delegation.delegate_id
            if delegate == delegation.user_id:
                raise ValidationError(
                    self.env._(
                        "%s cannot decide for themselves: choose somebody else.",
                        delegate.name,
                    )
                )
            if not delegate.active or delegate.share:
                raise ValidationError(
                    self.env._(
                        "%s does not work here any more: choose another delegate.",
                        delegate.name,
                    )
                )
            delegation._check_circle()

    def _check_circle(self):
        """Raise when delegations that hold at the same time lead back to the one who is
        away."""
        # sudo: delegations of other people make circles, too.
        others = self.sudo().search(
            [("date_start", "<=", self.date_end), ("date_end", ">=", self.date_start)]
        )
        seen, todo = set(), [(self.delegate_id, self.date_start, self.date_end)]
        while todo:
            user, start, end = todo.pop()
            for other in others.filtered(lambda d, u=user: d.user_id == u):
                since = max(start, other.date_start)
                until = min(end, other.date_end)
                if since > until or (other, since, until) in seen:
                    continue
                seen.add((other, since, until))
                if other.delegate_id == self.user_id:
                    raise ValidationError(
                        self.env._(
                            "From %(start)s until %(end)s this would lead back to "
                            "%(user)s: %(other)s delegates to them. Choose another "
                            "delegate or other dates.",
                            start=format_date(self.env, since),
                            end=format_date(self.env, until),
                            user=self.user_id.name,
                            other=other.user_id.name,
                        )
                    )
                todo.append((other.delegate_id, since, until))

    @api.model
    def _get_delegates(self, users, barred, company):
        """Return ``{user: delegator}`` of everybody who may decide for one of ``users``
        today, along chains of delegations; ``users`` themselves have no delegator.

        :param barred: users who do not decide, nor choose who does
        :param company: whose day it is
        """
        today = company._get_today()
        # sudo: delegations of other people are followed.
        rows = self.sudo().with_context(active_test=True)
        rows = rows.search(
            Domain("date_start", "<=", today) & Domain("date_end", ">=", today)
        )
        users -= barred
        found = {user: self.env["res.users"] for user in users}
        todo = [(user, user) for user in users]
        while todo:
            user, delegator = todo.pop(0)
            for row in rows.filtered(lambda d, u=user: d.user_id == u):
                delegate = row.delegate_id
                if delegate in found or delegate in barred:
                    continue
                if delegate.active and not delegate.share:
                    found[delegate] = delegator
                    todo.append((delegate, delegator))
        return found

    # -------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        delegations = super().create(vals_list)
        self.env["key.account.approval.request"]._refresh_open()
        return delegations

    def write(self, vals):
        result = super().write(vals)
        # Access rules look at records as they were: nobody makes a delegation of the
        # own one of somebody else's.
        self.check_access("write")
        self.env["key.account.approval.request"]._refresh_open()
        return result

    def unlink(self):
        result = super().unlink()
        self.env["key.account.approval.request"]._refresh_open()
        return result
