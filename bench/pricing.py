"""Prices of a long quotation: an agreement against Odoo's own pricelist, as many rules in each."""

from harness import Case, variant

from odoo import fields
from odoo.fields import Command

LINES = 1000
TIERS = 10


class Prices(Case):
    """Both ways have LINES x TIERS active rules and give each line the same price."""

    repeats = 3

    def prepare(self, env):
        self.products = env["product.product"].create(
            [{"name": f"Bench {i}", "list_price": 100 + i} for i in range(LINES)]
        )
        self.customer, self.key_customer = env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Bench", "Bench key")]
        )
        rules = [
            (product, 1 + 10 * tier, 90 - tier)
            for product in self.products
            for tier in range(TIERS)
        ]
        self.tiers = self.create_pricelist(env, rules)
        self.create_agreement(env, rules)

    def create_pricelist(self, env, rules):
        items = [
            {
                "applied_on": "0_product_variant",
                "product_id": product.id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "min_quantity": quantity,
                "compute_price": "fixed",
                "fixed_price": price,
            }
            for product, quantity, price in rules
        ]
        return env["product.pricelist"].create(
            {"name": "Bench", "item_ids": [Command.create(item) for item in items]}
        )

    def create_agreement(self, env, rules):
        account = env["key.account"].create(
            {"partner_id": self.key_customer.id, "state": "active"}
        )
        lines = [
            {"product_id": product.id, "quantity_min": quantity, "price": price}
            for product, quantity, price in rules
        ]
        agreement = env["key.account.agreement"].create(
            {
                "account_id": account.id,
                "date_start": fields.Date.today(),
                "line_ids": [Command.create(line) for line in lines],
            }
        )
        agreement.action_submit()
        agreement._set_state("active")

    def create_order(self, env, customer, pricelist):
        order = env["sale.order"].create(
            {
                "partner_id": customer.id,
                "pricelist_id": pricelist.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 25})
                    for product in self.products
                ],
            }
        )
        env.flush_all()
        assert set(order.order_line.mapped("price_unit")) == {88}
        return order


class NewQuotation(Prices):
    title = f"{LINES} lines, {LINES * TIERS} rules: a new quotation"

    @variant("Odoo's pricelist")
    def pricelist(self, env):
        self.create_order(env, self.customer, self.tiers)

    @variant("agreement")
    def agreement(self, env):
        self.create_order(env, self.key_customer, env["product.pricelist"])


class UpdatedPrices(Prices):
    title = f"{LINES} lines, {LINES * TIERS} rules: prices updated"

    def prepare(self, env):
        super().prepare(env)
        none = env["product.pricelist"]
        self.plain_order = self.create_order(env, self.customer, self.tiers)
        self.agreed_order = self.create_order(env, self.key_customer, none)
        # As in a request of its own: nothing is known yet.
        env["key.account.price"]._forget_rules()

    @variant("Odoo's pricelist")
    def pricelist(self, env):
        self.plain_order.with_env(env).action_update_prices()

    @variant("agreement")
    def agreement(self, env):
        self.agreed_order.with_env(env).action_update_prices()
