import logging
from collections import defaultdict

from markupsafe import Markup

from odoo import api, models

_logger = logging.getLogger(__name__)

ACTIVITY = "key_account_fund.mail_activity_type_audit"
ACCOUNTANTS = ("account.group_account_user", "account.group_account_invoice")


class KeyAccountFund(models.Model):
    """The daily proof, and who is told when it fails."""

    _inherit = "key.account.fund"

    @api.model
    def _cron_audit(self):
        """Prove all funds, company by company, each in a transaction of its own. It only
        reads, so that there is no reason to stop half-way: each company has its turn
        every day."""
        groups = self._read_group([], ["company_id"], ["id:recordset"])
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(groups))
        for company, funds in groups:
            try:
                funds.with_company(company)._watch()
            except Exception:  # pylint: disable=broad-exception-caught
                # Whatever is wrong with one company does not keep the others waiting.
                self.env.cr.rollback()
                _logger.exception("The funds of %s could not be proven", company.name)
            cron._commit_progress(1)

    def _watch(self):
        """Audit these funds, all of one company, and see to it that its accountant has
        one activity for each fund with which something is wrong, and none for others.

        An activity that is open is brought up to date; it is closed when the fund is in
        order again. It has the first finding as its summary, all of them as its note.
        """
        user = self._get_audit_user()
        told = self.with_context(lang=user.lang or self.env.user.lang)
        found = defaultdict(list)
        for fund, sentence in told._get_findings():
            _logger.warning("Audit of funds: %s", sentence)
            found[fund].append(sentence)
        is_open = self.activity_search([ACTIVITY]).grouped("res_id")
        for fund, sentences in found.items():
            vals = {
                "summary": sentences[0],
                "note": Markup("<br/>").join(sentences),
            }
            activities = is_open.pop(fund.id, None)
            if not activities:
                fund.activity_schedule(ACTIVITY, user_id=user.id, **vals)
            elif activities[0].summary != vals["summary"]:
                activities[0].write(vals)
        for activities in is_open.values():
            activities.action_feedback(told.env._("The next check found it in order."))

    def _get_audit_user(self):
        """Return who is told: of the company's accountants the first, who may do the
        accounting before who may only invoice; nobody there: the current user."""
        # sudo: a person is found who may not read the company.
        Users = self.env["res.users"].sudo()
        for xmlid in ACCOUNTANTS:
            domain = [
                ("all_group_ids", "in", self.env.ref(xmlid).ids),
                ("company_ids", "in", self.company_id.ids),
                ("share", "=", False),
            ]
            if user := Users.search(domain, order="id", limit=1):
                return user
        return self.env.user
