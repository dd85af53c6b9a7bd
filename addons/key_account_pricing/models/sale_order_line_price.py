from odoo import api, models

from .sale_order_line import RULE_KINDS


class SaleOrderLine(models.Model):
    """What a line costs by the rules that price it."""

    _inherit = "sale.order.line"

    @api.depends("agreement_line_id", "price_sheet_line_id", "promotion_line_id")
    def _compute_price_unit(self):
        # EXTENDS 'sale': the price follows the rule.
        return super()._compute_price_unit()

    @api.depends("agreement_line_id", "price_sheet_line_id", "promotion_line_id")
    def _compute_discount(self):
        # EXTENDS 'sale': a decided price is what is paid, without any discount that a
        # pricelist would show.
        result = super()._compute_discount()
        # sudo: as in _get_price_rules.
        self.sudo().filtered(
            lambda line: (
                line.agreement_line_id
                or line.price_sheet_line_id
                or line.promotion_line_id
            )
        ).discount = 0.0
        return result

    def _get_price_rules(self):
        """Return the rules that give the line's price: its own, and its promotion's.

        One that is not for the order's customer is left out: an onchange is not checked,
        and whoever makes it up would be told other customers' prices, or guide prices.
        """
        Price = self.env["key.account.price"]
        # sudo: a price counts whoever writes the quotation.
        line = self.sudo()
        rules = {}
        for name, kinds in RULE_KINDS.items():
            rule = Price._get_rule(line[name])
            rules[name] = rule if rule and line._is_own_rule(rule, kinds) else None
        own = rules["agreement_line_id"] or rules["price_sheet_line_id"]
        return own, rules["promotion_line_id"]

    def _is_own_rule(self, rule, kinds):
        account = self.order_id.key_account_id.id
        return rule.source in kinds and rule.account_id in (account, 0)

    def _is_price_manual(self):
        """Return whether somebody has given another price than the one that was decided,
        or than Odoo's own."""
        currency = self.currency_id or self.env.company.currency_id
        price = self._get_decided_price()
        given = self.price_unit
        if price is not None:
            price = self._get_price_at_border(price)
            given *= 1 - self.discount / 100.0
        elif self._has_price_of_product():
            # What core keeps beside the price is no witness: it takes over a price that
            # is given with a new line.
            own = self.with_company(self.company_id)
            price = own._get_price_at_border(own._get_display_price())
        else:
            price = self.technical_price_unit
        return bool(currency.compare_amounts(given, price))

    def _has_price_of_product(self):
        """Return whether Odoo would compute the line's price from its product alone."""
        return (
            self.product_id
            and self.product_uom_id
            and self.product_type != "combo"
            and not self.combo_item_id
            and not self.is_downpayment
            and not self._is_global_discount()
        )

    def _get_price_at_border(self, price):
        """Return a price as core puts it on the line: a fiscal position may take a tax
        out of it."""
        position = self.order_id.fiscal_position_id
        if not position:
            return price
        return self.product_id._get_tax_included_unit_price_from_price(
            price,
            product_taxes=self.product_id.taxes_id._filter_taxes_by_company(
                self.company_id
            ),
            fiscal_position=position,
        )

    def _get_decided_price(self):
        """Return what agreements, price sheets and promotions give for one of the line's
        unit, in the order's currency, without taxes, freight in it; None: the price is
        Odoo's own."""
        return self._get_price_by(*self._get_price_rules())

    def _get_price_by(self, rule, promotion):
        """Return what a rule and a promotion give, as `_get_decided_price`."""
        if not rule and not promotion:
            return None
        if self.combo_item_id or self.product_type == "combo":
            return None
        Price = self.env["key.account.price"]
        line = self.sudo()  # as in _get_price_rules
        if promotion and promotion.policy != "on_top":
            return Price._get_price(line, promotion)
        price = Price._get_price(line, rule)
        if price is None:
            price = line._get_price_of_odoo()
        if promotion:
            price *= 1 - promotion.discount / 100.0
        return price

    def _get_price_of_odoo(self):
        """Return the price that Odoo's pricelist, or the list price, gives; a discount
        that would be shown beside it is taken off."""
        if self.pricelist_item_id._show_discount():
            return self._get_pricelist_price()
        return self._get_display_price_of_odoo()

    def _get_display_price_of_odoo(self):
        # What this model overrides below is not asked here.
        return super()._get_display_price()  # pylint: disable=super-method-mismatch

    def _get_display_price(self):
        # EXTENDS 'sale'
        price = self._get_decided_price()
        return super()._get_display_price() if price is None else price

    def _get_reference_prices(self):
        # EXTENDS 'key_account_approval': what is offered is measured by what the
        # decision gives. The rule that is on a line may have been put there by hand,
        # and a cancelled quotation can become one again.
        offered = self.filtered(lambda line: line.state in ("draft", "sent", "cancel"))
        prices = super(SaleOrderLine, self - offered)._get_reference_prices()
        decisions = self.env["key.account.price"]._decide(offered)
        for line in offered.filtered("product_id"):
            decision = decisions.get(line)
            price = decision and line._get_price_by(decision.rule, decision.promotion)
            if price is None:
                price = line._get_display_price_of_odoo()
            prices[line] = price
        return prices
