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
        """Return an active key account."""
        partner = partner or cls.make_company()
        return cls.env["key.account"].create(
            {"partner_id": partner.id, "state": "active", **vals}
        )

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
