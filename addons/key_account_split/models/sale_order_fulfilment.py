from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.key_account.models.price_visibility import PRICE_READERS


class SaleOrder(models.Model):
    """What became of a parent order: delivered, invoiced and paid by its children."""

    _inherit = "sale.order"

    amount_child_delivered = fields.Monetary(
        string="Delivered",
        compute="_compute_fulfilment",
        groups=PRICE_READERS,
        help="What the children have delivered, taxes included.",
    )
    amount_child_invoiced = fields.Monetary(
        string="Invoiced",
        compute="_compute_fulfilment",
        groups=PRICE_READERS,
        help="Posted invoices of the children less their credit notes.",
    )
    amount_child_paid = fields.Monetary(
        string="Paid",
        compute="_compute_fulfilment",
        groups=PRICE_READERS,
        help="The part of the posted invoices that the customer has paid.",
    )
    rate_child_delivered = fields.Float(
        compute="_compute_fulfilment", string="Delivered (%)", groups=PRICE_READERS
    )
    rate_child_invoiced = fields.Float(
        compute="_compute_fulfilment", string="Invoiced (%)", groups=PRICE_READERS
    )
    rate_child_paid = fields.Float(
        compute="_compute_fulfilment", string="Paid (%)", groups=PRICE_READERS
    )
    has_child_to_invoice = fields.Boolean(compute="_compute_has_child_to_invoice")

    @api.depends(
        "child_order_ids.order_line.qty_delivered",
        "child_order_ids.state",
        "child_order_ids.order_line.invoice_lines.move_id.amount_residual",
        "child_order_ids.order_line.invoice_lines.move_id.state",
    )
    def _compute_fulfilment(self):
        delivered = self._get_amounts_delivered()
        invoiced, paid = self._get_amounts_invoiced()
        for order in self:
            key = order._origin.id
            order.amount_child_delivered = delivered.get(key, 0.0)
            order.amount_child_invoiced = invoiced.get(key, 0.0)
            order.amount_child_paid = paid.get(key, 0.0)
            order.rate_child_delivered = order._get_rate(order.amount_child_delivered)
            order.rate_child_invoiced = order._get_rate(order.amount_child_invoiced)
            order.rate_child_paid = order._get_rate(order.amount_child_paid)

    def _get_rate(self, amount):
        """Return ``amount`` in percent of the order's total, two decimals."""
        total = self.amount_total
        return round(100.0 * amount / total, 2) if total else 0.0

    def _get_amounts_delivered(self):
        """Return ``{parent id: delivered value, taxes included, order currency}``."""
        self.env["sale.order.line"].flush_model(
            ["price_total", "qty_delivered", "product_uom_qty"]
        )
        self.flush_model(["parent_order_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT child.parent_order_id,
                       SUM(CASE WHEN line.product_uom_qty = 0 THEN 0
                                ELSE line.price_total * line.qty_delivered
                                     / line.product_uom_qty END)
                  FROM sale_order child
                  JOIN sale_order_line line ON line.order_id = child.id
                 WHERE child.parent_order_id = ANY(%s)
              GROUP BY child.parent_order_id
                """,
                self._origin.ids,
            )
        )
        return {parent: float(amount or 0.0) for parent, amount in rows}

    def _get_amounts_invoiced(self):
        """Return ``({parent id: invoiced}, {parent id: paid})``, taxes included."""
        invoiced, paid = {}, {}
        # sudo: salespeople see how far their order is, not the invoices themselves.
        groups = (
            self.env["account.move"]
            .sudo()
            ._read_group(
                [
                    ("parent_order_id", "in", self._origin.ids),
                    ("state", "=", "posted"),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                ],
                ["parent_order_id", "move_type"],
                ["amount_total:sum", "amount_residual:sum"],
            )
        )
        for parent, move_type, total, residual in groups:
            sign = -1 if move_type == "out_refund" else 1
            invoiced[parent.id] = invoiced.get(parent.id, 0.0) + sign * total
            paid[parent.id] = paid.get(parent.id, 0.0) + sign * (total - residual)
        return invoiced, paid

    @api.depends("child_order_ids.invoice_status")
    def _compute_has_child_to_invoice(self):
        groups = self._read_group(
            [
                ("parent_order_id", "in", self._origin.ids),
                ("invoice_status", "=", "to invoice"),
            ],
            ["parent_order_id"],
        )
        waiting = {parent.id for (parent,) in groups}
        for order in self:
            order.has_child_to_invoice = order._origin.id in waiting

    # ---------------------------------------------------------------- invoices

    @api.depends("child_order_ids.order_line.invoice_lines")
    def _get_invoiced(self):
        # EXTENDS 'sale': a parent shows its children's invoices.
        result = super()._get_invoiced()
        # sudo: the warehouse, which reads no invoices, opens the form nevertheless, and
        # the number of invoices is shown to people who may not read them.
        for order in self.sudo().filtered("child_order_ids"):
            moves = order.child_order_ids.order_line.invoice_lines.move_id
            order.invoice_ids |= moves.filtered(
                lambda move: move.move_type in ("out_invoice", "out_refund")
            )
            order.invoice_count = len(order.invoice_ids)
        return result

    def action_create_child_invoice(self):
        """Bill what the children of these parent orders have delivered, one invoice
        for each parent.

        :return: the action that opens the invoice
        """
        return self.action_view_invoice(self._create_invoices())

    def _create_invoices(self, grouped=False, final=False, date=None):
        # EXTENDS 'sale': a parent is invoiced through its children, always together.
        parents = self.filtered(lambda order: order.state == "split")
        children = parents.child_order_ids | self.filtered("parent_order_id")
        others = self - parents - children
        if not children:
            return super()._create_invoices(grouped=grouped, final=final, date=date)
        children = children.filtered(lambda child: child.state == "sale")
        moves = super(SaleOrder, children)._create_invoices(
            grouped=False, final=final, date=date
        )
        if others:
            moves |= super(SaleOrder, others)._create_invoices(
                grouped=grouped, final=final, date=date
            )
        return moves

    def _prepare_invoice(self):
        # EXTENDS 'sale': children of one parent share all that core groups by.
        values = super()._prepare_invoice()
        parent = self.parent_order_id
        values["parent_order_id"] = parent.id
        if parent:
            values.update(
                partner_shipping_id=parent.partner_shipping_id.id,
                invoice_origin=parent.name,
                ref=parent.client_order_ref or parent.name,
                payment_reference=parent.reference,
            )
        return values

    def _get_invoice_grouping_keys(self):
        # EXTENDS 'sale'
        return [*super()._get_invoice_grouping_keys(), "parent_order_id"]

    # --------------------------------------------------------------- transfers

    def _get_orders_delivering(self):
        return self | self.child_order_ids

    @api.depends("child_order_ids.picking_ids")
    def _compute_picking_ids(self):
        # EXTENDS 'sale_stock'
        result = super()._compute_picking_ids()
        for order in self.filtered("child_order_ids"):
            order.delivery_count = len(order._get_orders_delivering().picking_ids)
        return result

    def action_view_delivery(self):
        # EXTENDS 'sale_stock'
        if self.child_order_ids:
            pickings = self._get_orders_delivering().picking_ids
            return self._get_action_view_picking(pickings)
        return super().action_view_delivery()
