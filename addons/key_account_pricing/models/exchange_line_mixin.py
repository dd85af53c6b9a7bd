from odoo import api, models

from odoo.addons.key_account.tools.cells import normalize

from ..tools.exchange_plan import Column

# How people call the columns who do not know the fields' labels.
ALIASES = {
    "product_id": (
        "Internal Reference",
        "Product Reference",
        "SKU",
        "内部参考",
        "产品编码",
        "产品编号",
        "物料编码",
    ),
    "price": ("Unit Price", "单价"),
    "discount": ("Discount", "折扣"),
    "sequence": ("No.", "序号"),
}
TARGETS = ("product_id", "product_tmpl_id", "categ_id")
# In the context of an import; nobody can send it over RPC.
CHECK_LATER = object()
# What a line gives, and the column that says how much.
GIVES = {"fixed": "price", "discount": "discount"}


class PriceExchangeLine(models.AbstractModel):
    """Lines that are exported to a sheet and imported from one: their columns and the
    rules that look at whole rows.

    A new column is one entry of `_get_exchange_columns`; a rule about it is an override
    of `_get_exchange_problems`.
    """

    _name = "key.account.price.exchange.line"
    _description = "Price Line That Is Exchanged as a Sheet"

    # ----------------------------------------------------------------- columns

    @api.model
    def _get_exchange_columns(self):
        """Return the columns of the sheet in their order, a dict for each.

        ``name`` is the field's; label, type, choices, decimals and groups are read from
        the field unless the dict has them. Besides:

        - ``required``: a cell that is empty is an error
        - ``minimum``, ``maximum``: of a number
        - ``is_percent``: 10% is 10
        - ``is_info``: exported for people, ignored on import
        - ``example``: shown in an empty sheet
        """
        columns = [
            {"name": "sequence", "example": 10},
            {"name": "product_id", "example": "FURN-0001"},
            {"name": "product_tmpl_id"},
            {"name": "categ_id"},
            {"name": "display_name", "is_info": True},
            {"name": "quantity_min", "minimum": 0, "example": 1},
            {"name": "price_kind", "example": "fixed"},
            {"name": "price", "minimum": 0, "example": 99.5},
            {"name": "discount", "minimum": 0, "maximum": 100, "is_percent": True},
            {"name": "price_basis"},
            {"name": "freight", "minimum": 0},
            {"name": "freight_kind"},
            {"name": "quantity_release_min", "minimum": 0},
            {"name": "quantity_release_max", "minimum": 0},
            {"name": "quantity_committed", "minimum": 0},
            {"name": "value_committed", "minimum": 0},
        ]
        return [column for column in columns if column["name"] in self._fields]

    @api.model
    def _get_exchange_key_fields(self):
        """Return the fields that tell the lines of a document apart."""
        return [*TARGETS, "quantity_min", "price_basis"]

    @api.model
    def _describe_exchange_columns(self, currency=None):
        """Return the ``Column``s with labels in the user's language.

        :param currency: of the document, for monetary columns
        """
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        fields_model = self.env["ir.model.fields"]
        strings = [
            fields_model.with_context(lang=code).get_field_string(self._name)
            for code in languages
        ]
        described = self.fields_get(
            [column["name"] for column in self._get_exchange_columns()],
            ["string", "help"],
        )
        return [
            self._describe_exchange_column(
                {**described[column["name"]], **column}, strings, languages, currency
            )
            for column in self._get_exchange_columns()
            # fields_get leaves out what the user may not see.
            if column["name"] in described
        ]

    @api.model
    def _describe_exchange_column(self, entry, strings, languages, currency):
        name = entry["name"]
        field = self._fields[name]
        label = entry.get("label", entry["string"])
        labels = {name, label, field.string, *ALIASES.get(name, ())}
        labels.update(entry.get("aliases", ()), *([s.get(name, name)] for s in strings))
        choices, choice_labels = self._describe_exchange_choices(field, languages)
        return Column(
            name=name,
            label=label,
            type=entry.get("type", field.type),
            labels=frozenset(map(normalize, filter(None, labels))),
            choices=choices,
            choice_labels=choice_labels,
            required=entry.get("required", False),
            is_required_by_model=field.required,
            is_info=entry.get("is_info", False),
            is_percent=entry.get("is_percent", False),
            is_number=field.type in ("float", "monetary", "integer"),
            decimals=entry.get(
                "decimals", self._get_exchange_decimals(field, currency)
            ),
            minimum=entry.get("minimum"),
            maximum=entry.get("maximum"),
            comodel=field.comodel_name,
            hint=entry.get("hint", entry.get("help") or ""),
            example=entry.get("example", ""),
        )

    @api.model
    def _describe_exchange_choices(self, field, languages):
        if field.type != "selection":
            return {}, {}
        choices = {}
        for code in languages:
            model = self.with_context(lang=code)
            for value, text in field._description_selection(model.env):
                choices[normalize(text)] = value
        for value, text in field._description_selection(self.env):
            choices[normalize(text)] = choices[normalize(value)] = value
        return choices, dict(field._description_selection(self.env))

    @api.model
    def _get_exchange_decimals(self, field, currency):
        if field.type == "integer":
            return 0
        if field.type == "monetary":
            return currency.decimal_places if currency else 2
        if field.type == "float":
            digits = field.get_digits(self.env)
            return digits[1] if digits else None
        return None

    # ------------------------------------------------------------------ checks

    def _with_late_checks(self):
        """Return the lines such that what is written does not meet the constraints in
        Python, which look at all lines of the document, until `_check_late`: each time
        would take a minute, and on the way two lines may hold the same volume."""
        return self.with_context(exchange_checks=CHECK_LATER)

    def _check_late(self):
        """Hold the lines against all their constraints."""
        lines = self.with_context(exchange_checks=None)
        lines._validate_fields(lines._fields)

    def _validate_fields(self, field_names, excluded_names=()):
        # EXTENDS 'base'
        if self.env.context.get("exchange_checks") is CHECK_LATER:
            return
        super()._validate_fields(field_names, excluded_names)

    # ------------------------------------------------------------------- rules

    @api.model
    def _get_exchange_key(self, values):
        """Return what tells lines apart, of a line or of ``{field: value}``."""
        key = []
        for name in self._get_exchange_key_fields():
            value = values[name] if isinstance(values, models.Model) else values(name)
            if isinstance(value, models.Model):
                value = value.id
            is_float = self._fields[name].type in ("float", "monetary")
            key.append(round(value or 0.0, 6) if is_float else value or False)
        return tuple(key)

    @api.model
    def _prepare_exchange_row(self, row):
        """Complete the values of a row from each other, before it is compared with the
        line that it is about: what it gives, where that is left open."""
        if "price_kind" not in self._fields or row.is_given("price_kind"):
            return
        given = [kind for kind, name in GIVES.items() if row.is_given(name)]
        if len(given) > 1:
            # An entered zero beside a figure says nothing.
            given = [k for k in given if row.values.get(GIVES[k])] or given[:1]
        if len(given) == 1:
            row.values["price_kind"] = given[0]

    @api.model
    def _get_exchange_unused(self, get):
        """Return the columns that mean nothing for a line: they are exported empty, and
        an empty cell leaves them as they are.

        :param get: returns the line's value of a field
        """
        if "price_kind" not in self._fields:
            return set()
        unused = {name for kind, name in GIVES.items() if kind != get("price_kind")}
        if get("price_basis") != "delivered":
            unused |= {"freight", "freight_kind"}
        return unused

    @api.model
    def _get_exchange_target_problems(self, row):
        """Yield ``(column, sentence)`` where not exactly one target is given."""
        targets = [name for name in TARGETS if name in self._fields]
        given = [name for name in targets if row.is_given(name)]
        if len(given) > 1:
            yield (
                given[1],
                self.env._(
                    "The row is for a product, all variants of one, or a category: "
                    "fill in one of them and empty the others."
                ),
            )
        elif not given and row.cells:
            yield (
                "product_id",
                self.env._(
                    "The row does not say what it is for: fill in a product, all "
                    "variants of one, or a category."
                ),
            )

    @api.model
    def _get_exchange_problems(self, rows, kept):
        """Hook: yield ``(row, column, sentence)`` for rows that break a rule which
        looks at more than one cell.

        :param rows: with their values, and the line that they are about
        :param kept: lines of the document that stay as they are
        """
        for row in rows:
            for column, sentence in self._get_exchange_price_problems(row):
                yield row, column, sentence
            for column, sentence in self._get_exchange_freight_problems(row):
                yield row, column, sentence
        if "quantity_committed" in self._fields:
            yield from self._get_exchange_volume_problems(rows, kept)

    @api.model
    def _get_exchange_price_problems(self, row):
        kind = row.get("price_kind")
        if kind not in GIVES:
            return
        own = GIVES[kind]
        others = [name for name in GIVES.values() if name != own]
        both = [name for name in others if row.values.get(name)]
        if both and not row.is_given("price_kind"):
            yield (
                "price_kind" if "price_kind" in row.columns else both[0],
                self.env._(
                    "The row has a price and a discount: empty the one that does not "
                    "count."
                ),
            )
        elif both:
            yield (
                both[0],
                self.env._(
                    "The row gives something else: empty this cell, or change what the "
                    "row gives."
                ),
            )
        keeps = row.keeps and own not in row.columns and row.line.price_kind == kind
        if not row.is_given(own) and not keeps:
            yield (
                own,
                self.env._(
                    "The figure that the row gives is missing: enter it, 0 if it is "
                    "meant."
                ),
            )

    @api.model
    def _get_exchange_freight_problems(self, row):
        freight = row.get("freight")
        if freight and row.get("price_basis") != "delivered":
            yield (
                "freight",
                self.env._(
                    "Only a delivered price has freight: set the basis to delivered, or "
                    "empty the cell."
                ),
            )
        is_in_price = (
            row.get("price_kind") == "fixed" and row.get("freight_kind") == "included"
        )
        if freight and is_in_price and freight > (row.get("price") or 0.0):
            yield (
                "freight",
                self.env._(
                    "Freight that is included cannot be more than the price: correct one "
                    "of the two."
                ),
            )
        most = row.get("quantity_release_max")
        if most and most < (row.get("quantity_release_min") or 0.0):
            yield (
                "quantity_release_max",
                self.env._(
                    "The most per order is less than the least: correct one of the two."
                ),
            )

    @api.model
    def _get_exchange_volume_problems(self, rows, kept):
        committed = {}
        for line in kept.filtered("quantity_committed"):
            committed[line.product_id.id] = self.env._("a line that stays")
        for row in rows:
            if not row.get("quantity_committed"):
                continue
            if not row.is_given("product_id"):
                yield (
                    row,
                    "quantity_committed",
                    self.env._(
                        "A volume is agreed on for one product: fill in the product, or "
                        "leave the volume empty."
                    ),
                )
                continue
            product = row.get("product_id")
            if not product:
                continue
            if product in committed:
                yield (
                    row,
                    "quantity_committed",
                    self.env._(
                        "The product's volume is committed already (%s) and counts for "
                        "all quantities: keep it in one line.",
                        committed[product],
                    ),
                )
            else:
                committed[product] = self.env._("row %s", row.number)
