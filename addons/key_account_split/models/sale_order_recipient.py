from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tools import SQL

from ..exceptions import SplitLockedError


class SaleOrderRecipient(models.Model):
    """Who gets what of a parent order: a delivery address with quantities."""

    _name = "sale.order.recipient"
    _description = "Recipient"
    _order = "order_id, sequence, id"
    _check_company_auto = True

    order_id = fields.Many2one(
        "sale.order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    partner_id = fields.Many2one(
        "res.partner",
        string="Delivery Address",
        index=True,
        ondelete="restrict",
        check_company=True,
        help="Where this recipient's goods go.",
    )
    reference = fields.Char(
        string="Own Reference",
        index="trigram",
        help="What the customer calls this recipient: a shop number, a personnel number. "
        "It is printed as the customer's reference of the child order.",
    )
    date_wished = fields.Date(
        string="Wished Date",
        help="The day on which the recipient wants the goods; empty: the delivery date "
        "of the order.",
    )
    note = fields.Char(help="What the delivery has to heed, for the warehouse.")
    line_ids = fields.One2many(
        "sale.order.recipient.line", "recipient_id", string="Quantities", copy=True
    )
    quantity_total = fields.Float(
        compute="_compute_quantity_total", digits="Product Unit", string="Quantity"
    )
    address = fields.Char(compute="_compute_address")
    active = fields.Boolean(
        default=True,
        readonly=True,
        copy=False,
        help="Removed recipients whose child order lives wait for the next split, which "
        "cancels it.",
    )
    leading_id = fields.Many2one(
        "sale.order.recipient",
        string="Served Together With",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The recipient under whom the child order of several is kept; empty for "
        "whoever has one of their own.",
    )
    is_left = fields.Boolean(
        string="Left on the Parent",
        compute="_compute_is_left",
        search="_search_is_left",
        help="The order has been split, and this recipient has no child order.",
    )
    child_order_ids = fields.One2many(
        "sale.order", "recipient_id", string="All Child Orders", readonly=True
    )
    child_order_id = fields.Many2one(
        "sale.order",
        compute="_compute_child_order_id",
        # Who is served is served, whoever may see the order.
        compute_sudo=True,
        search="_search_child_order_id",
    )

    @api.depends("partner_id")
    def _compute_display_name(self):
        for recipient in self:
            recipient.display_name = recipient.partner_id.display_name or self.env._(
                "Recipient without address"
            )

    @api.depends("line_ids.quantity")
    def _compute_quantity_total(self):
        for recipient in self:
            recipient.quantity_total = sum(recipient.line_ids.mapped("quantity"))

    @api.depends("partner_id")
    @api.depends_context("lang")
    def _compute_address(self):
        # In the order of the country's own address format, on one line.
        for recipient in self:
            lines = recipient.partner_id._display_address(without_company=True)
            parts = (line.strip(" ,") for line in lines.splitlines())
            recipient.address = ", ".join(part for part in parts if part)

    @api.depends("child_order_ids.state", "leading_id.child_order_ids.state")
    def _compute_child_order_id(self):
        for recipient in self:
            orders = recipient._get_leading().child_order_ids
            recipient.child_order_id = orders.filtered(
                lambda order: order.state != "cancel"
            )[:1]

    @api.model
    def _search_child_order_id(self, operator, value):
        is_unset = operator == "in" and not all(value)
        if operator in Domain.NEGATIVE_OPERATORS or is_unset:
            return NotImplemented
        return self._get_children_domain(operator, value)

    @api.model
    def _get_children_domain(self, operator, value):
        """Return the domain of the recipients one of whose child orders, their own or
        their group's, living or cancelled, is as said."""
        own = Domain("child_order_ids", operator, value)
        return Domain("leading_id", "=", False) & own | Domain("leading_id", "any", own)

    @api.depends("order_id.state", "child_order_id")
    def _compute_is_left(self):
        for recipient in self:
            is_split = recipient.order_id.state == "split"
            recipient.is_left = is_split and not recipient.child_order_id

    @api.model
    def _search_is_left(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        served = self._get_children_domain("any!", Domain("state", "!=", "cancel"))
        return Domain("order_id.state", "=", "split") & ~served

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': a new recipient is offered what nobody gets yet.
        values = super().default_get(fields_list)
        order = self.env["sale.order"].browse(self.env.context.get("default_order_id"))
        if order and "line_ids" in fields_list:
            values["line_ids"] = [
                Command.create({"order_line_id": line.id, "quantity": max(missing, 0)})
                for line, missing in order._get_quantities_missing().items()
            ]
        return values

    @api.model_create_multi
    def create(self, vals_list):
        recipients = super().create(vals_list)
        if any(recipient.leading_id for recipient in recipients):
            self._assert_own_leading()
        recipients._assert_open()
        return recipients

    def write(self, vals):
        if "leading_id" in vals:
            self._assert_own_leading()
        if vals.keys() == {"leading_id"}:
            return super().write(vals)
        self._assert_open()
        result = super().write(vals)
        if "order_id" in vals:
            self.order_id.check_access("write")
            self._assert_open()
        return result

    def unlink(self):
        # EXTENDS 'base': a living child order stays known until a split has cancelled it,
        # and whoever was there before a change until that is split or discarded.
        kept = self.filtered("order_id.is_recipient_change").filtered(
            lambda one: one.child_order_id or one._was_there_before_change()
        )
        if kept:
            kept.check_access("unlink")
            kept.active = False
        return super(SaleOrderRecipient, self - kept).unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_split(self):
        self._assert_open()

    def _assert_open(self):
        """Raise when the recipients' orders are not quotations any more."""
        self._touch_orders()
        for order in self.order_id:
            if order.state == "split":
                sentence = self.env._(
                    "The recipients of %s are fixed, the order has been split: cancel "
                    "it to split it anew.",
                    order.name,
                )
            elif order.state in ("draft", "sent"):
                continue
            else:
                sentence = self.env._(
                    "The recipients of %s are fixed: set the order back to quotation "
                    "first.",
                    order.name,
                )
            raise SplitLockedError(sentence)

    def _touch_orders(self):
        """Update the orders' rows, so that a split at the same moment and this change
        run into each other: the later one starts again and sees the earlier."""
        if self.order_id:
            ids = sorted(self.order_id.ids)
            self.env.cr.execute(
                SQL(
                    "UPDATE sale_order SET write_date = write_date WHERE id = ANY(%s)",
                    ids,
                )
            )

    def _get_problems(self, row):
        """Return sentences about what keeps this recipient from being served.

        :param int row: its number in the list, counted from 1, to find it again
        """
        self.ensure_one()
        if not self.partner_id:
            return [
                self.env._("Recipient row %s has no delivery address: choose one.", row)
            ]
        problems = []
        address = self.partner_id
        if not (address.street and address.city):
            problems.append(
                self.env._(
                    "Recipient row %(row)s, %(name)s, has no street or city: complete "
                    "the address.",
                    row=row,
                    name=address.display_name,
                )
            )
        own = set(self.order_id._get_split_lines())
        foreign = self.line_ids.filtered(
            lambda line: line.quantity and line.order_line_id not in own
        )
        problems += [line._foreign_line_sentence() for line in foreign]
        if not any(line.quantity > 0 for line in self.line_ids):
            problems.append(
                self.env._(
                    "Recipient row %(row)s, %(name)s, gets nothing: enter a quantity "
                    "or remove the row.",
                    row=row,
                    name=address.display_name,
                )
            )
        return problems

    # ------------------------------------------------------------------ groups

    def _sort_by_place(self):
        return self.sorted(lambda one: (one.sequence, one.id))

    def _get_leading(self):
        """Return the recipient under whom the child order is kept, mostly itself."""
        return self.leading_id or self

    def _set_leading(self, groups):
        """Write down who leads whom, where that changes.

        :param groups: ``{leading recipient: all of its group}``
        """
        for leading, members in groups.items():
            for recipient in members:
                wanted = leading if recipient != leading else self.browse()
                if recipient.leading_id != wanted:
                    # sudo: only the split says who is served together.
                    recipient.sudo().leading_id = wanted

    def _assert_own_leading(self):
        # A forged link would make a recipient look served.
        if not self.env.su:
            raise SplitLockedError(
                self.env._(
                    "Recipients cannot be put together by hand: choose at the order how "
                    "its child orders are made."
                )
            )

    def _get_split_group_key(self):
        """Return what recipients have in common who share one child order. A hook."""
        self.ensure_one()
        kind = self.order_id.split_by
        if kind == "together":
            return ()
        if kind == "address":
            # A carrier of their own is known where an addon for deliveries says so.
            carrier = "carrier_id" in self._fields and self["carrier_id"].id
            return (self.partner_id.id, self.date_wished, carrier)
        return (self.id,)

    def _get_quantities(self):
        """Return ``{order line: quantity}`` that these recipients get together, in the
        line's unit; lines they get nothing of are absent."""
        if len(self) == 1:
            return {
                line.order_line_id: line.quantity
                for line in self.line_ids
                if line.quantity
            }
        found = {}
        for line in self.line_ids:
            if line.quantity:
                own = line.order_line_id
                found[own] = found.get(own, 0.0) + line.quantity
        return {line: line.product_uom_id.round(found[line]) for line in found}

    def _prepare_group_vals(self, members):
        """Return the values of the child order of these recipients, led by this one."""
        vals = self._prepare_child_vals()
        if len(members) == 1 and self.order_id.split_by != "together":
            return vals
        references = set(members.mapped("reference"))
        if len(references) > 1:
            vals.pop("client_order_ref", None)
        if self.order_id.split_by == "together":
            vals["partner_shipping_id"] = self.order_id.partner_shipping_id.id
            # All goods go together, in time for the first; at once where somebody wants
            # them on no day.
            due = self.order_id.commitment_date
            days = [each._get_due_date() or due for each in members]
            vals["commitment_date"] = min(days) if all(days) else False
        return vals

    def _prepare_child_vals(self):
        """Return the values of the child order that this recipient's own wishes make."""
        vals = {
            "recipient_id": self.id,
            "partner_shipping_id": self.partner_id.id,
        }
        if self.reference:
            vals["client_order_ref"] = self.reference
        if due := self._get_due_date():
            vals["commitment_date"] = due
        return vals

    def _get_due_date(self):
        """Return the moment from which the recipient wants the goods, in UTC, or False."""
        day = self.date_wished
        return day and self.company_id._get_day_start(day)

    @api.constrains("order_id", "line_ids")
    def _check_lines_of_order(self):
        for recipient in self:
            foreign = recipient.line_ids.filtered(
                lambda line, r=recipient: line.order_line_id.order_id != r.order_id
            )
            if foreign:
                raise ValidationError(foreign[0]._foreign_line_sentence())
