from odoo import models

from odoo.addons.key_account.tools.workbook import Sheet, write_workbook


class SaleOrderRecipient(models.Model):
    """The list of parcels that the customer gets: who, where, when, under which number."""

    _inherit = "sale.order.recipient"

    def _get_tracking_workbook(self, title):
        """Return a workbook (.xlsx, bytes) with a row for each of these recipients, in
        their order and in the language of the environment; no prices.

        :raise AccessError: a recipient that the user may not read
        """
        columns = self._get_tracking_columns()
        header, widths, values = zip(*columns, strict=True)
        rows = [[value or None for value in row] for row in zip(*values, strict=True)]
        sheet = Sheet(title, header, rows, widths=widths)
        return write_workbook([sheet])

    def _get_tracking_columns(self):
        """Return the columns: ``[(title, width, values of these recipients)]``. A
        hook."""
        self.check_access("read")
        # sudo: contacts, child orders and transfers, whose numbers the one who reads the
        # recipients may know.
        known = self.sudo()
        states = dict(self._fields["delivery_state"]._description_selection(self.env))
        carriers = known.delivery_order_id._get_carrier_names()
        columns = [
            (self.env._("Recipient"), 28, [r.partner_id.name for r in known]),
            (self.env._("Own Reference"), 18, [r.reference for r in known]),
            (self.env._("Address"), 48, [r.address for r in known]),
            (self.env._("Child Order"), 16, [r.delivery_order_id.name for r in known]),
            (self.env._("State"), 16, [states[r.delivery_state] for r in known]),
            (self.env._("Wished Date"), 13, [r.date_wished for r in known]),
            (self.env._("Shipped Date"), 13, [r.date_shipped for r in known]),
        ]
        if carriers is not None:
            names = [carriers.get(r.delivery_order_id) for r in known]
            columns.append((self.env._("Carrier"), 18, names))
        references = [r.tracking_reference for r in known]
        return [*columns, (self.env._("Tracking Reference"), 30, references)]


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_carrier_names(self):
        """Return ``{order: names of the carriers of its transfers}``, or None where
        Odoo's delivery addon, which knows carriers, is not installed."""
        Picking = self.env["stock.picking"]
        if "carrier_id" not in Picking._fields:
            return None
        groups = Picking._read_group(
            [
                ("sale_id", "in", self.ids),
                ("state", "!=", "cancel"),
                ("carrier_id", "!=", False),
            ],
            ["sale_id"],
            ["carrier_id:recordset"],
        )
        return {order: ", ".join(found.mapped("name")) for order, found in groups}
