from odoo import models

from odoo.addons.key_account.tools.remember import recall
from odoo.addons.key_account_split.exceptions import SplitError
from odoo.addons.queue_job.delay import chain, group
from odoo.addons.queue_job.utils import must_run_without_delay

from .sale_order import AT_WORK

# Child orders of one job: as many jobs as keep several processes busy, each short enough
# that little is lost when its process dies.
JOBS = 8
CHUNK_RANGE = (25, 500)
# Of a job that runs into other people's work.
MAX_TRIES = 20
# So many quotations are removed while the user waits.
REMOVED_AT_ONCE = 500


class SaleOrder(models.Model):
    """Who is split in the background, and how that begins and is called off."""

    _inherit = "sale.order"

    def _gate_evaluate(self):
        # EXTENDS 'key_account': what has passed the gate and is large goes on in the
        # background; the gate judges it once more when it is confirmed there.
        passed = super()._gate_evaluate()
        large = passed._filter_background()
        large._start_background_split()
        return passed - large

    def _assert_ready_to_split(self):
        # EXTENDS 'key_account_split'
        if not recall(self.env, AT_WORK):
            self._assert_not_being_split()
        return super()._assert_ready_to_split()

    def _job_prepare_context_before_enqueue_keys(self):
        # EXTENDS 'queue_job': what the button said about the confirmation holds for the
        # confirmation in the background.
        keys = super()._job_prepare_context_before_enqueue_keys()
        return (*keys, "validate_analytic", "send_email")

    def _filter_background(self):
        """Return the quotations among these with more child orders to be made than their
        company makes while the user waits. Changes of a split order are few: the user
        waits for them, and for every split where `queue_job` is told to schedule
        nothing."""
        if must_run_without_delay(self.env):
            return self.browse()
        return self.filtered(
            lambda order: (
                not order.parent_order_id
                and not order.split_job_state
                and not order.is_recipient_change
                and 0 < order.company_id.split_background_limit < order._count_groups()
            )
        )

    def _count_groups(self):
        """Return how many child orders a split makes, all recipients being served."""
        self.ensure_one()
        if self.split_by == "recipient":
            return self.recipient_count
        return len(self._group_recipients(self.recipient_ids))

    # ------------------------------------------------------------------- begin

    def _start_background_split(self):
        """Lock these orders and enqueue the jobs that split them.

        :raise AccessError: the user may not write the orders, as who confirms them must
        :raise UserError: what core checks when an order is confirmed
        """
        self.check_access("write")
        for order in self:
            if error := order._confirmation_error_message():
                raise SplitError(f"{order.name}: {error}")
        self.order_line._validate_analytic_distribution()
        for order in self:
            order._enqueue_split()

    def _enqueue_split(self):
        """Enqueue the jobs that make child orders, each for groups of recipients of its
        own, and the one that confirms all, after them."""
        self.ensure_one()
        order = self.sudo()  # sudo: only verbs write the state of the split.
        self._clear_leading()
        recipients = self._get_recipients_to_serve()
        groups = list(self._group_recipients(recipients).values())
        size = min(max(-(-len(groups) // JOBS), CHUNK_RANGE[0]), CHUNK_RANGE[1])
        first = order.child_order_count + 1
        width = max(3, len(str(first + len(recipients))))
        run = order.split_job_run + 1
        making = [
            self._delay_split(
                self.env._("Split %s: child orders", self.name)
            )._split_job_create(
                run,
                self.recipient_ids.browse().union(*groups[start : start + size]).ids,
                first + start,
                width,
            )
            for start in range(0, len(groups), size)
        ]
        finish = self._delay_split(
            self.env._("Split %s: confirm", self.name)
        )._split_job_finish(run)
        chain(group(*making), finish).delay()
        order.write(
            {
                "split_job_state": "creating",
                "split_job_run": run,
                "split_job_graph": finish._generated_job.graph_uuid,
                "split_job_user_id": self.env.uid,
            }
        )

    def _delay_split(self, description):
        return self.delayable(description=description, max_retries=MAX_TRIES)

    # ---------------------------------------------------------------- call off

    def action_cancel_split(self):
        """Call off a split in the background: its jobs are cancelled, the child orders
        made so far removed, and the order is a quotation as before.

        :raise SplitError: it is too late, or nothing is being split
        """
        self.check_access("write")
        for order in self:
            if order.split_job_state != "creating":
                raise SplitError(
                    self.env._(
                        "The split of %s cannot be cancelled, it is not in progress: "
                        "reload the page to see what became of it.",
                        order.name,
                    )
                )
            order._call_off_split()
            order.message_post(body=self.env._("The split was cancelled."))
        return True

    def _call_off_split(self):
        """Cancel what has not begun and remove the child orders, by a job where others
        are still at work.

        A job that begins at this moment changes its row, which is changed here, too:
        one of both fails and starts again.
        """
        self.ensure_one()
        jobs = self._get_split_jobs()
        running = jobs.filtered(lambda job: job.state == "started")
        if "_split_job_finish" in running.mapped("method_name"):
            raise SplitError(
                self.env._(
                    "%s is being confirmed, that cannot be stopped any more: wait for "
                    "it, then cancel the order.",
                    self.name,
                )
            )
        jobs.button_cancelled()
        order = self.sudo()  # sudo: only verbs write the state of the split.
        order.split_job_state = "undoing"
        if running or order.split_progress["made"] > REMOVED_AT_ONCE:
            self._enqueue_undo()
        else:
            self._undo_split()

    def _enqueue_undo(self):
        self._delay_split(self.env._("Split %s: undo", self.name))._split_job_undo(
            self.split_job_run
        ).delay()

    def _get_split_jobs(self):
        """Return the jobs of the split in the background that these orders are in."""
        # sudo: users have no right to jobs, here to those of an order of theirs.
        graphs = self.sudo().mapped("split_job_graph")
        Job = self.env["queue.job"].sudo()  # sudo: as above
        return Job.search([("graph_uuid", "in", [g for g in graphs if g])])
