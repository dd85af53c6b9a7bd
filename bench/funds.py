"""What prepaying costs: the same orders of an account on credit and of one whose fund
freezes them."""

from unittest.mock import patch

from harness import Case, variant

from odoo.fields import Command

BATCH = 200


class Funds(Case):
    """An account on credit, one that prepays, and orders of both."""

    orders, lines = 1, 1

    def prepare(self, env):
        service = {"type": "service", "taxes_id": [], "list_price": 20}
        self.product = env["product.product"].create({"name": "Bench", **service})
        self.sales = {}
        for pay_mode in ("credit", "prepaid"):
            partner = env["res.partner"].create({"name": pay_mode, "is_company": True})
            account = env["key.account"].create(
                {"partner_id": partner.id, "state": "active", "pay_mode": pay_mode}
            )
            self.sales[pay_mode] = self.make_orders(env, partner)
        fund = env["key.account.fund"].create({"key_account_id": account.id})
        amount = 20.0 * self.orders * self.lines
        self.fund = fund
        self.book(env, "deposit", amount, "deposit")

    def make_orders(self, env, partner):
        line = {"product_id": self.product.id, "product_uom_qty": 1}
        lines = [Command.create(line)] * self.lines
        return env["sale.order"].create(
            [{"partner_id": partner.id, "order_line": lines}] * self.orders
        )

    def book(self, env, kind, amount, key, **vals):
        vals = {"fund": self.fund, "kind": kind, "amount": amount, **vals}
        return env["key.account.fund"]._book([{"key": f"bench {key}", **vals}])

    def confirm(self, env, pay_mode):
        orders = self.sales[pay_mode].with_env(env)
        orders.action_confirm()
        assert set(orders.mapped("state")) == {"sale"}


class ConfirmOne(Funds):
    title = "one order of one line is confirmed"
    repeats = 15

    @variant("on credit, as if there were no funds")
    def without(self, env):
        # All that the addon does about an order that nobody prepays.
        with patch.object(
            env.registry["sale.order"], "_fund_settle", lambda _self: None
        ):
            self.confirm(env, "credit")

    @variant("on credit")
    def credit(self, env):
        self.confirm(env, "credit")

    @variant("prepaid: frozen in the fund")
    def prepaid(self, env):
        self.confirm(env, "prepaid")


class ConfirmOneLong(ConfirmOne):
    title = "one order of 20 lines is confirmed"
    lines = 20


class ConfirmBatch(ConfirmOne):
    title = f"{BATCH} orders are confirmed at once"
    orders = BATCH
    repeats = 3


class Book(Funds):
    title = "100 entries are booked"
    repeats = 10

    def prepare(self, env):
        super().prepare(env)
        self.book(env, "deposit", 1000.0, "money")

    @variant("in one call")
    def one_call(self, env):
        vals = {"fund": self.fund, "kind": "freeze", "amount": 1.0}
        env["key.account.fund"]._book(
            [{**vals, "key": f"bench {number}"} for number in range(100)]
        )

    @variant("each in a call")
    def many_calls(self, env):
        for number in range(100):
            self.book(env, "freeze", 1.0, number)

    @variant("framework limit: 100 rows created in a call each")
    def limit(self, env):
        for number in range(100):
            env["res.partner.category"].create({"name": str(number)})
