from odoo import api, fields, models
from odoo.fields import Command

from ..exceptions import SplitLockedError


class SaleOrder(models.Model):
    """A parent order lists recipients; its split makes one child order for each.

    The state ``split`` keeps core away from the parent: everything that looks for
    confirmed orders (procurement, invoicing, reports) finds the children instead.
    """

    _inherit = "sale.order"

    state = fields.Selection(
        selection_add=[("split", "Split"), ("cancel",)],
        ondelete={"split": "set cancel"},
    )
    split_by = fields.Selection(
        [
            ("recipient", "Each Recipient"),
            ("address", "Each Address and Date"),
            ("together", "All Together"),
        ],
        string="A Child Order for",
        required=True,
        default="recipient",
        help="Each Recipient: a child order for each.\n"
        "Each Address and Date: recipients with the same delivery address and wished date "
        "share a child order.\n"
        "All Together: one child order to the delivery address of this order; the "
        "delivery list has a page for each recipient, with what is theirs.",
    )
    recipient_ids = fields.One2many("sale.order.recipient", "order_id", copy=False)
    recipient_count = fields.Integer(compute="_compute_recipient_count")
    recipient_left_count = fields.Integer(
        string="Recipients Left",
        compute="_compute_recipient_left_count",
        help="Recipients of a split order who have no child order yet.",
    )
    parent_order_id = fields.Many2one(
        "sale.order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    recipient_id = fields.Many2one(
        "sale.order.recipient",
        string="Served Recipient",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    child_order_ids = fields.One2many(
        "sale.order", "parent_order_id", string="Child Orders", readonly=True
    )
    child_order_count = fields.Integer(compute="_compute_child_order_count")

    # A second split of the same parent cannot exist, whoever tries it.
    _recipient_served_once = models.UniqueIndex(
        "(parent_order_id, recipient_id) "
        "WHERE parent_order_id IS NOT NULL AND state != 'cancel'",
        "This recipient already has a child order.",
    )

    @api.depends("recipient_ids")
    def _compute_recipient_count(self):
        counts = self._read_group_counts("sale.order.recipient", "order_id")
        for order in self:
            order.recipient_count = counts.get(
                order._origin.id, len(order.recipient_ids)
            )

    @api.depends("state", "recipient_ids.is_left")
    def _compute_recipient_left_count(self):
        groups = self.env["sale.order.recipient"]._read_group(
            [("order_id", "in", self._origin.ids), ("is_left", "=", True)],
            ["order_id"],
            ["__count"],
        )
        counts = {order.id: count for order, count in groups}
        for order in self:
            order.recipient_left_count = counts.get(order._origin.id, 0)

    @api.depends("child_order_ids")
    def _compute_child_order_count(self):
        counts = self._read_group_counts("sale.order", "parent_order_id")
        for order in self:
            order.child_order_count = counts.get(order._origin.id, 0)

    def _read_group_counts(self, model, name):
        groups = self.env[model]._read_group(
            [(name, "in", self.ids)], [name], ["__count"]
        )
        return {record.id: count for record, count in groups}

    def _is_readonly(self):
        # EXTENDS 'sale'
        return super()._is_readonly() or self.state == "split"

    def _should_be_locked(self):
        # EXTENDS 'sale': the form of a split order is for reading.
        return self.state == "split" or super()._should_be_locked()

    def action_unlock(self):
        # EXTENDS 'sale'
        self.order_line._assert_not_locked_by_split()
        return super().action_unlock()

    def copy(self, default=None):
        # EXTENDS 'sale': recipients refer to order lines, so they follow the lines.
        copies = super().copy(default)
        for order, new in zip(self, copies, strict=True):
            new._copy_recipients(order)
        return copies

    def _copy_recipients(self, source):
        lines = source._get_copiable_order_lines()
        if not source.recipient_ids or len(lines) != len(self.order_line):
            return
        new_line = dict(zip(lines, self.order_line, strict=True))
        self.recipient_ids = [
            Command.create(
                {
                    "sequence": recipient.sequence,
                    "partner_id": recipient.partner_id.id,
                    "reference": recipient.reference,
                    "date_wished": recipient.date_wished,
                    "note": recipient.note,
                    "line_ids": [
                        Command.create(
                            {
                                "order_line_id": new_line[line.order_line_id].id,
                                "quantity": line.quantity,
                            }
                        )
                        for line in recipient.line_ids
                        if line.order_line_id in new_line
                    ],
                }
            )
            for recipient in source.recipient_ids
        ]

    def _get_living_children(self):
        """Return the child orders that are not cancelled, also those that the user may
        not see: what is done to them is checked."""
        # sudo: a colleague's child orders are part of the parent as well.
        return (
            self.sudo()
            .search([("parent_order_id", "in", self.ids), ("state", "!=", "cancel")])
            .with_env(self.env)
        )

    def unlink(self):
        # EXTENDS 'sale': the cancelled children of an earlier split go along.
        if self.child_order_ids:
            self.child_order_ids.unlink()
        return super().unlink()

    # ----------------------------------------------------------------- cancel

    def action_cancel(self):
        # EXTENDS 'sale': a split order is locked for editing, not for cancelling.
        self.filtered(lambda order: order.state == "split").locked = False
        return super().action_cancel()

    def _action_cancel(self):
        # EXTENDS 'sale': a parent takes its children along, unless goods have left.
        children = self._get_living_children()
        # sudo: what has left counts, whether or not the user may see it.
        for child in children.sudo():
            if any(line.qty_delivered for line in child.order_line):
                raise SplitLockedError(
                    self.env._(
                        "%(parent)s cannot be cancelled: %(child)s has been delivered. "
                        "Cancel the child orders that have not left instead.",
                        parent=child.parent_order_id.name,
                        child=child.name,
                    )
                )
        if children:
            children.locked = False
            children._action_cancel()
        return super()._action_cancel()

    def action_draft(self):
        # EXTENDS 'sale'
        for child in self.filtered("parent_order_id"):
            served_by = child.recipient_id.child_order_id - child
            if child.parent_order_id.state == "split" and served_by:
                raise SplitLockedError(
                    self.env._(
                        "%(child)s cannot be reopened: its recipient is served by "
                        "%(other)s; work on that order.",
                        child=child.name,
                        other=served_by.name,
                    )
                )
            if child.parent_order_id.state != "split":
                raise SplitLockedError(
                    self.env._(
                        "%(child)s cannot be reopened: %(parent)s is not split. Split "
                        "the parent order again, it makes new child orders.",
                        child=child.name,
                        parent=child.parent_order_id.name,
                    )
                )
        return super().action_draft()

    # ---------------------------------------------------------------- actions

    def action_open_children(self):
        """Return the action that lists the child orders."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_split.sale_order_child_action"
        )
        action["domain"] = [("parent_order_id", "=", self.id)]
        return action

    def action_open_parent(self):
        """Return the action that opens the parent order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.parent_order_id.id,
            "views": [(False, "form")],
        }
