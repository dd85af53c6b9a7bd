import logging

from odoo import api, fields, models

from odoo.addons.key_account.models.key_account_lifecycle import CREDIT

_logger = logging.getLogger(__name__)

TEMPLATE = "key_account_credit.mail_template_credit_digest"


class ResUsers(models.Model):
    """The weekly digest to the credit controllers: one mail for each of them, with a
    part for each of their companies that sends it."""

    _inherit = "res.users"

    credit_digest = fields.Boolean(
        string="Weekly Credit Digest",
        default=True,
        help="Credit controllers get a mail each week about exposure, limits, overdue "
        "invoices and held orders.",
    )
    date_credit_digest = fields.Date(
        string="Last Credit Digest", readonly=True, copy=False
    )

    @property
    def SELF_READABLE_FIELDS(self):
        # EXTENDS 'base': a preference of one's own.
        return [*super().SELF_READABLE_FIELDS, "credit_digest"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        # EXTENDS 'base': a preference of one's own.
        return [*super().SELF_WRITEABLE_FIELDS, "credit_digest"]

    @api.model
    def _cron_send_credit_digest(self):
        """Send each credit controller the digest of the week, once a week whatever
        happens; each in a transaction of its own."""
        users = self._get_credit_digest_readers()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(users))
        for user in users:
            try:
                user._send_credit_digest()
            except Exception:  # pylint: disable=broad-exception-caught
                # Whatever is wrong with one digest does not keep the others waiting.
                self.env.cr.rollback()
                _logger.exception("No credit digest for %s", user.login)
            if not cron._commit_progress(1):
                return

    @api.model
    def _get_credit_digest_readers(self):
        """Return the credit controllers who want the digest, can be written to, and have
        not got this week's."""
        # sudo: people are found whoever runs the job.
        users = self.sudo().search(
            [
                ("all_group_ids", "in", self.env.ref(CREDIT).ids),
                ("share", "=", False),
                ("credit_digest", "=", True),
                ("email", "!=", False),
            ],
            order="id",
        )
        week = fields.Date.context_today(self).isocalendar()[:2]
        return users.filtered(
            lambda user: (
                not user.date_credit_digest
                or user.date_credit_digest.isocalendar()[:2] != week
            )
        )

    def _send_credit_digest(self):
        """Send the user the digest of the companies that send one and have something to
        tell; the figures are those that the user may read."""
        self.ensure_one()
        reader = self.with_user(self).with_context(lang=self.lang, tz=self.tz)
        parts = []
        for company in self.company_ids.filtered("credit_digest"):
            own = company.with_env(reader.env).with_context(
                allowed_company_ids=company.ids
            )
            if part := own._get_credit_digest():
                parts.append(part)
        if not parts:
            return
        # The figures come with the context: a template that fetched them itself could be
        # rendered by others, about this user. For the same reason the mail belongs to no
        # record: whoever reads a user would read it.
        template = self.env.ref(TEMPLATE).with_context(
            lang=self.lang, credit_digest=parts
        )
        template.send_mail(self.id, email_values={"model": False, "res_id": False})
        self.date_credit_digest = fields.Date.context_today(self)
