from odoo import api, fields, models

from ..exceptions import SplitFrozenError


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
        lines._assert_not_split()
        return lines

    def write(self, vals):
        if set(vals).intersection([*self._get_protected_fields(), "order_id"]):
            self._assert_not_split()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_split(self):
        self._assert_not_split()

    def _prepare_child_line_vals(self):
        """Return what every child line takes over from this line: the price, its
        discount, taxes and description are the parent's, not computed again."""
        vals = self.copy_data({"linked_line_id": False, "combo_item_id": False})[0]
        vals.pop("order_id", None)
        vals["parent_line_id"] = self.id
        return vals

    def _assert_not_split(self):
        """Raise when a line belongs to an order that has been split."""
        split = self.order_id.filtered(lambda order: order.state == "split")
        if split:
            raise SplitFrozenError(
                self.env._(
                    "%s has been split: change its child orders, or cancel it and "
                    "start again from the quotation.",
                    split[0].name,
                )
            )
