from odoo import api, fields, models

from odoo.addons.key_account.exceptions import DutyError
from odoo.addons.key_account.models.guarded_state import get_group_names

from ..exceptions import SplitLockedError

SELLERS = ("sales_team.group_sale_salesman",)


class SaleOrder(models.Model):
    """The way back from a split, as long as the warehouse knows of nothing."""

    _inherit = "sale.order"

    is_split_undoable = fields.Boolean(compute="_compute_is_split_undoable")

    @api.depends("state", "child_order_ids.state", "child_order_ids.release_state")
    def _compute_is_split_undoable(self):
        # sudo: also what the user may not see has been released.
        groups = self.sudo()._read_group(
            [
                ("parent_order_id", "in", self._origin.ids),
                ("release_state", "=", "released"),
                ("state", "!=", "cancel"),
            ],
            ["parent_order_id"],
        )
        released = {parent.id for (parent,) in groups}
        for order in self:
            order.is_split_undoable = (
                order.state == "split" and order._origin.id not in released
            )

    def action_undo_split(self):
        """Cancel the children of split orders and set these back to quotations.

        :raise DutyError: the user does not sell
        :raise SplitLockedError: one is not split, or a child was released, delivered or
            invoiced
        """
        if not self.env.su and not self.env.user.has_groups(",".join(SELLERS)):
            raise DutyError(
                self.env._(
                    "You cannot undo the split of %(order)s: ask one of: %(groups)s.",
                    order=self[:1].name,
                    groups=get_group_names(self.env, SELLERS),
                )
            )
        self.check_access("write")
        for order in self:
            order._assert_split_undoable()
        self.action_cancel()
        self.action_draft()
        self._message_log_batch(
            bodies={
                order.id: self.env._(
                    "The split was undone, the child orders cancelled."
                )
                for order in self
            }
        )
        return True

    def _assert_split_undoable(self):
        self.ensure_one()
        if self.state != "split":
            raise SplitLockedError(
                self.env._(
                    "%s is not split, there is nothing to undo: open its child orders "
                    "from the parent order.",
                    self.name,
                )
            )
        # sudo: colleagues' child orders count as well.
        children = self._get_living_children().sudo()
        if gone := children.filtered(lambda child: child._is_split_final())[:1]:
            raise SplitLockedError(
                self.env._(
                    "The split of %(order)s cannot be undone: %(child)s has gone to the "
                    "warehouse or was invoiced; cancel the child orders that are not "
                    "needed instead.",
                    order=self.name,
                    child=gone.name,
                )
            )

    def _is_split_final(self):
        """Return whether the warehouse or the books know of this child order."""
        # sudo: invoices and transfers count, whether or not the seller may read them.
        child = self.sudo()
        return (
            child.release_state == "released"
            or any(line.qty_delivered or line.qty_invoiced for line in child.order_line)
            or any(invoice.state != "cancel" for invoice in child.invoice_ids)
        )
