from datetime import datetime, time, timedelta

from odoo.fields import Command


class World:
    """Records that stay, and factories for those that are drawn."""

    def __init__(self, case):
        self.env = case.env(context={**case.env.context, "tracking_disable": True})
        self.case = case
        self.today = case.today
        self.make_currencies()
        self.make_products()
        self.make_customers()

    def make_currencies(self):
        home = self.env.company.currency_id
        names = [name for name in ("USD", "EUR", "CNY") if name != home.name][:2]
        self.currencies = [home, *(self.env.ref(f"base.{name}") for name in names)]
        self.env["res.currency.rate"].search([]).unlink()
        rates = {1: (0.5, 0.9, 0.8, 1.1), 2: (7.0, 7.13, 6.9, 8.0)}
        for number, values in rates.items():
            self.currencies[number].active = True
            for days, rate in zip((-400, -2, 0, 3), values, strict=True):
                self.env["res.currency.rate"].create(
                    {
                        "currency_id": self.currencies[number].id,
                        "name": self.today + timedelta(days),
                        "rate": rate,
                        "company_id": self.env.company.id,
                    }
                )

    def make_products(self):
        self.units = {
            "unit": self.env.ref("uom.product_uom_unit"),
            "pack": self.env.ref("uom.product_uom_pack_6"),
            "dozen": self.env.ref("uom.product_uom_dozen"),
        }
        self.units["dozen"].active = True
        Category = self.env["product.category"]
        self.categories = {"all": Category.create({"name": "All"})}
        for name, parent in (("goods", "all"), ("machines", "goods"), ("services", 0)):
            vals = {"name": name, "parent_id": parent and self.categories[parent].id}
            self.categories[name] = Category.create(vals)
        shirt = self.make_shirt()
        red, blue = shirt.product_variant_ids
        make = self.case.make_product
        pump = make("Pump", 90.9, categ_id=self.categories["machines"].id)
        # Sold by the unit, too: its own unit is a pack of six.
        valve = make("Valve", 2.4, categ_id=self.categories["all"].id)
        valve.uom_id = self.units["pack"]
        self.products = {"red": red, "blue": blue, "pump": pump, "valve": valve}
        self.templates = {"shirt": shirt, "pump": pump.product_tmpl_id}

    def make_shirt(self):
        """Return a template with two variants; the second costs 10 more."""
        attribute = self.env["product.attribute"].create(
            {
                "name": "Colour",
                "value_ids": [
                    Command.create({"name": "red"}),
                    Command.create({"name": "blue", "default_extra_price": 10}),
                ],
            }
        )
        line = {
            "attribute_id": attribute.id,
            "value_ids": [Command.set(attribute.value_ids.ids)],
        }
        return self.env["product.template"].create(
            {
                "name": "Shirt",
                "list_price": 90,
                "categ_id": self.categories["goods"].id,
                "taxes_id": [Command.clear()],
                "attribute_line_ids": [Command.create(line)],
            }
        )

    def make_customers(self):
        china = self.env.ref("base.cn")
        state, elsewhere = china.state_ids[:2]
        Region = self.env["key.account.region"]
        east = {"name": "East", "country_id": china.id, "state_ids": state.ids}
        self.regions = Region.create([east, {"name": "Rest", "country_id": china.id}])
        self.states = china.state_ids[:2]
        places = ((china, state), (china, elsewhere), (self.env.ref("base.fr"), None))
        self.addresses = self.env["res.partner"].create(
            [
                {
                    "name": country.name,
                    "type": "delivery",
                    "parent_id": self.case.account.partner_id.id,
                    "country_id": country.id,
                    "state_id": place and place.id,
                }
                for country, place in places
            ]
        )
        abroad = self.env["res.company"].create({"name": "Abroad"})
        self.accounts = {
            "own": self.case.account,
            "other": self.case.make_account(self.case.make_company("Other")),
            "abroad": self.case.make_account(
                self.case.account.partner_id, company_id=abroad.id
            ),
        }
        self.abroad = abroad

    # ----------------------------------------------------------------- drawn

    def prepare_target(self, target):
        name, key = target
        values = {"product_id": False, "product_tmpl_id": False, "categ_id": False}
        records = {
            "product_id": self.products,
            "product_tmpl_id": self.templates,
            "categ_id": self.categories,
        }
        return {**values, name: records[name][key].id} if name else values

    def prepare_terms(self, version):
        start = self.today + timedelta(version["start"])
        days = version["days"]
        lines = [dict(line) for line in version["lines"]]
        return {
            "date_start": start,
            "date_end": False if days is None else start + timedelta(days),
            "line_ids": [
                Command.clear(),
                *(
                    Command.create({**self.prepare_target(line.pop("target")), **line})
                    for line in lines
                ),
            ],
        }

    def make_document(self, drawn):
        account = self.accounts.get(drawn["owner"])
        company = self.abroad if "abroad" in drawn["owner"] else self.env.company
        first, *later = drawn["versions"]
        vals = {
            "account_id": account and account.id,
            "company_id": company.id,
            "currency_id": self.currencies[drawn["currency"]].id,
            **self.prepare_terms(first),
        }
        if drawn["source"] == "agreement":
            vals["kind"] = drawn["kind"]
            document = self.env["key.account.agreement"].create(vals)
        else:
            vals["kind"] = drawn["source"]
            vals["promotion_policy"] = drawn["policy"]
            if drawn["region"] is not None:
                vals["region_id"] = self.regions[drawn["region"]].id
            document = self.env["key.account.price.sheet"].create(vals)
        self.put_in_force(document, first)
        for version in later:
            today = document.company_id._get_today()
            has_ended = document.date_end and document.date_end < today
            if document.state == "active" and not has_ended:
                document = document.browse(document.action_amend()["res_id"])
                document.write(self.prepare_terms(version))
                self.put_in_force(document, version)

    def put_in_force(self, document, drawn):
        if drawn["state"] == "draft":
            return
        if drawn["is_by_hand"] and document.company_id == self.env.company:
            document.with_user(self.case.second_manager).action_submit()
            document.with_user(self.case.manager).action_activate()
        else:
            document._number_lines()
            document.state = "active"
        if drawn["state"] == "terminated" and document.state == "active":
            document.action_terminate()

    def make_pricelists(self, drawn):
        """Keep one pricelist for each currency, with the items that were drawn."""
        self.pricelists = self.env["product.pricelist"].create(
            [
                {
                    "name": f"Prices {currency.name}",
                    "currency_id": currency.id,
                    "item_ids": [
                        Command.create(self.prepare_item(item)) for item in items
                    ],
                }
                for currency, items in zip(self.currencies, drawn, strict=True)
            ]
        )

    def prepare_item(self, item):
        item = dict(item)
        name, key = item.pop("target")
        applied_on = {
            None: "3_global",
            "categ_id": "2_product_category",
            "product_tmpl_id": "1_product",
            "product_id": "0_product_variant",
        }[name]
        vals = {**item, **self.prepare_target((name, key)), "applied_on": applied_on}
        if name == "product_id":
            vals["product_tmpl_id"] = self.products[key].product_tmpl_id.id
        return vals

    def prepare_head(self, head):
        day = self.today + timedelta(head["day"])
        number = head["pricelist"]
        return {
            "price_basis": head["basis"],
            "partner_shipping_id": self.addresses[head["address"]].id,
            "pricelist_id": False if number is None else self.pricelists[number].id,
            "date_order": datetime.combine(day, time(head["hour"])),
        }

    def make_order(self, head, lines):
        return self.env["sale.order"].create(
            {
                "partner_id": self.case.account.partner_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.products[product].id,
                            "product_uom_id": self.units[unit].id,
                            "product_uom_qty": quantity,
                        }
                    )
                    for product, unit, quantity in lines
                ],
                **self.prepare_head(head),
            }
        )

    def edit(self, order, what, value):
        """Change the order like a person does, who looks at it first; what no line
        depends on counts after an update of the prices."""
        line = order.order_line[0]
        order.order_line.mapped("pricelist_item_id")
        if what == "quantity":
            line.product_uom_qty = value
        elif what == "unit":
            line.product_uom_id = self.units[value]
        elif what == "basis":
            order.price_basis = value
        elif what == "address":
            order.partner_shipping_id = self.addresses[value]
        elif what == "move":
            state = self.states[value] if value is not None else self.states.browse()
            order.partner_shipping_id.write(
                {"country_id": self.states.country_id.id, "state_id": state.id}
            )
            order.action_update_prices()
        else:
            order.write(self.prepare_head(value))
            order.action_update_prices()

    def sort_sources(self, codes):
        sources = self.env["key.account.price.source"].search([])
        for sequence, code in enumerate(codes):
            sources.filtered(lambda s, c=code: s.code == c).sequence = sequence
