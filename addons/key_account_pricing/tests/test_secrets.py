"""All that a role may read of all models tells no guide price, cost, margin or price
that is not its own to know. The tests do not know which fields are closed."""

from odoo.tests import tagged

from .common_secrets import SecretsCase, find_secrets

# For each model, what was made last; all that these tests make is among it.
NEWEST = 60
# Odoo's own texts, each of them a page that is made to be read.
TEXTS = ("ir.module.module",)


@tagged("post_install", "-at_install")
class TestSecrets(SecretsCase):
    def attempt(self, call):
        """Return what a call returns, None when it fails."""
        try:
            with self.env.cr.savepoint():
                return call()
        except Exception:  # pylint: disable=broad-except
            # Not only refusals: core has fields that cannot be read at all.
            return None

    def read_everything(self, user):
        """Return ``{model.field: kinds of secrets}`` of all that ``user`` may read."""
        told = {}
        self.env.invalidate_all()
        env = self.env(user=user)
        for name in sorted(env.registry):
            model = env[name]
            if model._abstract or name in TEXTS or not model.has_access("read"):
                continue
            found = self.attempt(
                lambda m=model: m.search([], limit=NEWEST, order="id desc")
            )
            for row in self.read_rows(found) if found else ():
                for field, value in row.items():
                    kinds = told.setdefault(f"{name}.{field}", set())
                    kinds |= find_secrets(value)
        return told

    def read_rows(self, records):
        rows = self.attempt(records.read)
        if rows is not None:
            return rows
        # Field by field: what cannot be read does not hide the rest.
        return [
            row
            for name in records.fields_get()
            for row in self.attempt(lambda n=name: records.read([n])) or ()
        ]

    def assertTold(self, user, seen, closed):
        """Assert that what ``user`` reads tells the secrets of the fields ``seen``
        (``{field: kind}``), and nothing of the kinds ``closed``."""
        told = self.read_everything(user)
        missing = {
            path for path, kind in seen.items() if kind not in told.get(path, ())
        }
        self.assertFalse(missing, f"{user.login} reads too little to mean anything")
        leaks = {path: kinds & closed for path, kinds in told.items() if kinds & closed}
        self.assertFalse(leaks, f"{user.login} is told")

    def test_managers_are_told_everything(self):
        # Or the other tests would look for what is not there.
        line, request = "sale.order.line", "key.account.approval.request"
        seen = {
            f"{line}.guide_price": "guide",
            f"{line}.guide_distance": "guide",
            f"{line}.guide_reason": "guide",
            f"{line}.margin_current": "margin",
            "sale.order.margin_current": "margin",
            "product.product.standard_price": "cost",
            "key.account.price.sheet.line.price": "guide",
            "key.account.price.sheet.title": "guide",
            f"{request}.snapshot": "guide",
            f"{request}.content": "guide",
            f"{request}.void_reason": "guide",
            f"{request}.cause": "margin",
            f"{request}.reject_reason": "words",
            f"{request}.step.decided_by": "guide",
            "key.account.approval.decision.reason": "guide",
            "mail.message.body": "guide",
            "mail.activity.note": "guide",
            "ir.attachment.raw": "guide",
            "key.account.agreement.line.price": "price",
        }
        self.assertTold(self.manager, seen, set())

    SEEN_BY_STAFF = {
        "sale.order.line.price_unit": "price",
        "sale.order.amount_total": "price",
        "sale.order.margin_current": "margin",
        "sale.order.line.margin_current": "margin",
        "product.product.standard_price": "cost",
        "key.account.approval.request.cause": "margin",
    }

    def test_salespeople_without_the_right_are_told_no_guide_price(self):
        self.assertTold(self.plain, self.SEEN_BY_STAFF, {"guide"})

    def test_controllers_are_told_no_guide_price(self):
        self.assertTold(self.controller, self.SEEN_BY_STAFF, {"guide"})

    def test_accountants_are_told_no_guide_price(self):
        self.assertTold(self.accountant, self.SEEN_BY_STAFF, {"guide"})

    def test_the_warehouse_is_told_nothing(self):
        closed = {"guide", "cost", "margin", "price", "words"}
        self.assertTold(self.warehouse, {}, closed)
        order = self.order.with_user(self.warehouse)
        self.assertEqual(order.read(["name"])[0]["name"], self.order.name)

    def test_warehouse_clerks_who_see_prices_are_told_no_cost(self):
        seen = {"sale.order.line.price_unit": "price"}
        self.assertTold(self.clerk, seen, {"guide", "cost", "margin"})

    def test_customers_are_told_their_prices(self):
        seen = {
            "sale.order.line.price_unit": "price",
            "key.account.agreement.line.price": "price",
        }
        self.assertTold(self.customer, seen, {"guide", "cost", "margin", "words"})
