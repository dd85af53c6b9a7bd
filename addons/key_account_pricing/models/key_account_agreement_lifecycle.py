from odoo import models

from ..exceptions import AgreementError


class KeyAccountAgreement(models.Model):
    """The agreement's versions: an amendment makes the next one, which takes over."""

    _inherit = "key.account.agreement"

    _VERB_FIELDS = {"version": 1, "previous_id": False}

    def action_amend(self):
        """Return the action that opens the next version of an active agreement.

        :raise AgreementError: it is not in force, or is being amended already
        """
        self.ensure_one()
        today = self.company_id._get_today()
        has_ended = self.date_end and self.date_end < today
        if self.state != "active" or has_ended:
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
        version = self.sudo().copy(
            {
                "name": self.name,
                "version": self.version + 1,
                "previous_id": self.id,
                "date_start": max(self.company_id._get_today(), self.date_start),
            }
        )
        # What users save as their own default counts for the superuser, too.
        version._assert_verbs_not_given(without=("version", "previous_id"))
        return version

    # ------------------------------------------------------------------ checks

    def _assert_complete(self):
        # EXTENDS 'key_account_pricing'
        self.line_ids._assert_volumes()
        return super()._assert_complete()

    def _describe_locked(self):
        # EXTENDS 'key_account_pricing'
        return self.env._(
            "%s is not a draft any more and cannot be changed: amend it, that makes the "
            "next version.",
            self.display_name,
        )

    # ----------------------------------------------------------------- expiry

    def _expire_due(self):
        # EXTENDS 'key_account_pricing': earlier versions of what is in force end, too.
        # sudo: nobody's hand is needed for what the calendar says.
        begun = self.sudo().filtered(
            lambda a: a.state == "active" and a.date_start <= a.company_id._get_today()
        )
        begun._get_overtaken()._set_state("expired")
        return super()._expire_due()

    def _get_overtaken(self):
        """Return the active versions before these of the same number: one that begins
        ends all of them, also one in between that would have begun later."""
        latest = {}
        for agreement in self:
            key = (agreement.name, agreement.company_id)
            latest[key] = max(agreement.version, latest.get(key, 0))
        active = self.search(
            [("name", "in", self.mapped("name")), ("state", "=", "active")]
        )
        return active.filtered(
            lambda a: a.version < latest.get((a.name, a.company_id), 0)
        )
