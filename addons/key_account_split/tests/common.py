from odoo.fields import Command

from odoo.addons.key_account.tests.common import KeyAccountCase


class SplitCase(KeyAccountCase):
    """Factories for parent orders with recipients and goods in stock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.make_account()
        cls.customer = cls.account.partner_id
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )

    @classmethod
    def make_stock(cls, product, quantity):
        """Put goods on the shelf."""
        cls.env["stock.quant"]._update_available_quantity(
            product, cls.warehouse.lot_stock_id, quantity
        )
        return product

    @classmethod
    def make_address(cls, name, **vals):
        """Return a delivery address of the customer."""
        return cls.env["res.partner"].create(
            {
                "name": name,
                "type": "delivery",
                "parent_id": cls.customer.id,
                "street": f"{name} Street 1",
                "city": "Springfield",
                **vals,
            }
        )

    @classmethod
    def add_recipient(cls, order, name, quantities, **vals):
        """Add a recipient.

        :param quantities: one number for each order line, in their order
        """
        return cls.env["sale.order.recipient"].create(
            {
                "order_id": order.id,
                "partner_id": cls.make_address(name).id,
                "line_ids": [
                    Command.create({"order_line_id": line.id, "quantity": quantity})
                    for line, quantity in zip(order.order_line, quantities, strict=True)
                ],
                **vals,
            }
        )

    @classmethod
    def make_parent(cls, products, shares):
        """Return a quotation with recipients.

        :param products: products, one order line each
        :param shares: one tuple of quantities for each recipient
        """
        totals = [sum(column) for column in zip(*shares, strict=True)]
        order = cls.make_order(cls.customer, dict(zip(products, totals, strict=True)))
        for number, share in enumerate(shares, start=1):
            cls.add_recipient(order, f"Recipient {number}", share)
        return order

    def deliver(self, orders):
        """Validate the orders' transfers, everything that was asked for."""
        pickings = orders.picking_ids.filtered(lambda p: p.state != "done")
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty
        pickings.move_ids.picked = True
        pickings.button_validate()
