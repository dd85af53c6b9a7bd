from odoo import fields, models
from odoo.tools import clean_context

from .key_account_credit_request import DECIDERS

ACTIVITY = "key_account_credit.mail_activity_type_request"


class KeyAccountCreditRequest(models.Model):
    """What follows from a decision, and who is told."""

    _inherit = "key.account.credit.request"

    def _approve(self, user):
        """Approve one request in the name of ``user``, who may: the limits change."""
        self._assert_possible()
        self._set_state(
            "approved", decided_by_id=user.id, date_decided=fields.Datetime.now()
        )
        self._carry_out()
        self._drop_activities()
        self._tell_asker(self.env._("%s approved it: it counts.", user.name))

    def _reject(self, user, reason):
        """Reject one request in the name of ``user``, who may."""
        self._set_state(
            "rejected",
            decided_by_id=user.id,
            date_decided=fields.Datetime.now(),
            reject_reason=reason,
        )
        self._drop_activities()
        self._tell_asker(
            self.env._(
                "%(user)s rejected it: %(reason)s", user=user.name, reason=reason
            )
        )

    def _carry_out(self):
        """End the limits that are to end and make the new one; held orders are judged
        again. Locks the account."""
        self.ensure_one()
        # A caller's defaults are no part of what was approved.
        # sudo: limits are written by approved requests alone, nobody has the right.
        request = self.with_context(clean_context(self.env.context)).sudo()
        request.key_account_id._credit_lock()
        ended = request._get_limits_to_end()
        ended._end(request._get_last_day())
        ended.end_request_id = request
        if request.kind != "end":
            request.env["key.account.credit.limit"].create(
                request._prepare_limit_vals()
            )

    def _prepare_limit_vals(self):
        return {
            "key_account_id": self.key_account_id.id,
            "kind": self.kind,
            "scope": self.scope,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "date_start": self._get_start(),
            "date_end": self.date_end,
            "state": "active",
            "insurer": self.insurer,
            "amount_insured": self.amount_insured,
            "reason": self.reason,
            "request_id": self.id,
        }

    # -------------------------------------------------------------------- tell

    def _tell_deciders(self):
        """Give those who may decide an activity: of the account's team those with the
        right, else all who have it, never whom the request comes from."""
        groups = [self.env.ref(xmlid).id for xmlid in DECIDERS]
        # sudo: people are found who may not read each other.
        users = (
            self.env["res.users"]
            .sudo()
            .search([("all_group_ids", "in", groups), ("share", "=", False)])
        )
        for request in self.sudo():  # sudo: the activities are other people's
            able = users.filtered(
                lambda user, r=request: r.company_id in user.company_ids
            )
            able -= request._get_approval_owners()
            able = (able & request.key_account_id.member_ids.user_id) or able
            for user in able:
                # Quick: one mail for each would be more than anybody reads.
                request.with_context(
                    lang=user.lang, mail_activity_quick_update=True
                ).activity_schedule(
                    ACTIVITY,
                    summary=request.with_context(lang=user.lang)._get_summary(),
                    note=request.reason,
                    user_id=user.id,
                )

    def _get_summary(self):
        return self.env._(
            "Decide on %(request)s of %(account)s",
            request=self.name,
            account=self.key_account_id.display_name,
        )

    def _drop_activities(self):
        # sudo: the activities are other people's.
        self.sudo().activity_unlink([ACTIVITY])

    def _tell_asker(self, sentence):
        # sudo: whoever decides by a rule may not read all of it.
        request = self.sudo()
        request.message_post(
            body=sentence,
            partner_ids=(request.asked_by_id - self.env.user).partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )
