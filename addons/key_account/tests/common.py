from contextlib import contextmanager
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

GROUPS = {
    "salesperson": "key_account.group_key_account_user",
    "manager": "key_account.group_key_account_manager",
    "controller": "base.group_user,key_account.group_key_account_credit",
    "accountant": "account.group_account_manager,account.group_account_user",
    "warehouse": "base.group_user,stock.group_stock_user",
    "administrator": "base.group_user,key_account.group_key_account_admin",
    "portal": "base.group_portal",
}


class KeyAccountCase(TransactionCase):
    """Factories for accounts, users of every role, products and orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})

    @classmethod
    def user(cls, role):
        """Return the test user of a role (see ``GROUPS``), made when first needed."""
        login = f"test_{role}"
        user = cls.env["res.users"].search([("login", "=", login)])
        return user or new_test_user(cls.env, login=login, groups=GROUPS[role])

    @classmethod
    def make_company(cls, name="Acme", **vals):
        """Return a customer company with a complete address."""
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "street": "1 Main Street",
                "city": "Springfield",
                **vals,
            }
        )

    @classmethod
    def make_account(cls, partner=None, **vals):
        """Return an active key account; it buys on credit unless told otherwise."""
        partner = partner or cls.make_company()
        vals = {"state": "active", "pay_mode": "credit", **vals}
        return cls.env["key.account"].create({"partner_id": partner.id, **vals})

    @classmethod
    def make_product(cls, name="Widget", price=10.0, **vals):
        """Return a storable product without taxes."""
        return cls.env["product.product"].create(
            {
                "name": name,
                "list_price": price,
                "is_storable": True,
                "invoice_policy": "delivery",
                "taxes_id": [Command.clear()],
                **vals,
            }
        )

    @classmethod
    def make_order(cls, partner, products, **vals):
        """Return a quotation.

        :param products: ``{product: quantity}``
        """
        return cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": qty})
                    for product, qty in products.items()
                ],
                **vals,
            }
        )


class GateCase(KeyAccountCase):
    """Factories for orders that the gate holds, and for what becomes of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.make_account()
        cls.product = cls.make_product()
        # All are there before an order is held: they are who may be told.
        for role in GROUPS:
            cls.user(role)

    @classmethod
    def order(cls, account=None, role=None, **vals):
        """Return a quotation over one product, 10.00.

        :param role: of the author; the administrator of the database when left out
        """
        account = account or cls.account
        user = cls.user(role) if role else cls.env.user
        line = {"product_id": cls.product.id, "product_uom_qty": 1, "price_unit": 10}
        return (
            cls.env["sale.order"]
            .with_user(user)
            .create(
                {
                    "partner_id": account.partner_id.id,
                    "order_line": [Command.create(line)],
                    **vals,
                }
            )
            .with_env(cls.env)
        )

    @classmethod
    def held(cls, role=None, **vals):
        """Return an order that the salesperson wanted to confirm, of an account that
        had been suspended.

        :param role: who wanted to confirm it instead
        """
        if cls.account.state == "active":
            cls.account.action_suspend()
        vals = {"user_id": cls.user("salesperson").id, **vals}
        order = cls.order(**vals)
        order.with_user(cls.user(role or "salesperson")).action_confirm()
        return order

    @classmethod
    def make_document(cls, account, days, **vals):
        """Return a document of the account that expires in so many days."""
        today = fields.Date.context_today(account)
        return cls.env["key.account.document"].create(
            {
                "account_id": account.id,
                "name": "L-1",
                "date_expiry": today + timedelta(days=days),
                **vals,
            }
        )

    @classmethod
    def expire(cls, account=None, **vals):
        """Return a licence of the account that expired yesterday."""
        return cls.make_document(account or cls.account, -1, **vals)

    @staticmethod
    def open_issues(order):
        return order.gate_issue_ids.filtered(lambda issue: issue.state == "open")

    @classmethod
    def release(cls, order, role="manager", reason="The customer has paid."):
        """Have a role release all that holds the order."""
        cls.open_issues(order).with_user(cls.user(role)).action_release(reason)

    def judge_again(self):
        """Run the job that judges held orders."""
        with self.enter_registry_test_mode():
            self.env.ref("key_account.ir_cron_gate").method_direct_trigger()

    @contextmanager
    def assertStopped(self, error, sentence):
        """Assert that what is tried raises ``error`` with ``sentence``, a regular
        expression; like a request that fails it is rolled back."""
        with self.assertRaisesRegex(error, sentence), self.env.cr.savepoint():
            yield

    def assertHeld(self, order, *codes):
        """Assert that the order waits as a quotation, for reasons with these codes."""
        self.assertEqual((order.state, order.gate_state), ("draft", "held"))
        found = self.open_issues(order).mapped("code")
        self.assertEqual(sorted(found), sorted(codes))
