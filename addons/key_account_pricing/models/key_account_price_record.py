from collections.abc import Collection

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.key_account.models.price_visibility import PRICE_READERS

from .key_account_price_record_sql import (
    AGREEMENT_ROWS,
    INVOICE_ROWS,
    ORDER_ROWS,
    ROW_TABLES,
)


class KeyAccountPriceRecord(models.Model):
    """The price library: what each customer was quoted, has ordered, agreed on and was
    invoiced, one row for a priced line.

    Nothing is stored: the rows are read from the documents, so that they cannot differ
    from them. A row's number is the number of its line times four plus the place of
    the line's table in ``ROW_TABLES``.
    """

    _name = "key.account.price.record"
    _description = "Price in the Library"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "sale.order": [
            "name",
            "state",
            "date_order",
            "company_id",
            "currency_id",
            "currency_rate",
            "key_account_id",
            "partner_id",
            "user_id",
        ],
        "sale.order.line": [
            "order_id",
            "product_id",
            "product_uom_id",
            "product_uom_qty",
            "price_unit",
            "discount",
            "price_subtotal",
            "price_source",
            "display_type",
            "is_downpayment",
        ],
        "key.account.agreement": [
            "name",
            "version",
            "state",
            "account_id",
            "company_id",
            "currency_id",
            "currency_rate",
            "date_start",
            "date_end",
            "user_id",
        ],
        "key.account.agreement.line": [
            "agreement_id",
            "product_id",
            "product_tmpl_id",
            "categ_id",
            "quantity_min",
            "price_kind",
            "price",
        ],
        "account.move": [
            "name",
            "state",
            "payment_state",
            "move_type",
            "date",
            "invoice_date",
            "invoice_currency_rate",
            "invoice_user_id",
            "commercial_partner_id",
            "company_id",
            "currency_id",
        ],
        "account.move.line": [
            "move_id",
            "product_id",
            "product_uom_id",
            "quantity",
            "price_unit",
            "discount",
            "price_subtotal",
            "display_type",
            "is_downpayment",
        ],
        "key.account": ["partner_id", "company_id"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "uom_id", "type"],
        "res.company": ["currency_id", "partner_id"],
        "res.currency": ["rounding"],
        "res.partner": ["commercial_partner_id", "tz"],
        "uom.uom": ["factor"],
    }

    name = fields.Char(string="Document", readonly=True)
    kind = fields.Selection(
        [
            ("quotation", "Quotation"),
            ("order", "Order"),
            ("agreement", "Agreement"),
            ("invoice", "Invoice"),
        ],
        readonly=True,
    )
    date = fields.Date(
        readonly=True,
        help="Of the order or invoice; for an agreement, the first day of the price.",
    )
    date_end = fields.Date(
        string="Until",
        readonly=True,
        help="Last day of an agreed price: the agreement ends, or its next version "
        "begins.",
    )
    is_ended = fields.Boolean(
        string="Ended", readonly=True, help="The agreement is not in force any more."
    )
    company_id = fields.Many2one("res.company", readonly=True)
    account_id = fields.Many2one("key.account", string="Key Account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_tmpl_id = fields.Many2one(
        "product.template", string="All Variants of", readonly=True
    )
    categ_id = fields.Many2one(
        "product.category", string="Product Category", readonly=True
    )
    uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    quantity = fields.Float(
        digits="Product Unit", readonly=True, help="In the product's own unit."
    )
    quantity_min = fields.Float(
        string="From Quantity",
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="In the product's own unit; the agreed price counts from this quantity on.",
    )
    price = fields.Float(
        string="Average Price",
        digits="Product Price",
        readonly=True,
        aggregator="avg",
        groups=PRICE_READERS,
        help="For one of the product's own unit, less discount, without taxes, in the "
        "company's currency at the document's rate. The average of several is weighted "
        "by quantity; agreed prices, which have none, count only among themselves.",
    )
    price_min = fields.Float(
        string="Lowest Price",
        digits="Product Price",
        readonly=True,
        aggregator="min",
        groups=PRICE_READERS,
    )
    price_max = fields.Float(
        string="Highest Price",
        digits="Product Price",
        readonly=True,
        aggregator="max",
        groups=PRICE_READERS,
    )
    price_document = fields.Float(
        string="Price on the Document",
        digits="Product Price",
        readonly=True,
        aggregator=None,
        groups=PRICE_READERS,
        help="For one of the product's own unit, less discount, without taxes, in the "
        "document's currency.",
    )
    currency_id = fields.Many2one(
        "res.currency", string="Document Currency", readonly=True
    )
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    price_source = fields.Selection(
        selection="_get_price_sources",
        readonly=True,
        groups=PRICE_READERS,
        help="The rule that decided the price of an order's line.",
    )
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    agreement_id = fields.Many2one("key.account.agreement", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Document Number", model_field="res_model", readonly=True
    )

    @api.model
    def _get_price_sources(self):
        field = self.env["sale.order.line"]._fields["price_source"]
        return field._description_selection(self.env)

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            [
                SQL(ORDER_ROWS),
                SQL(AGREEMENT_ROWS),
                SQL(INVOICE_ROWS),
            ]
        )

    def _search(self, domain, *args, **kwargs):
        # EXTENDS 'base': a row's number is computed, so no index knows it; the number
        # of its line is in the primary key of the line's table.
        domain = Domain(domain).map_conditions(self._get_row_condition)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _get_row_condition(self, condition):
        value = condition.value
        if condition.operator == "=":
            value = [value]
        if (
            condition.field_expr != "id"
            or condition.operator not in ("=", "in")
            or not isinstance(value, Collection)
            or not all(isinstance(number, int) for number in value)
        ):
            return condition
        lines = {
            place: tuple(
                number // 4 for number in value if number and number % 4 == place
            )
            for place in range(len(ROW_TABLES))
        }

        def to_sql(model, alias, query):
            wanted = [
                SQL(
                    "(%s = %s AND %s IN %s)",
                    SQL.identifier(alias, "row_table"),
                    place,
                    SQL.identifier(alias, "line_id"),
                    line_ids,
                )
                for place, line_ids in lines.items()
                if line_ids
            ]
            return SQL("(%s)", SQL(" OR ").join(wanted)) if wanted else SQL("FALSE")

        return Domain.custom(to_sql=to_sql, predicate=lambda record: record.id in value)

    def _read_group_select(self, aggregate_spec, query):
        # EXTENDS 'base': an average price is what was paid divided by what was bought.
        if aggregate_spec != "price:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "CASE WHEN SUM(%(quantity)s) > 0"
            " THEN SUM(%(price)s * %(quantity)s) / SUM(%(quantity)s)"
            " ELSE AVG(%(price)s) END",
            price=self._field_to_sql(self._table, "price", query),
            quantity=self._field_to_sql(self._table, "quantity", query),
        )

    # ----------------------------------------------------------------- actions

    def action_open_document(self):
        """Return the action that opens the order, agreement or invoice of a row.

        :raise AccessError: the document is not for the user to read
        """
        self.ensure_one()
        document = self.env[self.res_model].browse(self.res_id)
        document.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "views": [(False, "form")],
        }

    # ---------------------------------------------------------- business methods

    @api.model
    def _get_row_id(self, line):
        """Return the number of a line's row in the library, whether it has one or
        not."""
        return line._origin.id * 4 + ROW_TABLES.index(line._name)
