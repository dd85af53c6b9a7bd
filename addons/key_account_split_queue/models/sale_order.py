from odoo import api, fields, models

from odoo.addons.key_account.tools.remember import recall
from odoo.addons.key_account_split.exceptions import SplitLockedError

# A job of the split is at work: what users may not touch meanwhile, it may.
AT_WORK = "key_account_split_queue.at_work"
# What children have from their parent although copies of an order do not.
INHERITED = {
    "state",
    "order_line",
    "recipient_ids",
    "client_order_ref",
    "commitment_date",
}


class SaleOrder(models.Model):
    """A parent order that is being split in the background, and what that locks.

    Between the first job and the last the order is still a quotation; its child orders
    are quotations that nobody sees, see the record rule.
    """

    _inherit = "sale.order"

    _VERB_FIELDS = {
        "split_job_state": False,
        "split_job_run": False,
        "split_job_graph": False,
        "split_job_user_id": False,
    }

    split_job_state = fields.Selection(
        [
            ("creating", "Being Split"),
            ("confirming", "Being Confirmed"),
            ("undoing", "Being Undone"),
        ],
        string="Split in the Background",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Until the split is done, or undone, lines and recipients are locked.",
    )
    split_job_run = fields.Integer(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Which split in the background this is: jobs of an earlier one do nothing.",
    )
    split_job_graph = fields.Char(
        readonly=True, copy=False, export_string_translation=False
    )
    split_job_user_id = fields.Many2one(
        "res.users",
        string="Split Asked by",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="Is told how the split in the background ended.",
    )
    split_progress = fields.Json(
        compute="_compute_split_progress",
        string="Progress of the Split",
        help="How many child orders have been made.",
    )

    @api.depends("split_job_state")
    def _compute_split_progress(self):
        running = self.filtered("split_job_state")
        # sudo: nobody sees the child orders before they are confirmed.
        groups = running.sudo()._read_group(
            [("parent_order_id", "in", running.ids), ("state", "!=", "cancel")],
            ["parent_order_id"],
            ["__count"],
        )
        made = {parent.id: count for parent, count in groups}
        for order in self:
            order.split_progress = order in running and {
                "state": order.split_job_state,
                "made": made.get(order.id, 0),
                "total": order._count_groups(),
            }

    def write(self, vals):
        if not recall(self.env, AT_WORK) and any(
            name in INHERITED or (name in self._fields and self._fields[name].copy)
            for name in vals
        ):
            self._assert_not_being_split()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_being_split(self):
        self._assert_not_being_split()

    def _assert_not_being_split(self):
        """Raise when jobs are making, or removing, the child orders of these orders."""
        for order in self:
            if order.split_job_state == "undoing":
                raise SplitLockedError(
                    self.env._(
                        "The split of %s is being undone: wait a moment, then try again.",
                        order.name,
                    )
                )
            if order.split_job_state:
                raise SplitLockedError(
                    self.env._(
                        "%s is being split in the background: wait for it, or cancel "
                        "the split first.",
                        order.name,
                    )
                )
