"""What a credit check costs: beside Odoo without one, its own warning, and OCA's."""

from copies import begin_copying, copy_row, reserve_ids
from harness import ODOO, Case, variant

from odoo.fields import Command

GATE = "key_account_approval"  # the gate and the approvals, all that credit builds on
CREDIT = "key_account_credit"
ALL = "key_account_suite"
OCA = "sale_financial_risk"
LIMIT = 10**9
OPEN = 2000


def give_limit(env, partner):
    """Put the customer on credit up to ``LIMIT``, with whatever is installed."""
    if "key.account" in env:
        account = env["key.account"].create(
            {"partner_id": partner.id, "state": "active", "pay_mode": "credit"}
        )
        if "key.account.credit.limit" in env:
            env["key.account.credit.limit"].create(
                {"key_account_id": account.id, "amount": LIMIT}
            )
        return account
    partner.credit_limit = LIMIT
    if "risk_total" in env["res.partner"]._fields:
        included = [include for *_names, include in partner._risk_field_list()]
        partner.write(dict.fromkeys(included, True))
    return None


class Confirm:
    """Variants of the cases below."""

    repeats = 25
    product = ""

    @classmethod
    def load(cls, env):
        goods = {"type": "consu", "is_storable": True}
        for name, vals in (("service", {"type": "service"}), ("goods", goods)):
            products = [
                {"name": f"Bench {name} {n}", "list_price": 20, **vals}
                for n in range(5)
            ]
            env["product.product"].create(products)
        partner = env["res.partner"].create({"name": "Bench", "is_company": True})
        give_limit(env, partner)

    def prepare(self, env):
        env = env(user=env.ref("base.user_admin"))
        products = env["product.product"].search(
            [("name", "like", f"Bench {self.product}")]
        )
        self.order = env["sale.order"].create(
            {
                "partner_id": env["res.partner"].search([("name", "=", "Bench")]).id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 1})
                    for product in products
                ],
            }
        )

    def confirm(self):
        self.order.action_confirm()
        assert self.order.state == "sale"

    @variant("Odoo, without any check", addons=ODOO)
    def odoo(self, _env):
        self.confirm()

    @variant("gate and approvals, without credit", addons=GATE)
    def gate(self, _env):
        self.confirm()

    @variant("ours: credit", addons=CREDIT)
    def ours(self, _env):
        self.confirm()

    @variant("ours: everything installed", addons=ALL)
    def everything(self, _env):
        self.confirm()

    @variant("OCA sale_financial_risk", addons=OCA)
    def oca(self, _env):
        self.confirm()


class ConfirmServices(Confirm, Case):
    title = "an order of 5 services is confirmed"
    product = "service"


class ConfirmGoods(Confirm, Case):
    title = "an order of 5 goods is confirmed"
    product = "goods"


class Warned(Case):
    title = f"an order of 5 services is confirmed, {OPEN} orders are open"
    repeats = 15

    @classmethod
    def load(cls, env):
        env.company.account_use_credit_limit = True
        product = env["product.product"].create(
            {"name": "Bench warned", "type": "service", "list_price": 20}
        )
        for name in ("Bench none", "Bench many"):
            partner = env["res.partner"].create({"name": name, "is_company": True})
            give_limit(env, partner)
        order = cls.make_order(env, partner, product)
        order.action_confirm()
        env.flush_all()
        begin_copying(env.cr)
        env.cr.execute(
            "CREATE TEMP TABLE bench_many AS SELECT number FROM generate_series(1, %s) number",
            [OPEN - 1],
        )
        first = reserve_ids(env.cr, "sale_order", OPEN)
        number = {"name": "'B' || number", "access_token": "NULL"}
        copy_row(env.cr, order, "bench_many", id=f"{first} + number", **number)
        for line in order.order_line:
            copy_row(env.cr, line, "bench_many", order_id=f"{first} + number")

    @staticmethod
    def make_order(env, partner, product):
        line = {"product_id": product.id, "product_uom_qty": 1}
        return env["sale.order"].create(
            {"partner_id": partner.id, "order_line": [Command.create(line)] * 5}
        )

    def prepare(self, env):
        env = env(user=env.ref("base.user_admin"))
        product = env["product.product"].search([("name", "=", "Bench warned")])
        partners = env["res.partner"].search(
            [("name", "in", ("Bench none", "Bench many"))]
        )
        self.orders = {
            partner.name: self.make_order(env, partner, product) for partner in partners
        }

    def confirm(self, name, is_opened=False):
        order = self.orders[name]
        if is_opened:
            # The form shows it before anybody confirms.
            assert not order.partner_credit_warning
        order.action_confirm()
        assert order.state == "sale"

    @variant("Odoo, nobody looks at the warning", addons=ODOO)
    def odoo(self, _env):
        self.confirm("Bench many")

    @variant("Odoo's warning, of a customer without open orders", addons=ODOO)
    def warning_none(self, _env):
        self.confirm("Bench none", is_opened=True)

    @variant("Odoo's warning", addons=ODOO)
    def warning_many(self, _env):
        self.confirm("Bench many", is_opened=True)

    @variant("OCA sale_financial_risk", addons=OCA)
    def oca(self, _env):
        self.confirm("Bench many")

    @variant("ours: credit", addons=CREDIT)
    def ours(self, _env):
        self.confirm("Bench many")
