from odoo.fields import Command

from .common import PricingCase

REFUSED = "Acme may not buy Saw: choose another product for .*, or ask"


class RangeCase(PricingCase):
    """The account may buy tea; coffee is another category."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Category = cls.env["product.category"]
        cls.drinks = Category.create({"name": "Drinks"})
        cls.teas = Category.create({"name": "Teas", "parent_id": cls.drinks.id})
        cls.tools = Category.create({"name": "Tools"})
        cls.tea = cls.make_product("Green Tea", 10, categ_id=cls.teas.id)
        cls.saw = cls.make_product("Saw", 20, categ_id=cls.tools.id)

    @classmethod
    def make_range(cls, *content, policy="approve", account=None, **vals):
        """Return a range that a manager made.

        :param content: products, templates and categories
        """
        names = {
            "product.product": "product_ids",
            "product.template": "product_tmpl_ids",
            "product.category": "categ_ids",
        }
        for records in content:
            vals[names[records._name]] = [Command.set(records.ids)]
        account = account or cls.account
        sellable = (
            cls.env["key.account.range"]
            .with_user(cls.manager)
            .create(
                {
                    "name": "Range",
                    "policy": policy,
                    "account_ids": [Command.set(account.ids)],
                    "company_id": account.company_id.id,
                    **vals,
                }
            )
        )
        # What an order shows is computed once in a request, and not stored.
        cls.env.invalidate_all()
        return sellable

    def quotation(self, *products, account=None, **vals):
        """Return a quotation that the salesperson wrote."""
        return self.make_quotation(
            **self.prepare_quotation(*products, account=account, **vals)
        )

    def prepare_quotation(self, *products, account=None, **vals):
        lines = [Command.create({"product_id": product.id}) for product in products]
        return {
            "partner_id": (account or self.account).partner_id.id,
            "user_id": self.salesperson.id,
            "order_line": lines,
            **vals,
        }

    def outside(self, orders):
        """Return the products of the lines that are marked."""
        self.env.invalidate_all()
        return orders.order_line.filtered("is_outside_range").product_id

    def make_combo(self):
        combo = self.env["product.combo"].create(
            {
                "name": "Tool",
                "combo_item_ids": [Command.create({"product_id": self.saw.id})],
            }
        )
        vals = {"type": "combo", "is_storable": False, "combo_ids": combo.ids}
        return self.make_product("Set", **vals), combo.combo_item_ids

    def add_combo(self, order, product, item):
        """Return the lines of a set and its part that are added to an order."""
        main = order.order_line.create(
            {"order_id": order.id, "product_id": product.id, "sequence": 50}
        )
        return main | main.create(
            {
                "order_id": order.id,
                "product_id": item.product_id.id,
                "combo_item_id": item.id,
                "linked_line_id": main.id,
                "sequence": 51,
            }
        )
