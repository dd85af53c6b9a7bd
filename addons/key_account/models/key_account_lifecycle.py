from odoo import api, fields, models
from odoo.tools import format_date

from ..exceptions import DutyError

MANAGER = "key_account.group_key_account_manager"
CREDIT = "key_account.group_key_account_credit"
USER = "key_account.group_key_account_user"
ADMIN = "key_account.group_key_account_admin"
# What a review has settled.
RATED_FIELDS = {"grade_id", "pay_mode", "prepaid_percent"}


class KeyAccount(models.Model):
    """The account's life: who may bring it where, and what its standing stops."""

    _inherit = "key.account"

    # Who may bring an account from one state to the next, any one of the groups.
    _TRANSITIONS = {
        "prospect": {"review": (USER,), "closed": (MANAGER,)},
        "review": {"active": (MANAGER,), "prospect": (USER,), "closed": (MANAGER,)},
        "active": {"suspended": (MANAGER, CREDIT), "closed": (MANAGER,)},
        "suspended": {"active": (MANAGER, CREDIT), "closed": (MANAGER,)},
        "closed": {"prospect": (MANAGER,)},
    }

    requested_by_id = fields.Many2one(
        "res.users",
        string="Submitted by",
        readonly=True,
        copy=False,
        help="Who asked for the review; somebody else decides it.",
    )

    def _assert_transition(self, state):
        # EXTENDS 'key_account'
        result = super()._assert_transition(state)
        for account in self:
            account._assert_not_own_request(state)
        return result

    def _assert_not_own_request(self, state):
        """Raise when the one who submitted the account would activate it."""
        is_decision = self.state == "review" and state == "active"
        if is_decision and not self.env.su and self.requested_by_id == self.env.user:
            raise DutyError(
                self.env._(
                    "You submitted %s yourself: another manager has to activate it.",
                    self.display_name,
                )
            )

    def _assert_may_rate(self, vals):
        """Raise when a salesperson re-rates an account that has been reviewed."""
        if self.env.su or self.env.user.has_groups(f"{MANAGER},{CREDIT}"):
            return
        for account in self.filtered(lambda a: a.state not in ("prospect", "review")):
            changed = [
                name
                for name in RATED_FIELDS
                if name in vals and account._is_changed(name, vals[name])
            ]
            if changed:
                raise DutyError(
                    self.env._(
                        "Grade and pay mode of %s have been reviewed: ask a credit "
                        "controller or a manager to change them.",
                        account.display_name,
                    )
                )

    def _is_changed(self, name, value):
        field = self._fields[name]
        return field.convert_to_write(self[name], self) != value

    def _get_order_issues(self):
        """Return the gate issues that the account's own standing raises: it is
        suspended or closed, or a qualification document has expired."""
        self.ensure_one()
        issues = []
        texts = {
            "suspended": self.env._(
                "Account %s is suspended; reactivate the account first.",
                self.display_name,
            ),
            "closed": self.env._(
                "Account %s is closed; reopen the account and have it reviewed first.",
                self.display_name,
            ),
        }
        if self.state in texts:
            issues.append(
                {"code": self.state, "kind": "account", "text": texts[self.state]}
            )
        for document in self.document_ids._filtered_latest():
            if document.state == "expired":
                text = self.env._(
                    "Document %(number)s of account %(account)s expired on %(date)s; "
                    "add the renewed document, or archive this one.",
                    number=document.name,
                    account=self.display_name,
                    date=format_date(self.env, document.date_expiry),
                )
                issues.append(
                    {
                        "code": "document_expired",
                        "kind": "document",
                        "subject": str(document.id),
                        "text": text,
                    }
                )
        return issues

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        # Judged by the result: a state may also come from a default.
        accounts._assert_may_start()
        return accounts

    def _assert_may_start(self):
        """Accounts start as prospects; administrators may import them in any state."""
        if self.env.su or self.env.user.has_group(ADMIN):
            return
        if any(account.state != "prospect" for account in self):
            raise DutyError(
                self.env._(
                    "A new account starts as a prospect: leave its state empty, or ask "
                    "an administrator to import it."
                )
            )

    def write(self, vals):
        vals = {name: vals[name] for name in vals if name != "requested_by_id"}
        if "state" in vals:
            unchanged = self.filtered(lambda account: account.state == vals["state"])
            if unchanged:
                rest = {name: vals[name] for name in vals if name != "state"}
                return (self - unchanged).write(vals) and unchanged.write(rest)
            self._assert_transition(vals["state"])
            if vals["state"] == "review":
                vals["requested_by_id"] = self.env.uid
        if "partner_id" in vals or "company_id" in vals:
            self._assert_may_change_customer(vals)
        if RATED_FIELDS.intersection(vals):
            self._assert_may_rate(vals)
        result = super().write(vals)
        if "state" in vals:
            self.env["sale.order"]._gate_wake()
        return result

    def _assert_may_change_customer(self, vals):
        for account in self:
            changed = any(
                name in vals and account._is_changed(name, vals[name])
                for name in ("partner_id", "company_id")
            )
            if changed and account.state not in ("prospect", "review"):
                raise DutyError(
                    self.env._(
                        "The customer of %s cannot be exchanged, the account has a "
                        "history: create another account.",
                        account.display_name,
                    )
                )

    def _set_state(self, state):
        self.write({"state": state})
        return True

    def action_submit(self):
        """Hand a prospect in for review."""
        return self._set_state("review")

    def action_activate(self):
        """Let a reviewed or suspended account buy (manager; credit controller after
        a suspension)."""
        return self._set_state("active")

    def action_suspend(self):
        """Stop new orders of the account; what was ordered is still delivered."""
        return self._set_state("suspended")

    def action_close(self):
        """End the relationship; documents stay readable."""
        return self._set_state("closed")

    def action_return_to_prospect(self):
        """Send an account back from review, or reopen a closed one."""
        return self._set_state("prospect")
