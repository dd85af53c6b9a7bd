"""What the tests act on: people of every role, customers, goods, orders.

Everything is made over RPC, as people or programs outside the server would. Names are
unique, since all test files share one running server.
"""

import ast
import secrets
from functools import cached_property
from pathlib import Path

from rpc import WebClient

ROOT = Path(__file__).resolve().parent.parent


def read_groups():
    """Return ``{role: comma-separated groups}``: the roles are defined once."""
    source = (ROOT / "addons" / "key_account" / "tests" / "common.py").read_text()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "GROUPS":
            return ast.literal_eval(node.value)
    raise LookupError("key_account/tests/common.py has no GROUPS")


GROUPS = read_groups()


def unique(name):
    return f"{name}_{secrets.token_hex(3)}"


class Scene:
    """Factories in the database of a running server, with the administrator's hand."""

    def __init__(self, url, database):
        self.url, self.database = url, database
        self.clients = {}
        self.logins = {}
        self.admin = self.log_in("admin")

    def log_in(self, login, door=WebClient):
        """Return a client; the same for each call, since passwords are checked slowly."""
        key = (login, door)
        if key not in self.clients:
            self.clients[key] = door(self.url, self.database, login)
        return self.clients[key]

    def user(self, role, name=None, door=WebClient):
        """Return a client for the user of a role, who is made at first.

        :param name: tells several people of the same role apart
        """
        key = (role, name)
        if key not in self.logins:
            self.logins[key] = self._make_user(role, name or role)
        return self.log_in(self.logins[key], door)

    def _make_user(self, role, name):
        login = unique(name)
        groups = [self.ref(xmlid) for xmlid in GROUPS[role].split(",")]
        self.admin.call(
            "res.users",
            "create",
            {
                "name": login,
                "login": login,
                "password": login,
                "email": f"{login}@example.com",
                "group_ids": [[6, 0, groups]],
            },
        )
        return login

    def ref(self, xmlid):
        module, _dot, name = xmlid.partition(".")
        (found,) = self.admin.call(
            "ir.model.data",
            "search_read",
            [["module", "=", module], ["name", "=", name]],
            ["res_id"],
        )
        return found["res_id"]

    @cached_property
    def stock_location(self):
        (warehouse,) = self.admin.call(
            "stock.warehouse", "search_read", [], ["lot_stock_id"], limit=1
        )
        return warehouse["lot_stock_id"][0]

    def read(self, model, ids, *names, user=None):
        """Return the rows, relations as ids."""
        client = user or self.admin
        ids = [ids] if isinstance(ids, int) else ids
        return client.call(model, "read", ids, list(names), load="_classic_write")

    def get(self, model, record, name, user=None):
        """Return one value of one record."""
        return self.read(model, record, name, user=user)[0][name]

    # ------------------------------------------------------------------ records

    def make_company(self, name="Customer", user=None, **vals):
        client = user or self.admin
        return client.call(
            "res.partner",
            "create",
            {
                "name": unique(name),
                "is_company": True,
                "street": "1 Main Street",
                "city": "Springfield",
                **vals,
            },
        )

    def make_addresses(self, company, count, user=None):
        client = user or self.admin
        return client.call(
            "res.partner",
            "create",
            [
                {
                    "name": unique(f"Recipient {number}"),
                    "type": "delivery",
                    "parent_id": company,
                    "street": f"{number} Side Street",
                    "city": "Springfield",
                }
                for number in range(1, count + 1)
            ],
        )

    def make_account(self, company=None, **vals):
        """Return an active account that buys on credit, unless told otherwise."""
        vals = {"state": "active", "pay_mode": "credit", **vals}
        vals["partner_id"] = company or self.make_company()
        return self.admin.call("key.account", "create", vals)

    def make_product(self, name="Tea", price=12.5, stock=0, **vals):
        product = self.admin.call(
            "product.product",
            "create",
            {
                "name": unique(name),
                "list_price": price,
                "is_storable": True,
                "invoice_policy": "delivery",
                "taxes_id": [[6, 0, []]],
                **vals,
            },
        )
        if stock:
            quant = self.admin.call(
                "stock.quant",
                "create",
                {
                    "product_id": product,
                    "location_id": self.stock_location,
                    "inventory_quantity": stock,
                },
                context={"inventory_mode": True},
            )
            self.admin.call("stock.quant", "action_apply_inventory", [quant])
        return product

    def make_parent(self, company, products, shares, user=None, **vals):
        """Return a quotation with recipients.

        :param products: one order line for each
        :param shares: for each recipient, one quantity for each product
        """
        client = user or self.admin
        totals = [sum(column) for column in zip(*shares, strict=True)]
        order = client.call(
            "sale.order",
            "create",
            {
                "partner_id": company,
                "order_line": [
                    [0, 0, {"product_id": product, "product_uom_qty": total}]
                    for product, total in zip(products, totals, strict=True)
                ],
                **vals,
            },
        )
        lines = self.get("sale.order", order, "order_line", user=client)
        addresses = self.make_addresses(company, len(shares), user=client)
        client.call(
            "sale.order.recipient",
            "create",
            [
                {
                    "order_id": order,
                    "partner_id": address,
                    "line_ids": [
                        [0, 0, {"order_line_id": line, "quantity": quantity}]
                        for line, quantity in zip(lines, share, strict=True)
                    ],
                }
                for address, share in zip(addresses, shares, strict=True)
            ],
        )
        return order

    def make_order(self, company, product, quantity=1, user=None, **vals):
        """Return a quotation over one product."""
        line = {"product_id": product, "product_uom_qty": quantity}
        return (user or self.admin).call(
            "sale.order",
            "create",
            {"partner_id": company, "order_line": [[0, 0, line]], **vals},
        )

    def make_held(self, user, **vals):
        """Return ``(order, issue)``: a quotation that the user could not confirm, since
        the account has been suspended."""
        account = self.make_account(user_id=user.uid)
        company = self.get("key.account", account, "partner_id")
        order = self.make_order(company, self.make_product(stock=9), user=user, **vals)
        self.admin.call("key.account", "action_suspend", [account])
        user.call("sale.order", "action_confirm", [order])
        (issue,) = self.get("sale.order", order, "gate_issue_ids")
        return order, issue

    def children(self, parent):
        """Return the ids of all child orders, cancelled ones included."""
        return self.admin.call(
            "sale.order", "search", [["parent_order_id", "=", parent]], order="id"
        )

    def pickings(self, orders):
        return self.admin.call(
            "stock.picking", "search", [["sale_id", "in", orders]], order="id"
        )


class Deal:
    """One parent order from the customer's first day to the posted invoice, each step
    by the person whose work it is.

    The amounts appear nowhere else, so that a test may look for them in any answer.
    """

    PRICE, COST, TAX_RATE = 1237.91, 613.37, 15.0
    SHARES = ((7,), (4,))

    def __init__(self, scene):
        self.scene = scene
        self.salesperson = scene.user("salesperson", "deal_salesperson")
        self.manager = scene.user("manager", "deal_manager")
        self.warehouse = scene.user("warehouse", "deal_warehouse")
        self.accountant = scene.user("accountant", "deal_accountant")
        self.tax = scene.admin.call(
            "account.tax",
            "create",
            {"name": unique("Tax"), "amount": self.TAX_RATE, "type_tax_use": "sale"},
        )
        self.product = scene.make_product(
            "Samovar",
            self.PRICE,
            stock=50,
            standard_price=self.COST,
            taxes_id=[[6, 0, [self.tax]]],
        )
        self._open_account()
        self._order()
        self._deliver()
        self._invoice()

    def _open_account(self):
        self.company = self.scene.make_company("Deal", user=self.salesperson)
        self.account = self.salesperson.call(
            "key.account",
            "create",
            {"partner_id": self.company, "pay_mode": "credit"},
        )
        self.salesperson.call("key.account", "action_submit", [self.account])
        self.manager.call("key.account", "action_activate", [self.account])

    def _order(self):
        self.order = self.scene.make_parent(
            self.company, [self.product], self.SHARES, user=self.salesperson
        )
        self.action_split = self.salesperson.call(
            "sale.order", "action_split", [self.order]
        )
        self.children = self.scene.children(self.order)

    def _deliver(self):
        self.pickings = self.warehouse.call(
            "stock.picking",
            "search",
            [["sale_id", "in", self.children]],
            order="id",
        )
        self.warehouse.call("stock.picking", "button_validate", self.pickings)

    def _invoice(self):
        action = self.accountant.call(
            "sale.order", "action_create_child_invoice", [self.order]
        )
        self.invoice = action["res_id"]
        self.accountant.call("account.move", "action_post", [self.invoice])
