import json
import logging
from datetime import timedelta

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

# The orders that the last run had no time for: ids, as JSON.
REST = "key_account.gate_rest"
# What happened while the orders were judged in several runs counts soon, too.
ANOTHER_ROUND = timedelta(minutes=5)


class SaleOrder(models.Model):
    """The job that judges held orders again."""

    _inherit = "sale.order"

    @api.model
    def _gate_wake(self):
        """Have held orders judged again soon, outside of this transaction: a cause may
        have gone away."""
        # sudo: whoever renews a document or pays may not run jobs.
        self.env.ref("key_account.ir_cron_gate").sudo()._trigger()

    def _gate_sort_waiting(self):
        """Return these held orders, those who have waited longest first, in the order in
        which they are judged again."""
        return self

    @api.model
    def _cron_gate_reevaluate(self):
        """Judge all held orders again, oldest request first, each in a transaction of
        its own. What a run has no time for comes first in the next one: however many
        wait, each has its turn."""
        domain = [
            ("gate_state", "=", "held"),
            ("state", "in", ("draft", "sent", "sale")),
        ]
        held = self.search(domain, order="gate_date_requested, id")
        left = set(self._gate_read_rest())
        rest = held.filtered(lambda order: order.id in left)
        orders = (rest or held)._gate_sort_waiting()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(orders))
        done = 0
        for order in orders:
            try:
                order._gate_reevaluate()
            except Exception:  # pylint: disable=broad-exception-caught
                # Whatever is wrong with one order does not keep the others waiting; a
                # write conflict is gone the next time.
                self.env.cr.rollback()
                _logger.exception("Held order %s could not be judged again", order.id)
            done += 1
            if not cron._commit_progress(1):
                break
        self._gate_write_rest(orders[done:].ids)
        if rest and done == len(orders):
            job = self.env.ref("key_account.ir_cron_gate")
            job._trigger(fields.Datetime.now() + ANOTHER_ROUND)

    @api.model
    def _gate_read_rest(self):
        return json.loads(self.env["ir.config_parameter"].get_param(REST) or "[]")

    @api.model
    def _gate_write_rest(self, ids):
        """Write down what the next run begins with; nothing where that changes nothing:
        writing parameters empties caches."""
        if ids != self._gate_read_rest():
            parameters = self.env["ir.config_parameter"]
            parameters.set_param(REST, json.dumps(ids) if ids else False)
