import logging

import psycopg2
from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

_logger = logging.getLogger(__name__)

ACTIVITY = "key_account_split.mail_activity_type_release"
# How many child orders a transaction of the job releases.
BATCH = 20


class SaleOrder(models.Model):
    """The job that releases child orders on their day."""

    _inherit = "sale.order"

    @api.model
    def _cron_release(self):
        """Release the child orders whose day has come, the first to be due first.

        Commits batch by batch: what a run has no time for, or is interrupted at, the next
        one releases. Rows that another process works on are passed over, several share
        the work. An order that cannot be released keeps waiting, and its salesperson is
        told why; it holds nobody else up.
        """
        cron = self.env["ir.cron"]
        due = self.search(self._get_release_due_domain(), order="date_release, id")
        cron._commit_progress(remaining=len(due))
        for start in range(0, len(due), BATCH):
            batch = due[start : start + BATCH]
            try:
                batch._release_apart()
            except psycopg2.OperationalError as error:
                # Somebody has just changed one of them: the next run sees what.
                self.env.cr.rollback()
                _logger.info("Release of %s is left to the next run: %s", batch, error)
            if not cron._commit_progress(len(batch)):
                break

    def _release_apart(self):
        """Release what of these child orders nobody else works on, together; where that
        fails, each by itself. Locks the orders' rows."""
        batch = self.try_lock_for_update().filtered_domain(
            self._get_release_due_domain()
        )
        try:
            with self.env.cr.savepoint():
                batch._release()
            return
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # pylint: disable=broad-exception-caught
            if len(batch) == 1:
                batch._tell_release_failed(error)
                return
        for child in batch:
            child._release_apart()

    def _tell_release_failed(self, error):
        """Tell the salesperson of this order why it was not released, once for each
        reason."""
        self.ensure_one()
        user = self.user_id or self.parent_order_id.user_id
        env = self.with_context(lang=user.lang or self.env.lang).env
        reason = str(error).strip().rstrip(".")
        if not isinstance(error, UserError):
            _logger.error("Child order %s was not released", self.id, exc_info=error)
            reason = env._("an unexpected error, ask the administrator")
        summary = env._("%s was not given to the warehouse", self.name)
        note = env._(
            "%(summary)s: %(reason)s. The job tries again every hour.",
            summary=summary,
            reason=reason,
        )
        known = self.activity_search([ACTIVITY])
        if known and html2plaintext(known[0].note).split() == note.split():
            return
        known.unlink()
        body = Markup("<p>%s</p>") % note
        self._message_log(body=body)
        if user:
            self.activity_schedule(
                ACTIVITY, summary=summary, note=body, user_id=user.id
            )

    def _release(self):
        # What kept an order from its release, has been settled.
        released = super()._release()
        # sudo: the activities are other people's.
        released.sudo().activity_unlink([ACTIVITY])
        return released
