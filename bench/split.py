"""A parent order against the same orders made with plain Odoo."""

from harness import Case, variant

from odoo.fields import Command

RECIPIENTS = 50


class SplitParentOrder(Case):
    title = f"{RECIPIENTS} recipients x 2 storable lines: created, confirmed, reserved"
    repeats = 3

    def prepare(self, env):
        customer = env["res.partner"].create({"name": "Bench", "is_company": True})
        env["key.account"].create({"partner_id": customer.id, "state": "active"})
        self.products = env["product.product"].create(
            [
                {"name": f"Bench {i}", "list_price": 10 + i, "is_storable": True}
                for i in range(2)
            ]
        )
        location = env["stock.warehouse"].search([], limit=1).lot_stock_id
        for product in self.products:
            env["stock.quant"]._update_available_quantity(product, location, 10**4)
        self.addresses = env["res.partner"].create(
            [
                {
                    "name": f"Recipient {i}",
                    "type": "delivery",
                    "parent_id": customer.id,
                    "street": f"Street {i}",
                    "city": "Town",
                }
                for i in range(RECIPIENTS)
            ]
        )
        self.customer = customer

    def _order(self, env, quantity, **vals):
        return {
            "partner_id": self.customer.id,
            "order_line": [
                Command.create({"product_id": product.id, "product_uom_qty": quantity})
                for product in self.products
            ],
            **vals,
        }

    @variant("split of a parent order")
    def split(self, env):
        order = env["sale.order"].create(self._order(env, RECIPIENTS))
        env["sale.order.recipient"].create(
            [
                {
                    "order_id": order.id,
                    "partner_id": address.id,
                    "line_ids": [
                        Command.create({"order_line_id": line.id, "quantity": 1})
                        for line in order.order_line
                    ],
                }
                for address in self.addresses
            ]
        )
        order.action_split()

    @variant("plain Odoo, one batch")
    def batch(self, env):
        orders = env["sale.order"].create(
            [
                self._order(env, 1, partner_shipping_id=address.id)
                for address in self.addresses
            ]
        )
        orders.action_confirm()

    @variant("plain Odoo, one by one")
    def one_by_one(self, env):
        for address in self.addresses:
            order = env["sale.order"].create(
                self._order(env, 1, partner_shipping_id=address.id)
            )
            order.action_confirm()
