from odoo import api, fields, models
from odoo.tools import format_list

from odoo.addons.key_account.exceptions import DutyError, TransitionError
from odoo.addons.key_account.models.key_account_lifecycle import ADMIN, MANAGER, USER

from ..exceptions import AgreementError

# What may still be changed once an agreement is handed in.
OPEN_FIELDS = {"user_id", "message_main_attachment_id"}


class KeyAccountAgreement(models.Model):
    """The agreement's life: handed in, approved, in force, amended, ended."""

    _inherit = "key.account.agreement"

    # Who may bring an agreement from one state to the next, any one of the groups.
    _TRANSITIONS = {
        "draft": {"approval": (USER,)},
        "approval": {"active": (MANAGER,), "draft": (USER,)},
        "active": {"expired": (ADMIN,), "terminated": (MANAGER,)},
    }

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("approval", "In Approval"),
            ("active", "Active"),
            ("expired", "Expired"),
            ("terminated", "Terminated"),
        ],
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        default="draft",
        group_expand=True,
    )
    requested_by_id = fields.Many2one(
        "res.users",
        string="Submitted by",
        readonly=True,
        copy=False,
        help="Somebody else activates the agreement.",
    )

    # ----------------------------------------------------------------- actions

    def action_submit(self):
        """Hand drafts in; a manager who did not write them activates them."""
        for agreement in self:
            agreement._assert_complete()
        self._set_state("approval")
        # sudo: only written here, users never do.
        self.sudo().requested_by_id = self.env.uid
        return True

    def action_return_to_draft(self):
        """Send agreements back to be changed."""
        return self._set_state("draft")

    def action_activate(self):
        """Put agreements in force: prices and volumes count from their first day."""
        self._assert_approved(self.env._("activated"))
        for agreement in self:
            if self.env.user in agreement._get_approval_owners() | (
                agreement.requested_by_id
            ):
                raise DutyError(
                    self.env._(
                        "%s comes from you: another manager has to activate it.",
                        agreement.display_name,
                    )
                )
            agreement._assert_complete()
        self._set_state("active")
        self._expire_due()
        return True

    def action_terminate(self):
        """End agreements before their time; orders that were confirmed stay as they
        are."""
        return self._set_state("terminated")

    def action_amend(self):
        """Return the action that opens the next version of an active agreement.

        :raise AgreementError: it is not in force, or is being amended already
        """
        self.ensure_one()
        if self.state != "active":
            raise AgreementError(
                self.env._(
                    "%s is not in force and cannot be amended: make a new agreement.",
                    self.display_name,
                )
            )
        open_version = self.next_ids.filtered(
            lambda a: a.state in ("draft", "approval")
        )
        if open_version:
            raise AgreementError(
                self.env._(
                    "%(agreement)s is being amended already: work on %(version)s.",
                    agreement=self.display_name,
                    version=open_version[0].display_name,
                )
            )
        version = self._make_next_version()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": version.id,
            "views": [(False, "form")],
        }

    def _make_next_version(self):
        self.check_access("write")
        # sudo: number and version are not for users to say.
        return self.sudo().copy(
            {
                "name": self.name,
                "version": self.version + 1,
                "previous_id": self.id,
                "date_start": fields.Date.context_today(self),
            }
        )

    # ------------------------------------------------------------------ checks

    def _set_state(self, state):
        """The only door to the state.

        :raise TransitionError: it cannot follow the present one
        :raise DutyError: it is somebody else's to set
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for agreement in self:
            steps = self._TRANSITIONS.get(agreement.state, {})
            if state not in steps:
                raise TransitionError(
                    self.env._(
                        "%(agreement)s is %(old)s and cannot become %(new)s.",
                        agreement=agreement.display_name,
                        old=labels[agreement.state],
                        new=labels[state],
                    )
                )
            groups = steps[state]
            if not self.env.su and not self.env.user.has_groups(",".join(groups)):
                # sudo: group names are shown to people who may not read groups.
                names = [self.env.ref(xmlid).sudo().full_name for xmlid in groups]
                raise DutyError(
                    self.env._(
                        "You cannot set %(agreement)s to %(new)s: ask one of: "
                        "%(groups)s.",
                        agreement=agreement.display_name,
                        new=labels[state],
                        groups=format_list(self.env, names),
                    )
                )
        self.check_access("write")
        # sudo: the state is written here only, see write().
        self.sudo().write({"state": state})
        return True

    def _assert_complete(self):
        if not self.line_ids:
            raise AgreementError(
                self.env._(
                    "%s has no lines: add at least one product with its price.",
                    self.display_name,
                )
            )
        self.line_ids._assert_volumes()

    def _assert_may_start(self):
        for agreement in self:
            is_forged = agreement.state != "draft" or agreement.previous_id
            if is_forged and not self.env.su:
                raise DutyError(
                    self.env._(
                        "A new agreement starts as a draft in version 1: leave state and "
                        "version empty."
                    )
                )

    def _assert_draft(self):
        for agreement in self:
            if agreement.state != "draft":
                raise AgreementError(
                    self.env._(
                        "%s is not a draft any more and cannot be changed: amend it, "
                        "that makes the next version.",
                        agreement.display_name,
                    )
                )

    def write(self, vals):
        if {"state", "version", "previous_id", "requested_by_id", "name"} & set(vals):
            if not self.env.su:
                raise DutyError(
                    self.env._(
                        "State, number and version of an agreement follow from its "
                        "buttons: use those."
                    )
                )
        elif set(vals) - OPEN_FIELDS and not self._is_chatter(vals):
            self._assert_draft()
        return super().write(vals)

    def _is_chatter(self, vals):
        return all(name.startswith(("message_", "activity_")) for name in vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        self._assert_draft()

    # ----------------------------------------------------------------- expiry

    def _expire_due(self):
        """Expire what has ended, and earlier versions of what is in force."""
        today = fields.Date.context_today(self)
        # sudo: nobody's hand is needed for what the calendar says.
        active = self.sudo().filtered(lambda a: a.state == "active")
        begun = active.filtered(lambda a: a.date_start <= today)
        replaced = begun.previous_id.filtered(lambda a: a.state == "active")
        ended = active.filtered(lambda a: a.date_end and a.date_end < today)
        (replaced | ended)._set_state("expired")

    @api.model
    def _cron_expire(self):
        """Expire agreements whose time is over."""
        self.search([("state", "=", "active")])._expire_due()
