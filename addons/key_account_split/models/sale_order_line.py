from odoo import api, fields, models

from ..exceptions import SplitLockedError


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    parent_line_id = fields.Many2one(
        "sale.order.line",
        string="Parent Order Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    child_line_ids = fields.One2many("sale.order.line", "parent_line_id", readonly=True)
    recipient_line_ids = fields.One2many("sale.order.recipient.line", "order_line_id")

    qty_child_delivered = fields.Float(
        string="Delivered to Recipients",
        compute="_compute_child_quantities",
        digits="Product Unit",
    )
    qty_child_invoiced = fields.Float(
        string="Invoiced for Recipients",
        compute="_compute_child_quantities",
        digits="Product Unit",
    )

    @api.depends_context("only_product_name")
    def _compute_display_name(self):
        # EXTENDS 'sale': within an order its number and customer say nothing new.
        if not self.env.context.get("only_product_name"):
            return super()._compute_display_name()
        for line in self:
            line.display_name = line.product_id.display_name or line.name

    @api.depends("child_line_ids.qty_delivered", "child_line_ids.qty_invoiced")
    def _compute_child_quantities(self):
        # Fields of their own: core's, computed from themselves one level down, would
        # have to be recursive, and those are computed record by record.
        sums = {
            parent: quantities
            for parent, *quantities in self._read_group(
                [("parent_line_id", "in", self.ids)],
                ["parent_line_id"],
                ["qty_delivered:sum", "qty_invoiced:sum"],
            )
        }
        for line in self:
            delivered, invoiced = sums.get(line._origin, (0.0, 0.0))
            line.qty_child_delivered = delivered
            line.qty_child_invoiced = invoiced

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if lines.parent_line_id:
            self._assert_own_link()
        # Without an ordered quantity: the warehouse shipped what nobody ordered, and
        # what was shipped is always billable.
        lines.filtered("product_uom_qty")._assert_not_locked_by_split()
        return lines

    def write(self, vals):
        if "parent_line_id" in vals:
            self._assert_own_link()
        locked = {*self._get_protected_fields(), "order_id", "extra_tax_data"}
        if locked.intersection(vals):
            self.recipient_line_ids.recipient_id._touch_orders()
            self._assert_not_locked_by_split()
        result = super().write(vals)
        if "order_id" in vals:
            # Core asks for rights before the change only.
            self.order_id.check_access("write")
            self._assert_not_locked_by_split()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_split(self):
        self._assert_not_locked_by_split()
        for line in self.filtered("order_id.is_recipient_change"):
            if line._was_shared_before_change():
                raise SplitLockedError(
                    self.env._(
                        "%(product)s cannot be removed from %(order)s, recipients have had "
                        "it: order 0 of it and give nobody any.",
                        product=line.product_id.display_name or line.name,
                        order=line.order_id.name,
                    )
                )

    def _prepare_child_line_vals(self):
        """Return what every child line takes over from this line: the price, its
        discount, taxes and description are the parent's, not computed again."""
        vals = self.copy_data({"linked_line_id": False, "combo_item_id": False})[0]
        vals.pop("order_id", None)
        vals["parent_line_id"] = self.id
        return vals

    def _assert_not_locked_by_split(self):
        """Raise when a line belongs to a split order or to one of its children: they
        add up, and stay so."""
        for order in self.order_id:
            parent = order if order.state == "split" else order.parent_order_id
            is_kept = parent.is_recipient_change and order.state == "sale"
            if parent.state == "split" or is_kept:
                raise SplitLockedError(
                    self.env._(
                        "%(order)s cannot be changed: %(parent)s has been split. Cancel "
                        "the child order, or the parent order to split it anew.",
                        order=order.name,
                        parent=parent.name,
                    )
                )

    def _assert_own_link(self):
        # Only the split says which child line fulfils which parent line.
        if not self.env.su:
            raise SplitLockedError(
                self.env._(
                    "Child orders cannot be linked by hand: split their parent order."
                )
            )
