from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare, float_is_zero, formatLang

from odoo.addons.key_account.models.price_visibility import PRICE_READERS

from ..exceptions import FreightError
from .document_rule_mixin import FREIGHT_KINDS, PRICE_BASES

# What is agreed with the order's confirmation.
LINE_FIELDS = {"price_basis", "freight_kind", "freight_unit"}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    price_basis = fields.Selection(
        PRICE_BASES,
        compute="_compute_price_basis",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
        help="Pickup: prices are for the goods alone, the customer fetches them. "
        "Delivered: prices are for goods and freight. The key account proposes it.",
    )
    amount_freight = fields.Monetary(
        string="Freight in the Price",
        compute="_compute_amount_freight",
        groups=PRICE_READERS,
        help="The part of the untaxed amount that is freight.",
    )

    @api.depends("key_account_id")
    def _compute_price_basis(self):
        for order in self:
            if order._origin.id and order.state not in ("draft", "sent"):
                # What has been confirmed stays as it was agreed.
                order.price_basis = order.price_basis
            elif order.key_account_id:
                order.price_basis = order.key_account_id.price_basis or "delivered"
            else:
                order.price_basis = False

    @api.depends("order_line.freight_subtotal")
    def _compute_amount_freight(self):
        for order in self:
            order.amount_freight = sum(order.order_line.mapped("freight_subtotal"))

    def write(self, vals):
        if "price_basis" in vals and not self.env.su:
            self._assert_price_basis_open(vals["price_basis"] or False)
        return super().write(vals)

    def _assert_price_basis_open(self, basis):
        """Raise when a user gives one of these orders another basis than the one it was
        confirmed with."""
        for order in self:
            if order.state not in ("draft", "sent") and order.price_basis != basis:
                raise FreightError(
                    self.env._(
                        "The price basis of %s was agreed with its confirmation: cancel "
                        "the order and set it to quotation to change it.",
                        order.name,
                    )
                )

    @api.model
    def _get_snapshot_fields(self):
        # EXTENDS 'key_account': who pays the freight, and how much of the price it is,
        # is part of what was decided on.
        return [
            *super()._get_snapshot_fields(),
            "price_basis",
            "order_line.price_basis",
            "order_line.freight_unit",
        ]


class SaleOrderLine(models.Model):
    """How a line's price is composed. The price is always all that the customer pays
    for a unit; the freight is a part of it."""

    _inherit = "sale.order.line"

    # Not read-only, so that copies and child orders keep what they are given.
    price_basis = fields.Selection(
        PRICE_BASES,
        compute="_compute_freight",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
    )
    freight_kind = fields.Selection(
        FREIGHT_KINDS,
        string="Freight Shown",
        compute="_compute_freight",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
        groups=PRICE_READERS,
        help="Whether the customer reads one price with the freight in it, or goods and "
        "freight apart.",
    )
    freight_unit = fields.Float(
        string="Freight per Unit",
        compute="_compute_freight",
        store=True,
        readonly=False,
        precompute=True,
        digits="Product Price",
        copy=True,
        groups=PRICE_READERS,
        help="The part of the unit price that is freight, without taxes, before the "
        "line's discount.",
    )
    freight_subtotal = fields.Monetary(
        string="Freight",
        compute="_compute_freight_subtotal",
        groups=PRICE_READERS,
        help="The part of the line's untaxed amount that is freight.",
    )

    @api.depends(
        "agreement_line_id",
        "price_sheet_line_id",
        "promotion_line_id",
        "product_id",
        "product_uom_id",
        "order_id.price_basis",
    )
    def _compute_freight(self):
        for line in self:
            if not line._is_price_open():
                # Assigned to itself, as the ORM asks for a value.
                line.price_basis = line.price_basis
                line.freight_kind = line.freight_kind
                line.freight_unit = line.freight_unit
                continue
            rule, promotion = line._get_price_rules()
            if promotion and promotion.policy != "on_top":
                rule = promotion
            is_goods = line.product_id and not line.display_type
            basis = (rule and rule.basis) or line.order_id.price_basis
            line.price_basis = is_goods and basis
            line.freight_kind = rule and rule.freight and rule.freight_kind
            line.freight_unit = line._get_freight_of(rule)

    def _get_freight_of(self, rule):
        """Return how much of the line's price is freight, by the rule that gives it."""
        freight = self.env["key.account.price"]._get_freight(self, rule)
        if not freight:
            return 0.0
        if self.currency_id.compare_amounts(self.price_unit, self.technical_price_unit):
            # A price entered by hand stays, and may be lower.
            return min(freight, self._get_price_without_taxes())
        return min(freight, self._get_decided_price())

    @api.depends("price_basis", "freight_unit", "discount", "product_uom_qty")
    def _compute_freight_subtotal(self):
        for line in self:
            amount = 0.0
            if line.price_basis == "delivered":
                part = 1 - line.discount / 100.0
                amount = line.freight_unit * part * line.product_uom_qty
            currency = line.currency_id or line.env.company.currency_id
            line.freight_subtotal = currency.round(amount)

    @api.constrains("freight_unit", "price_basis")
    def _check_freight(self):
        # sudo: as in _assert_freight_in_price.
        for line in self.sudo():
            if line.freight_unit and line.price_basis != "delivered":
                raise ValidationError(
                    self.env._(
                        "The price of %(product)s in %(order)s is not a delivered one: "
                        "leave out its freight, or have the price basis changed.",
                        product=line.product_id.display_name or line.name,
                        order=line.order_id.name,
                    )
                )
        self._assert_freight_in_price()

    @api.constrains("price_unit", "tax_ids")
    def _check_price_covers_freight(self):
        # The freight of a confirmed order is locked, and to lower its price is nobody's
        # harm: the invoice takes no more freight than there is price.
        self.filtered(
            lambda line: line.state in ("draft", "sent")
        )._assert_freight_in_price()

    def _assert_freight_in_price(self):
        digits = self.env["decimal.precision"].precision_get("Product Price")
        # sudo: the rule counts whoever makes Odoo compute a price.
        for line in self.sudo().filtered("freight_unit"):
            price = line._get_price_without_taxes()
            if (
                line.freight_unit < 0
                or float_compare(line.freight_unit, price, precision_digits=digits) > 0
            ):
                raise ValidationError(
                    self.env._(
                        "The freight of %(product)s in %(order)s is a part of its price: "
                        "enter an amount from zero up to the price without taxes.",
                        product=line.product_id.display_name or line.name,
                        order=line.order_id.name,
                    )
                )

    def write(self, vals):
        if LINE_FIELDS.intersection(vals) and not self.env.su:
            self._assert_freight_open(vals)
        return super().write(vals)

    def _assert_freight_open(self, vals):
        """Raise when ``vals`` change how the price of a confirmed order is composed."""
        names = LINE_FIELDS.intersection(vals)
        for line in self.filtered(lambda line: line.state not in ("draft", "sent")):
            same = all(
                line[name] == self._fields[name].convert_to_cache(vals[name], line)
                or not (line[name] or vals[name])
                for name in names
            )
            if not same:
                raise FreightError(
                    self.env._(
                        "The freight of %(product)s was agreed with the confirmation of "
                        "%(order)s: cancel the order and set it to quotation to change "
                        "it.",
                        product=line.product_id.display_name or line.name,
                        order=line.order_id.name,
                    )
                )

    def _get_price_without_taxes(self):
        """Return the unit price, before the discount, without the taxes that it may
        include; order currency, not rounded."""
        self.ensure_one()
        taxes = self.tax_ids.flatten_taxes_hierarchy()
        if not any(taxes.mapped("price_include")):
            return self.price_unit
        details = taxes._get_tax_details(
            self.price_unit,
            1.0,
            precision_rounding=self.currency_id.rounding,
            rounding_method="round_globally",
            product=self.product_id,
        )
        return details["total_excluded"]

    def _get_price_basis_text(self, has_amounts=True):
        """Return what the customer reads about the line's price under its description;
        empty: nothing.

        :param has_amounts: whether amounts may show, which a section may hide
        """
        self.ensure_one()
        if not self.order_id.key_account_id or self.display_type or self.is_downpayment:
            return ""
        if self.price_basis != "delivered":
            return self.env._("Pickup") if self.price_basis else ""
        if self.freight_kind == "included":
            return self.env._("Delivered, freight included")
        digits = self.env["decimal.precision"].precision_get("Product Price")
        if not has_amounts or float_is_zero(self.freight_unit, precision_digits=digits):
            return self.env._("Delivered")
        goods = self._get_price_without_taxes() - self.freight_unit
        return self.env._(
            "Goods %(goods)s + freight %(freight)s per %(unit)s",
            goods=self._format_unit_price(goods),
            freight=self._format_unit_price(self.freight_unit),
            unit=self.product_uom_id.name,
        )

    def _format_unit_price(self, amount):
        return formatLang(
            self.env, amount, dp="Product Price", currency_obj=self.currency_id
        )
