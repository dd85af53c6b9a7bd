from odoo import models
from odoo.exceptions import UserError

from odoo.addons.key_account.tools.remember import recall, remember
from odoo.addons.queue_job.exception import RetryableJobError

from .sale_order import AT_WORK

# {leading recipient: name of the child order}, fixed when the split began.
NAMES = "key_account_split_queue.names"
# The child orders take over now what their parent has taken.
DIVIDED = "key_account_split_queue.divided"
# Between two looks of an undo at jobs that are still at work.
SECONDS_TO_WAIT = 3


class SaleOrder(models.Model):
    """The jobs of a split. Each may be run again at any time, also after its process
    was killed: what is there already is left as it is."""

    _inherit = "sale.order"

    # --------------------------------------------------------------------- jobs

    def _split_job_create(self, run, recipient_ids, first, width):
        """Make the child orders of these recipients, as quotations.

        The parent's row is not touched, so that several processes can do this at once.

        :param run: the split that this belongs to, see ``split_job_run``
        :param recipient_ids: whole groups, where recipients share a child order
        :param first: number of the first child order
        :param width: digits of the numbers
        """
        if self._is_split_run(run):
            recipients = self.env["sale.order.recipient"].browse(recipient_ids)
            leading = self._group_recipients(recipients)
            names = {
                recipient: f"{self.name}-{number:0{width}d}"
                for number, recipient in enumerate(leading, start=first)
            }
            with remember(self.env, NAMES, names):
                self._attempt_split(lambda: self._create_missing_children(recipients))

    def _split_job_finish(self, run):
        """Confirm the order with all its child orders, in one transaction: what is
        held, or refused, leaves the order a quotation without child orders."""
        if self._is_split_run(run):
            self._attempt_split(self._finish_split)

    def _split_job_undo(self, run):
        """Remove the child orders that a split has made so far, once none of its jobs
        is at work any more."""
        if self.split_job_run != run or self.split_job_state != "undoing":
            return
        if "started" in self._get_split_jobs().mapped("state"):
            raise RetryableJobError(
                "other jobs are at work", seconds=SECONDS_TO_WAIT, ignore_retry=True
            )
        self._undo_split()

    def _split_job_failed(self, exc_name, **_values):
        """A job has failed for another reason than a refusal: the split is undone."""
        if self.split_job_state in ("creating", "confirming"):
            self._give_up_split(
                self.env._(
                    "An unexpected error stopped it (%s): ask the administrator, who "
                    "finds it among the failed jobs.",
                    exc_name,
                )
            )

    def _is_split_run(self, run):
        return (
            bool(self.exists())
            and self.split_job_run == run
            and self.split_job_state == "creating"
        )

    # -------------------------------------------------------------------- steps

    def _attempt_split(self, step):
        """Run a step of the split; a refusal leaves nothing of it, and is told."""
        try:
            with self.env.cr.savepoint(), remember(self.env, AT_WORK, True):
                step()
        except UserError as error:
            self._give_up_split(str(error))

    def _create_missing_children(self, recipients):
        # sudo: nobody sees the child orders before they are confirmed.
        children = self.sudo().search(
            [("parent_order_id", "=", self.id), ("recipient_id", "in", recipients.ids)]
        )
        living = children.filtered(lambda child: child.state != "cancel")
        served = living.recipient_id
        self._create_children(
            recipients.filtered(lambda one: one._get_leading() not in served)
        )

    def _prepare_child_vals_list(self, recipients):
        # EXTENDS 'key_account_split': numbers do not depend on which job is first.
        vals_list = super()._prepare_child_vals_list(recipients)
        if names := recall(self.env, NAMES):
            leading = self._group_recipients(recipients)
            for recipient, vals in zip(leading, vals_list, strict=True):
                vals["name"] = names[recipient]
        return vals_list

    def _finish_split(self):
        order = self.sudo()  # sudo: only verbs write the state of the split.
        order.split_job_state = "confirming"
        # The child orders can be seen now, within this transaction.
        self.env.invalidate_all()
        self.action_confirm()
        if self.state != "split":
            self._give_up_split(
                self.env._("The gate holds the order: open it to see why.")
            )
            return
        self._tell_split(
            "success",
            self.env._(
                "%(order)s has been split into %(count)s child orders.",
                order=self.name,
                count=order.child_order_count,
            ),
        )
        self._end_split()
        self._enqueue_release()

    def _split(self):
        # EXTENDS 'key_account_split'
        with remember(self.env, DIVIDED, True):
            return super()._split()

    def _gate_get_parts(self):
        # EXTENDS 'key_account': child orders count when the split confirms them, not
        # while they are made.
        parts = super()._gate_get_parts()
        if recall(self.env, DIVIDED):
            return parts
        making = self.filtered(lambda o: o.split_job_state and o.state != "split")
        return parts - making.child_order_ids if making else parts

    # --------------------------------------------------------------------- ends

    def _give_up_split(self, reason):
        """Have what was made removed, and tell who asked for the split why.

        :param reason: one sentence
        """
        jobs = self._get_split_jobs()
        jobs.filtered(
            lambda job: job.state in ("wait_dependencies", "pending", "enqueued")
        ).button_cancelled()
        order = self.sudo()  # sudo: only verbs write the state of the split.
        order.split_job_state = "undoing"
        self._enqueue_undo()
        text = self.env._(
            "%(order)s was not split and is a quotation as before. %(reason)s",
            order=self.name,
            reason=reason,
        )
        self._tell_split("danger", text)
        order.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("Not split"),
            note=reason,
            user_id=order.split_job_user_id.id,
        )

    def _undo_split(self):
        # sudo: nobody may remove, or see, child orders that are being made.
        made = self.sudo().search(
            [("parent_order_id", "=", self.id), ("state", "in", ("draft", "sent"))]
        )
        with remember(self.env, AT_WORK, True):
            made.unlink()
        self._end_split()

    def _end_split(self):
        # sudo: only verbs write the state of the split.
        self.sudo().write(
            {
                "split_job_state": False,
                "split_job_graph": False,
                "split_job_user_id": False,
            }
        )

    def _tell_split(self, kind, text):
        """Tell whoever asked for the split, wherever they are, how it ended; the order
        keeps it."""
        user = self.sudo().split_job_user_id  # sudo: as _VERB_FIELDS are written
        user._bus_send(
            "key_account_split_queue.ended",
            {"type": kind, "message": text, "order_id": self.id},
        )
        self.message_post(body=text)
