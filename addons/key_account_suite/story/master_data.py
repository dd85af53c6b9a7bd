"""The products, customers, addresses and stock that the story needs."""

from collections import defaultdict
from decimal import Decimal

from odoo.fields import Command

from .prepayment import get_pay_modes

COUNTRY_CODES = {"UK": "GB", "USA": "US"}


class MasterData:
    """Finds or makes the story's records by their references.

    ``products``, ``customers``, ``groups``, ``funds`` and ``addresses`` map the files'
    keys to records once `ensure` has run; the groups that buy on credit have no fund.
    """

    def __init__(self, env, story):
        self.env = env
        self.story = story
        self.products = {}
        self.customers = {}
        self.groups = {}
        self.funds = {}
        self.addresses = {}

    def ensure(self, plan, parents):
        """Make what is missing, and stock up for what ``parents`` will deliver."""
        self._ensure_products(plan.products)
        self._ensure_groups(plan.customers)
        self._ensure_customers(plan.customers)
        self._ensure_funds()
        self._ensure_addresses(plan.parents)
        self._ensure_stock(parents)

    def _ensure(self, model, name, wanted):
        """Return ``{reference: record}``, creating the records that are missing.

        :param name: the field that holds the reference
        :param wanted: ``{reference: values}``
        """
        Model = self.env[model]
        found = {
            record[name]: record
            for record in Model.search([(name, "in", list(wanted))])
        }
        missing = {ref: vals for ref, vals in wanted.items() if ref not in found}
        created = Model.create([{**vals, name: ref} for ref, vals in missing.items()])
        return {**found, **dict(zip(missing, created, strict=True))}

    def _ensure_products(self, rows):
        found = self._ensure(
            "product.product",
            "default_code",
            {
                self._ref(row["productID"]): {
                    "name": row["productName"],
                    "list_price": float(row["unitPrice"]),
                    "is_storable": True,
                    "invoice_policy": "delivery",
                    "taxes_id": [Command.clear()],
                }
                for row in rows
            },
        )
        self.products = {
            row["productID"]: found[self._ref(row["productID"])] for row in rows
        }

    def _ensure_groups(self, customers):
        """One buying group for each country, a key account that is active."""
        countries = sorted({row["country"] for row in customers.values()})
        found = self._ensure(
            "res.partner",
            "ref",
            {
                f"{self.story}/group/{country}": {
                    "name": f"Buying Group {country}",
                    "is_company": True,
                    "country_id": self._country(country).id,
                }
                for country in countries
            },
        )
        self.groups = {
            country: found[f"{self.story}/group/{country}"] for country in countries
        }
        self._ensure_accounts(
            {partner: country for country, partner in self.groups.items()}
        )

    def _ensure_customers(self, customers):
        """The customers, each a company and an account below its country's group."""
        found = self._ensure(
            "res.partner",
            "ref",
            {
                self._ref(code): {
                    "name": row["companyName"],
                    "is_company": True,
                    "parent_id": self.groups[row["country"]].id,
                    # Type "contact" would take over the address of the group.
                    "type": "other",
                    "street": row["address"],
                    "city": row["city"],
                    "zip": row["postalCode"] if row["postalCode"] != "NULL" else False,
                    "country_id": self._country(row["country"]).id,
                    "phone": row["phone"],
                }
                for code, row in customers.items()
            },
        )
        self.customers = {code: found[self._ref(code)] for code in customers}
        self._ensure_accounts(
            {self.customers[code]: row["country"] for code, row in customers.items()}
        )

    def _ensure_accounts(self, countries):
        """Make the key accounts, which pay like all of their country.

        :param countries: ``{partner: country}``
        """
        Account = self.env["key.account"]
        pay_modes = get_pay_modes(self.groups)
        partners = self.env["res.partner"].union(*countries)
        known = Account.search([("partner_id", "in", partners.ids)]).partner_id
        Account.create(
            [
                {"partner_id": partner.id, "state": "active", **pay_modes[country]}
                for partner, country in countries.items()
                if partner not in known
            ]
        )

    def _ensure_funds(self):
        """Open the groups' funds, each where its account pays before delivery."""
        partners = self.env["res.partner"].union(*self.groups.values())
        accounts = self.env["key.account"].search(
            [
                ("partner_id", "in", partners.ids),
                ("pay_mode", "in", ("prepaid", "mixed")),
            ]
        )
        Fund = self.env["key.account.fund"]
        funds = {
            account.partner_id: Fund._find_or_open(account, account.currency_id)
            for account in accounts
        }
        self.funds = {
            country: funds[partner]
            for country, partner in self.groups.items()
            if partner in funds
        }

    def _ensure_addresses(self, parents):
        addresses = {address for parent in parents for address in parent.recipients}
        numbered = {}
        counters = defaultdict(int)
        for address in sorted(addresses, key=lambda a: (a.customer, a.street, a.name)):
            counters[address.customer] += 1
            number = counters[address.customer]
            numbered[address] = self._ref(f"{address.customer}/{number}")
        found = self._ensure(
            "res.partner",
            "ref",
            {
                ref: {
                    "name": address.name,
                    "type": "delivery",
                    "parent_id": self.customers[address.customer].id,
                    "street": address.street,
                    "street2": address.region or False,
                    "city": address.city,
                    "zip": address.zip or False,
                    "country_id": self.customers[address.customer].country_id.id,
                }
                for address, ref in numbered.items()
            },
        )
        self.addresses = {address: found[ref] for address, ref in numbered.items()}

    def _ensure_stock(self, parents):
        """Count in what the deliveries will take, on top of what lies there."""
        wanted = defaultdict(Decimal)
        for parent in parents:
            for key, quantity in parent.lines.items():
                wanted[key.product] += quantity
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        for product, quantity in wanted.items():
            record = self.products[product]
            on_hand = record.with_context(warehouse_id=warehouse.id).qty_available
            quants |= quants.create(
                {
                    "product_id": record.id,
                    "location_id": warehouse.lot_stock_id.id,
                    "inventory_quantity": on_hand + float(quantity),
                }
            )
        quants.action_apply_inventory()

    def _ref(self, key):
        return f"{self.story}/{key}"

    def _country(self, name):
        code = COUNTRY_CODES.get(name)
        domain = [("code", "=", code)] if code else [("name", "=", name)]
        return self.env["res.country"].search(domain, limit=1)
