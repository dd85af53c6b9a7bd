from odoo import models
from odoo.fields import Domain

from odoo.addons.queue_job.delay import chain

# Child orders that a job gives to the warehouse together.
RELEASED_TOGETHER = 200


class SaleOrder(models.Model):
    """What a split in the background has confirmed goes to the warehouse by jobs, too."""

    _inherit = "sale.order"

    def _filter_released_at_once(self, days):
        # EXTENDS 'key_account_split': nobody waits, so the transaction that confirms all
        # of them is kept short.
        now = super()._filter_released_at_once(days)
        return now.filtered(
            lambda child: (
                not child.parent_order_id.split_job_state or not child._has_goods()
            )
        )

    def _enqueue_release(self):
        """Enqueue the release of what has been confirmed and is due, one job after the
        other: they ask for the same goods, and would run into each other. What a job
        leaves undone is for the scheduled release."""
        self.ensure_one()
        due = self.search(
            self._get_release_due_domain() & Domain("parent_order_id", "=", self.id),
            order="date_release, id",
        )
        jobs = [
            due[start : start + RELEASED_TOGETHER]
            .delayable(description=self.env._("Split %s: release", self.name))
            ._split_job_release()
            for start in range(0, len(due), RELEASED_TOGETHER)
        ]
        if jobs:
            chain(*jobs).delay()

    def _split_job_release(self):
        """Give those of these child orders to the warehouse that still wait for it."""
        self.exists()._release_apart()
