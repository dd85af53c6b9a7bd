from odoo import models
from odoo.fields import Command

from ..exceptions import SplitLockedError

# What an order says about all of its children's deliveries.
ORDER_FIELDS = ("commitment_date", "partner_shipping_id", "client_order_ref")
RECIPIENT_FIELDS = ("partner_id", "reference", "date_wished", "note", "sequence")
TERMS = ("product_id", "product_uom_id", "price_unit", "discount", "tax_ids")


def to_json(record, name):
    """Return the value of a field as JSON keeps it."""
    field, value = record._fields[name], record[name]
    if field.relational:
        return sorted(value.ids) if field.type == "many2many" else value.id
    if field.type in ("date", "datetime"):
        return value and field.to_string(value)
    return value


def to_vals(record, names, stored):
    """Return what is to be written so that the record has its stored values again."""
    vals = {}
    for name in names:
        if to_json(record, name) != stored[name]:
            is_many = record._fields[name].type == "many2many"
            vals[name] = [Command.set(stored[name])] if is_many else stored[name]
    return vals


class SaleOrder(models.Model):
    """What a split order was when its change began, to compare with and to go back to."""

    _inherit = "sale.order"

    def _prepare_change_origin(self):
        self.ensure_one()
        order = self.sudo()  # sudo: prices are kept whoever changes recipients.
        living = order.child_order_ids.filtered(lambda child: child.state != "cancel")
        return {
            "order": {name: to_json(order, name) for name in ORDER_FIELDS},
            "children": sorted(living.ids),
            "lines": {
                str(line.id): {
                    **line._get_change_terms(),
                    "product_uom_qty": line.product_uom_qty,
                    "name": line.name,
                    "extra_tax_data": line.extra_tax_data,
                }
                for line in order.order_line
            },
            "recipients": {
                str(recipient.id): recipient._prepare_change_origin()
                for recipient in order.recipient_ids
            },
        }

    def _discard_change(self):
        self.ensure_one()
        self.recipient_ids._touch_orders()
        # sudo: as in _prepare_change_origin
        origin = self.sudo().change_origin
        living = self.child_order_ids.filtered(lambda child: child.state != "cancel")
        if sorted(living.ids) != origin["children"]:
            raise SplitLockedError(
                self.env._(
                    "The changes of %s cannot be discarded, one of its child orders was "
                    "cancelled meanwhile: split the order again.",
                    self.name,
                )
            )
        recipients = self.with_context(active_test=False).recipient_ids
        known = recipients.filtered(lambda one: str(one.id) in origin["recipients"])
        (recipients - known).unlink()
        known.filtered(lambda one: not one.active).active = True
        new_lines = self.order_line.filtered(lambda o: str(o.id) not in origin["lines"])
        new_lines.unlink()
        for line in self.order_line:
            stored = origin["lines"][str(line.id)]
            if vals := to_vals(line, stored, stored):
                # Together with the prices, so that these are not computed again.
                prices = {name: stored[name] for name in ("price_unit", "discount")}
                line.write({**prices, **vals})
        for recipient in self.recipient_ids:
            recipient._restore_origin(origin["recipients"][str(recipient.id)])
        if vals := to_vals(self, ORDER_FIELDS, origin["order"]):
            self.write(vals)
        self._gate_end_round()
        self.write({"state": "split", "locked": True})


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _was_shared_before_change(self):
        """Return whether recipients had any of it when the change of the order began."""
        self.ensure_one()
        # sudo: as in _prepare_change_origin
        recipients = self.order_id.sudo().change_origin["recipients"].values()
        return any(str(self.id) in one["quantities"] for one in recipients)

    def _get_change_terms(self):
        """Return what the line is about and costs, whatever its quantity."""
        self.ensure_one()
        return {name: to_json(self, name) for name in TERMS}

    def _is_raised_by_change(self, before):
        """Return whether more is ordered than before, or at other terms.

        :param before: the line when the change began; None: it was not there
        """
        if not before:
            return bool(self.product_uom_qty)
        terms = self._get_change_terms()
        return (
            any(before[name] != terms[name] for name in terms)
            or self.product_uom_id.compare(
                self.product_uom_qty, before["product_uom_qty"]
            )
            > 0
        )


class SaleOrderRecipient(models.Model):
    _inherit = "sale.order.recipient"

    def _was_there_before_change(self):
        self.ensure_one()
        # sudo: as in _prepare_change_origin
        return str(self.id) in self.order_id.sudo().change_origin["recipients"]

    def _prepare_change_origin(self):
        return {
            **{name: to_json(self, name) for name in RECIPIENT_FIELDS},
            "wishes": self._get_change_wishes(),
            "quantities": {
                str(line.order_line_id.id): line.quantity for line in self.line_ids
            },
        }

    def _get_change_wishes(self):
        """Return what the child order's header was made of, as JSON keeps it."""
        order = self.order_id
        common = [to_json(order, name) for name in ORDER_FIELDS]
        own = [to_json(self, name) for name in ("date_wished", "reference")]
        if order.split_by == "together":
            return [*common, *own]
        day, _address, reference = common
        return [self.partner_id.id, own[0] or day, own[1] or reference]

    def _is_changed(self, origin):
        """Return whether one of these recipients, of one child order, is not as it was,
        or was not there, or somebody of theirs has gone.

        :param origin: ``{id: what it was}`` when the change began
        """
        return any(
            str(one.id) not in origin
            or one._get_change_wishes() != origin[str(one.id)]["wishes"]
            for one in self
        )

    def _restore_origin(self, stored):
        if vals := to_vals(self, RECIPIENT_FIELDS, stored):
            self.write(vals)
        wanted = dict(stored["quantities"])
        for line in self.line_ids:
            quantity = wanted.pop(str(line.order_line_id.id), None)
            if quantity is None:
                line.unlink()
            elif line.quantity != quantity:
                line.quantity = quantity
        self.env["sale.order.recipient.line"].create(
            [
                {
                    "recipient_id": self.id,
                    "order_line_id": int(line_id),
                    "quantity": quantity,
                }
                for line_id, quantity in wanted.items()
            ]
        )
