from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import float_compare

from ..exceptions import RangeError

# What may turn a line into one that buys something, or more of it.
RANGE_FIELDS = {
    "order_id",
    "product_id",
    "product_uom_qty",
    "product_uom_id",
    "qty_delivered",
    "price_unit",
    "discount",
    "combo_item_id",
    "linked_line_id",
    "is_downpayment",
    "is_expense",
}


class SaleOrder(models.Model):
    """An order offers what its customer may buy; the gate holds it for the rest."""

    _inherit = "sale.order"

    range_product_domain = fields.Binary(
        compute="_compute_range_domains",
        export_string_translation=False,
        help="What the lines may be chosen from.",
    )
    range_product_tmpl_domain = fields.Binary(
        compute="_compute_range_domains", export_string_translation=False
    )
    has_line_outside_range = fields.Boolean(
        compute="_compute_has_line_outside_range", export_string_translation=False
    )

    @api.depends("partner_id", "company_id", "date_order")
    def _compute_range_domains(self):
        Line = self.env["sale.order.line"]
        own = Domain(Line._domain_product_id())
        for order in self:
            for name, model in (
                ("range_product_domain", "product.product"),
                ("range_product_tmpl_domain", "product.template"),
            ):
                # The view's domain takes the place of the field's, so that is in it.
                companies = order.company_id._origin
                company = Domain(self.env[model]._check_company_domain(companies))
                order[name] = list(own & company & order._get_range_domain(model))

    @api.depends("order_line.is_outside_range")
    def _compute_has_line_outside_range(self):
        for order in self:
            order.has_line_outside_range = any(
                order.order_line.mapped("is_outside_range")
            )

    def _get_range_domain(self, model):
        """Return the domain of what can be chosen: where lines outside are refused, the
        customer's range; everything where they are marked or held."""
        Range = self.env["key.account.range"]
        for account, day in Range._get_order_keys(self).values():
            company = self.company_id._origin
            domain, policy = Range._get_domain(account, company, day, model)
            if policy == "refuse":
                return domain
        return Domain.TRUE

    def _get_product_catalog_domain(self):
        # EXTENDS 'sale'
        return super()._get_product_catalog_domain() & self._get_range_domain(
            "product.product"
        )

    def write(self, vals):
        result = super().write(vals)
        if not {"partner_id", "company_id"}.isdisjoint(vals):
            # Another customer may buy something else; confirmed orders the gate judges.
            quotations = self.filtered(lambda o: o.state in ("draft", "sent"))
            quotations.order_line._assert_in_range()
        return result

    def _gate_get_issues(self):
        # EXTENDS 'key_account'
        issues = super()._gate_get_issues()
        # sudo: the gate judges whoever confirms.
        lines = self.sudo().order_line
        wanted = lines.filtered(lambda line: line._get_range_quantity() > 0)
        policies = self.env["key.account.range"]._get_outside_policies(wanted)
        found = {
            (line.order_id, line.product_id): line
            for line, policy in policies.items()
            if policy != "warn"
        }
        for (order, _product), line in found.items():
            issue = line._prepare_range_issue()
            issues.setdefault(self.browse(order.id), []).append(issue)
        return issues


class SaleOrderLine(models.Model):
    """Lines know whether they are outside of what the customer may buy; where that is
    refused, they are refused, by whichever door."""

    _inherit = "sale.order.line"

    is_outside_range = fields.Boolean(
        string="Outside the Range",
        compute="_compute_is_outside_range",
        help="The customer's sellable ranges do not contain the product.",
    )

    @api.depends(
        "product_id",
        "product_uom_qty",
        "combo_item_id",
        "order_id.partner_id",
        "order_id.company_id",
        "order_id.date_order",
    )
    def _compute_is_outside_range(self):
        outside = self.env["key.account.range"]._get_outside(self)
        for line in self:
            line.is_outside_range = line in outside

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._assert_in_range()
        return lines

    def write(self, vals):
        if RANGE_FIELDS.isdisjoint(vals):
            return super().write(vals)
        # sudo: prices decide what is a gift, the user may not see them.
        before = {line: line._get_range_state() for line in self.sudo()}
        result = super().write(vals)
        # sudo: as above.
        more = self.sudo().filtered(lambda line: line._is_more_bought(before[line]))
        # What lowers a line, or takes nothing more of it, is never refused.
        self.browse(more.ids)._assert_in_range()
        return result

    def _assert_in_range(self):
        """Raise when one of the lines is outside of what its customer may buy, and that
        is refused.

        :raise RangeError: one sentence, about the first such order
        """
        policies = self.env["key.account.range"]._get_outside_policies(self)
        refused = self.filtered(
            lambda line: policies.get(line) == "refuse" and line.state != "cancel"
        )
        if refused:
            order = refused[0].order_id
            products = (refused & order.order_line).product_id
            raise RangeError(
                self.env._(
                    "%(customer)s may not buy %(products)s: choose another product for "
                    "%(order)s, or ask for the sellable range to be extended.",
                    customer=order.partner_id.commercial_partner_id.display_name,
                    products=", ".join(products.mapped("display_name")),
                    order=order.display_name,
                )
            )

    def _prepare_range_issue(self):
        text = self.env._(
            "%(customer)s may not buy %(product)s: take it out, or have a manager "
            "release the order.",
            customer=self.order_id.partner_id.commercial_partner_id.display_name,
            product=self.product_id.display_name,
        )
        return {
            "code": "outside_range",
            "kind": "price",
            "subject": str(self.product_id.id),
            "text": text,
        }

    def _filtered_bought(self):
        """Return the lines with which somebody buys a product."""
        return self.filtered(lambda line: line._is_bought())

    def _is_bought(self):
        self.ensure_one()
        if self.display_type or not self.product_id:
            return False
        quantity = self._get_range_quantity()
        if self.is_downpayment and not quantity:
            return False
        # A quotation offers what has no quantity yet. On a confirmed order that is what
        # was shipped without being ordered, which is always billable.
        if quantity < 0 or (
            not quantity and self.state not in ("draft", "sent", False)
        ):
            return False
        return not self._is_part_of_combo() and not self._is_extra()

    def _get_range_quantity(self):
        """Return how much is bought: what is ordered, and what somebody says was
        delivered beyond it."""
        quantity, _amount, extra = self._gate_get_sizes()
        return quantity + extra

    def _is_part_of_combo(self):
        combo = self._get_linked_line() if self.combo_item_id else self.browse()
        return bool(combo) and combo.order_id == self.order_id

    def _is_extra(self):
        """Return whether the line is a discount, a reward, a delivery charge or an
        expense that is passed on; a word in a field alone makes no goods one of these."""
        if not self._can_be_invoiced_alone():
            return self._get_range_price() <= 0 or self.product_id.type == "service"
        return self.is_expense and self.product_id.expense_policy not in ("no", False)

    def _get_range_price(self):
        return self.price_unit * (1 - self.discount / 100.0)

    def _get_range_state(self):
        return (
            (self.order_id, self.product_id),
            self._get_range_quantity(),
            self._get_range_price(),
            self._is_bought(),
        )

    def _is_more_bought(self, before):
        """Return whether the line buys something else, more, or what was free before.

        :param before: as from `_get_range_state`
        """
        goods, quantity, price, was_bought = before
        if goods != (self.order_id, self.product_id):
            return True
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        now = self._get_range_quantity()
        if float_compare(now, quantity, precision_digits=digits) > 0:
            return True
        return self._get_range_price() > 0 and (price <= 0 or not was_bought)
