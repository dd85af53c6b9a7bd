from odoo import fields, models

ACTIVITY = "key_account_fund.mail_activity_type_request"
ADMIN = "key_account.group_key_account_admin"
# What a request waits for in a state.
NEXT = {"asked": "approved", "approved": "done"}


class KeyAccountFundRequest(models.Model):
    """Who learns that a request waits: those who may take its next step."""

    _inherit = "key.account.fund.request"

    def _set_state(self, state, **vals):
        # EXTENDS 'key_account_fund'
        result = super()._set_state(state, **vals)
        self._tell_next()
        return result

    def _tell_next(self):
        """Give an activity to each user who may take these requests' next step, and take
        back what the last step was told by. Whom a rule asks is told by its approval."""
        if not self:
            return
        # sudo: activities are other people's, who may not read each other.
        requests = self.sudo()
        requests.activity_unlink([ACTIVITY])
        waiting = requests.filtered(lambda request: request.state in NEXT)
        asked_by_rule = waiting._get_approval_missing()
        for request in waiting.filtered(lambda r: r not in asked_by_rule):
            users = request._get_next_users()
            summary = request._describe_next(bool(users))
            for user in users or request._get_users((ADMIN,)):
                request.with_context(mail_activity_quick_update=True).activity_schedule(
                    ACTIVITY,
                    date_deadline=fields.Date.context_today(self),
                    summary=summary,
                    note=request.reason,
                    user_id=user.id,
                )

    def _get_next_users(self):
        """Return who may take the next step: of the account's team those with the right,
        else all who have it, never whom the request comes from."""
        groups = self._TRANSITIONS[self.state][NEXT[self.state]]
        able = self._get_users(groups) - self._get_approval_owners()
        return (able & self.key_account_id.member_ids.user_id) or able

    def _get_users(self, xmlids):
        domain = [
            ("all_group_ids", "in", [self.env.ref(xmlid).id for xmlid in xmlids]),
            ("share", "=", False),
            ("company_ids", "in", self.company_id.ids),
        ]
        return self.env["res.users"].search(domain)

    def _describe_next(self, has_users):
        if not has_users:
            return self.env._(
                "Nobody else can decide on %s: give somebody the right",
                self.display_name,
            )
        if self.state == "asked":
            return self.env._("Decide on %s", self.display_name)
        return self.env._("Carry out %s", self.display_name)
