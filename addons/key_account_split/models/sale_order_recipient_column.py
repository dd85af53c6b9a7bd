from odoo import fields, models

from odoo.addons.key_account.tools.cells import normalize

from ..tools.recipient_columns import LINE


class SaleOrderRecipientColumn(models.Model):
    """What a column of a customer's file was taken for the last time.

    Nobody but the administrator has rights on it: the import remembers and recalls.
    """

    _name = "sale.order.recipient.column"
    _description = "Column of a Customer's Recipients File"
    _order = "partner_id, header"
    _rec_name = "header"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade"
    )
    header = fields.Char(
        required=True, help="As it is compared: without case and spaces."
    )
    name = fields.Char(string="Taken For", help="Empty: the column is left out.")
    product_id = fields.Many2one("product.product", ondelete="cascade")

    _header_unique = models.UniqueIndex(
        "(partner_id, header)",
        "Each column of a customer is remembered once: change the row that is there.",
    )

    def _recall(self, partner, lines):
        """Return ``{header: (field, order line id)}``, see `recipient_columns.propose`.

        :param partner: the customer
        :param lines: order lines that columns may be for
        """
        line_of = {line.product_id: line.id for line in reversed(lines)}
        found = {}
        for column in self.search([("partner_id", "=", partner.id)]):
            if column.name != LINE:
                found[column.header] = (column.name or None, None)
            elif column.product_id in line_of:
                found[column.header] = (LINE, line_of[column.product_id])
        return found

    def _remember(self, partner, columns):
        """Keep how the columns of a file were taken.

        :param columns: ``{header: (field or False, product)}``
        """
        wanted = {normalize(header): column for header, column in columns.items()}
        known = self.search(
            [("partner_id", "=", partner.id), ("header", "in", list(wanted))]
        )
        for column in known:
            name, product = wanted.pop(column.header)
            if (column.name, column.product_id) != (name, product):
                column.write({"name": name, "product_id": product.id})
        self.create(
            [
                {
                    "partner_id": partner.id,
                    "header": header,
                    "name": name,
                    "product_id": product.id,
                }
                for header, (name, product) in wanted.items()
            ]
        )
