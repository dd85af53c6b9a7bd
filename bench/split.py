"""A parent order against the same orders made with plain Odoo: what one child costs."""

from harness import ODOO, Case, variant

from odoo.fields import Command

SPLIT = "key_account_split"
ALL = "key_account_suite"
OCA = "sale_order_split_strategy"
RECIPIENTS = 1000
BATCH = 50  # orders that plain Odoo makes at once
PLAIN = 100  # orders of a run with plain Odoo, one by one
STOCK = 10**6


class Recipients:
    """Customers, products in stock, addresses."""

    repeats = 3

    def prepare(self, env):
        # As somebody would do it: the superuser gets no messages.
        env = env(user=env.ref("base.user_admin"))
        self.env = env
        self.customer = env["res.partner"].create({"name": "Bench", "is_company": True})
        if "key.account" in env:
            env["key.account"].create(
                {
                    "partner_id": self.customer.id,
                    "state": "active",
                    "pay_mode": "credit",
                }
            )
        self.products = env["product.product"].create(
            [
                {"name": f"Bench {i}", "list_price": 10 + i, "is_storable": True}
                for i in range(2)
            ]
        )
        if "split_background_limit" in env.company._fields:
            env.company.split_background_limit = 0  # measured while the user waits
        location = env["stock.warehouse"].search([], limit=1).lot_stock_id
        for product in self.products:
            env["stock.quant"]._update_available_quantity(product, location, STOCK)

    def make_addresses(self, count):
        return self.env["res.partner"].create(
            [
                {
                    "name": f"Recipient {i}",
                    "type": "delivery",
                    "parent_id": self.customer.id,
                    "street": f"Street {i}",
                    "city": "Town",
                }
                for i in range(count)
            ]
        )

    def order_vals(self, quantity, **vals):
        return {
            "partner_id": self.customer.id,
            "order_line": [
                Command.create({"product_id": product.id, "product_uom_qty": quantity})
                for product in self.products
            ],
            **vals,
        }

    def split_between(self, addresses):
        count = len(addresses)
        order = self.env["sale.order"].create(self.order_vals(count))
        self.env["sale.order.recipient"].create(
            [
                {
                    "order_id": order.id,
                    "partner_id": address.id,
                    "line_ids": [
                        Command.create({"order_line_id": line.id, "quantity": 1})
                        for line in order.order_line
                    ],
                }
                for address in addresses
            ]
        )
        order.action_split()
        self.assert_reserved(order.child_order_ids, count)

    def make_at_once(self, addresses):
        orders = self.env["sale.order"].create(
            [
                self.order_vals(1, partner_shipping_id=address.id)
                for address in addresses
            ]
        )
        orders.action_confirm()
        return orders

    def split_off(self, addresses):
        """Take two lines at a time off one order, each time into an order of its own."""
        order = self.env["sale.order"].create(self.order_vals(1))
        for number, address in enumerate(addresses):
            lines = [
                {**values[2], "order_id": order.id, "name": f"For {number}"}
                for values in self.order_vals(1)["order_line"]
            ]
            lines = self.env["sale.order.line"].create(lines)
            order.split_strategy_id = self.strategies[number]
            new = order.action_split()
            new.partner_shipping_id = address
            new.action_confirm()
            self.assert_reserved(new, 1)

    def assert_reserved(self, orders, count):
        assert len(orders) == count
        assert set(orders.picking_ids.mapped("state")) == {"assigned"}


class SplitParentOrder(Recipients, Case):
    title = f"a child: {RECIPIENTS} recipients x 2 goods, created, confirmed, reserved"

    def prepare(self, env):
        super().prepare(env)
        self.addresses = self.make_addresses(RECIPIENTS)
        if OCA.replace("_", ".") in self.env:
            self.strategies = self.make_strategies(PLAIN)

    def make_strategies(self, count):
        filters = self.env["ir.filters"].create(
            [
                {
                    "name": f"For {number}",
                    "model_id": "sale.order.line",
                    "domain": repr([("name", "=", f"For {number}")]),
                }
                for number in range(count)
            ]
        )
        return self.env[OCA.replace("_", ".")].create(
            [{"name": each.name, "line_filter_id": each.id} for each in filters]
        )

    @variant("plain Odoo, one order in a transaction", addons=ODOO, units=PLAIN)
    def one_by_one(self, env):
        for address in self.addresses[:PLAIN]:
            orders = self.make_at_once(address)
            # On a copy that is thrown away.
            env.cr.commit()
        self.assert_reserved(orders, 1)

    @variant(f"plain Odoo, {BATCH} orders at once", addons=ODOO, units=RECIPIENTS)
    def batch(self, _env):
        for start in range(0, RECIPIENTS, BATCH):
            orders = self.make_at_once(self.addresses[start : start + BATCH])
        self.assert_reserved(orders, len(orders))

    @variant("OCA: two lines split off an order, confirmed", addons=OCA, units=PLAIN)
    def strategy(self, _env):
        self.split_off(self.addresses[:PLAIN])

    @variant("ours: split of a parent order", addons=SPLIT, units=RECIPIENTS)
    def split(self, _env):
        self.split_between(self.addresses)

    @variant("ours: everything installed", addons=ALL, units=RECIPIENTS)
    def everything(self, _env):
        self.split_between(self.addresses)


class SplitGrowth(Recipients, Case):
    title = "a child, by the number of recipients"
    repeats = 1

    @variant("100 recipients", addons=SPLIT, units=100)
    def small(self, _env):
        self.split_between(self.make_addresses(100))

    @variant("1,000 recipients", addons=SPLIT, units=1000)
    def middle(self, _env):
        self.split_between(self.make_addresses(1000))

    @variant("5,000 recipients", addons=SPLIT, units=5000)
    def large(self, _env):
        self.split_between(self.make_addresses(5000))
