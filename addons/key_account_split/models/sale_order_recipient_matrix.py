from odoo import models
from odoo.fields import Domain

from odoo.addons.key_account.tools.allocation import allocate

from ..exceptions import RecipientMatrixError
from ..tools.matrix_input import read_shares


class SaleOrder(models.Model):
    """Recipients × products of a parent order as one table: what the editor shows."""

    _inherit = "sale.order"

    # ---------------------------------------------------------------- actions

    def action_open_recipient_matrix(self):
        """Return the client action that shows the order's matrix."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "key_account_split.sale_order_recipient_matrix_action"
        )
        return {**action, "context": {"active_id": self.id}}

    def action_order_given_quantities(self):
        """Order of each product what the recipients get together.

        An ordinary write on the lines, so that prices, gate and approvals notice.

        :raise RecipientMatrixError: unless the orders are quotations
        :raise AccessError: for those who may not change both order and recipients; core
            lets the warehouse write on orders, for their transfers
        """
        self.check_access("write")
        self.recipient_ids.check_access("write")
        for order in self:
            if order.state not in ("draft", "sent"):
                raise RecipientMatrixError(
                    self.env._(
                        "%s is not a quotation any more: set it back to quotation to "
                        "change what is ordered.",
                        order.name,
                    )
                )
            for line, missing in order._get_quantities_missing().items():
                unit = line.product_uom_id
                if not unit.is_zero(missing):
                    line.product_uom_qty = unit.round(line.product_uom_qty - missing)
        return True

    # ------------------------------------------------------------------- read

    def get_recipient_matrix(self):
        """Return who gets how much of what.

        :return: ``{"order": {...}, "lines": [...], "recipients": [...]}``; a recipient's
            ``quantities`` follow the order of ``lines`` and are in their units, there
            are no prices; ``order`` says what the user may change, and why not
        :raise AccessError: for those who may not read the order or its recipients
        """
        self.ensure_one()
        self.check_access("read")
        recipients = self.recipient_ids
        recipients.check_access("read")
        lines = self._get_split_lines().with_context(only_product_name=True)
        quantities = self._get_matrix_quantities(lines)
        return {
            "order": self._get_matrix_header(),
            "lines": [line._get_matrix_column() for line in lines],
            "recipients": [
                {**recipient._get_matrix_row(), "quantities": quantities[recipient.id]}
                for recipient in recipients
            ],
        }

    def _get_matrix_quantities(self, lines):
        """Return ``{recipient id: [quantity of each of the lines]}``."""
        place = {line.id: index for index, line in enumerate(lines)}
        rows = {recipient.id: [0.0] * len(place) for recipient in self.recipient_ids}
        # Plain values: of ten thousand cells records would take seconds.
        for cell in self.env["sale.order.recipient.line"].search_read(
            Domain("recipient_id", "in", list(rows)),
            ["recipient_id", "order_line_id", "quantity"],
            load=None,
        ):
            # A line that was moved to another order is no column.
            if cell["order_line_id"] in place:
                index = place[cell["order_line_id"]]
                rows[cell["recipient_id"]][index] = cell["quantity"]
        return rows

    def _get_matrix_header(self):
        reason = self._get_matrix_lock()
        return {
            "id": self.id,
            "name": self.name,
            "customer_id": self.partner_id.commercial_partner_id.id,
            "address_domain": list(self._get_recipient_address_domain()),
            "digits": self.env["decimal.precision"].precision_get("Product Unit"),
            "is_editable": not reason,
            "lock_reason": reason,
            "can_order_given": not reason and self.has_access("write"),
        }

    def _get_matrix_lock(self):
        """Return why the matrix is for reading only, empty where it is not."""
        if self.state not in ("draft", "sent"):
            return self.env._(
                "%s is not a quotation any more: its recipients are fixed.", self.name
            )
        may_add = self.env["sale.order.recipient"].has_access("create")
        if not (may_add and self.recipient_ids.has_access("write")):
            return self.env._(
                "You may read the recipients of %s, not change them.", self.name
            )
        return ""

    def _get_recipient_address_domain(self):
        """Return which addresses are offered as recipients: those of the customer."""
        customer = self.partner_id.commercial_partner_id
        return Domain("id", "child_of", customer.ids) & Domain(
            "company_id", "in", [False, self.company_id.id]
        )

    def _format_matrix_quantity(self, quantity):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return self._format_quantity(quantity, digits)

    # ------------------------------------------------------------------ share

    def get_even_shares(self, order_line_id, count, kept=0.0):
        """Share what is ordered of a line evenly; nothing is saved.

        :param order_line_id: id of a line of the order
        :param count: how many recipients share
        :param kept: what other recipients keep of the line, in its unit
        :return: list of ``count`` quantities in the line's unit that add up to ordered
            − kept; what is left over goes to the last ones, see ``allocate()``
        :raise RecipientMatrixError: when others keep more than is ordered
        """
        self.ensure_one()
        self.check_access("read")
        with self._explain_matrix_input():
            order_line_id, count, kept = read_shares(order_line_id, count, kept)
        line = self._get_matrix_lines({order_line_id})[order_line_id]
        unit = line.product_uom_id
        amount = unit.round(line.product_uom_qty - kept)
        if amount < 0:
            raise RecipientMatrixError(
                self.env._(
                    "%(product)s: the other recipients get %(kept)s, more than the "
                    "%(ordered)s ordered; lower their quantities first.",
                    product=line.product_id.display_name,
                    kept=self._format_matrix_quantity(kept),
                    ordered=self._format_matrix_quantity(line.product_uom_qty),
                )
            )
        return allocate(amount, [1] * count, unit.rounding)
