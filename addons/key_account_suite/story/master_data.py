"""The products, customers, addresses and stock that the story needs."""

from collections import defaultdict
from decimal import Decimal

from odoo.fields import Command

from .prepayment import get_pay_modes
from .source import SourceError

# What the files call differently; the last two are no countries at all.
COUNTRY_CODES = {
    "UK": "GB",
    "USA": "US",
    "EIRE": "IE",
    "RSA": "ZA",
    "Channel Islands": "JE",
    "European Community": None,
    "Unspecified": None,
}


class MasterData:
    """Finds or makes the story's records by their references.

    ``countries``, ``products``, ``customers``, ``groups``, ``funds`` and ``addresses``
    map the files' keys to records once `ensure` has run; the groups that buy on credit
    have no fund.
    """

    def __init__(self, env, story):
        self.env = env
        self.story = story
        self.countries = {}
        self.products = {}
        self.customers = {}
        self.groups = {}
        self.funds = {}
        self.addresses = {}

    def ensure(self, plan, parents):
        """Make what is missing, and stock up for what ``parents`` will deliver.

        :raise SourceError: there is no such country
        """
        self._find_countries(plan.countries)
        self._ensure_products(plan.products)
        self._ensure_groups(plan.countries)
        self._ensure_customers(plan.customers)
        self._ensure_funds()
        self._ensure_addresses(plan.addresses)
        self._ensure_stock(parents)

    def _find_countries(self, names):
        Country = self.env["res.country"].with_context(lang="en_US")
        by_name = {country.name: country for country in Country.search([])}
        by_code = {country.code: country for country in by_name.values()}
        for name in names:
            if name in COUNTRY_CODES:
                country = by_code.get(COUNTRY_CODES[name], Country)
            elif name in by_name:
                country = by_name[name]
            else:
                raise SourceError(f"Odoo knows no country {name}: correct its name.")
            self.countries[name] = country.with_env(self.env)

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

    def _ensure_products(self, products):
        found = self._ensure(
            "product.product",
            "default_code",
            {
                self._ref(product.key): {
                    "name": product.name,
                    "list_price": float(product.price),
                    **self._prepare_kind_vals(product),
                    "invoice_policy": "delivery",
                    "taxes_id": [Command.clear()],
                }
                for product in products
            },
        )
        self.products = {
            product.key: found[self._ref(product.key)] for product in products
        }

    def _prepare_kind_vals(self, product):
        return {"type": "service"} if product.is_service else {"is_storable": True}

    def _ensure_groups(self, countries):
        """One buying group for each country, a key account that is active."""
        found = self._ensure(
            "res.partner",
            "ref",
            {
                self._ref(f"group/{country}"): {
                    "name": f"Buying Group {country}",
                    "is_company": True,
                    "country_id": self.countries[country].id,
                }
                for country in countries
            },
        )
        self.groups = {
            country: found[self._ref(f"group/{country}")] for country in countries
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
                    "name": customer.name,
                    "is_company": True,
                    "parent_id": self.groups[customer.country].id,
                    # Type "contact" would take over the address of the group.
                    "type": "other",
                    "street": customer.street,
                    "city": customer.city,
                    "zip": customer.zip or False,
                    "country_id": self.countries[customer.country].id,
                    "phone": customer.phone,
                }
                for code, customer in customers.items()
            },
        )
        self.customers = {code: found[self._ref(code)] for code in customers}
        self._ensure_accounts(
            {
                self.customers[code]: customer.country
                for code, customer in customers.items()
            }
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

    def _ensure_addresses(self, references):
        found = self._ensure(
            "res.partner",
            "ref",
            {
                self._ref(reference): {
                    "name": address.name,
                    "type": "delivery",
                    "parent_id": self._get_owner(address).id,
                    "street": address.street,
                    "street2": address.region or False,
                    "city": address.city,
                    "zip": address.zip or False,
                    "country_id": self.countries[address.country].id,
                }
                for address, reference in references.items()
            },
        )
        self.addresses = {
            address: found[self._ref(reference)]
            for address, reference in references.items()
        }

    def _get_owner(self, address):
        if address.customer:
            return self.customers[address.customer]
        return self.groups[address.country]

    def _ensure_stock(self, parents):
        """Count in what the deliveries will take, on top of what lies there."""
        wanted = defaultdict(Decimal)
        for parent in parents:
            for key, quantity in parent.lines.items():
                wanted[self.products[key.product]] += quantity
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        products = self.env["product.product"].union(*wanted).filtered("is_storable")
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        quants = quants.create(
            [
                {
                    "product_id": product.id,
                    "location_id": warehouse.lot_stock_id.id,
                    "inventory_quantity": product.qty_available
                    + float(wanted[product]),
                }
                for product in products.with_context(warehouse_id=warehouse.id)
            ]
        )
        quants.action_apply_inventory()

    def _ref(self, key):
        return f"{self.story}/{key}"
