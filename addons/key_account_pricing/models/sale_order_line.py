from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.key_account.models.price_visibility import PRICE_READERS


class SaleOrderLine(models.Model):
    """Each line knows which rule gave its price."""

    _inherit = "sale.order.line"

    # Not read-only, so that the lines of child orders and copies keep what they are
    # given; nobody edits them in a form, and a check refuses what does not fit.
    agreement_line_id = fields.Many2one(
        "key.account.agreement.line",
        compute="_compute_agreement_line_id",
        store=True,
        readonly=False,
        copy=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    price_source = fields.Selection(
        [
            ("agreement", "Agreement"),
            ("pricelist", "Pricelist"),
            ("list", "List price"),
            ("manual", "Entered by hand"),
        ],
        compute="_compute_price_source",
        store=True,
        readonly=False,
        copy=True,
        groups=PRICE_READERS,
    )
    price_trace = fields.Char(
        string="Where the Price Comes from",
        compute="_compute_price_source",
        store=True,
        readonly=False,
        copy=True,
        groups=PRICE_READERS,
    )

    @api.depends(
        "product_id", "product_uom_id", "product_uom_qty", "order_id.partner_id"
    )
    def _compute_agreement_line_id(self):
        # What has been confirmed keeps the decision it was made with.
        undecided = self.filtered(lambda line: line.state in ("draft", "sent", False))
        agreed = self.env["key.account.price"]._get_agreed(undecided)
        for line in self:
            if line in undecided:
                line.agreement_line_id = agreed.get(line)
            else:
                line.agreement_line_id = line.agreement_line_id

    @api.depends("agreement_line_id", "product_id", "price_unit", "discount")
    def _compute_price_source(self):
        Price = self.env["key.account.price"]
        for line in self:
            if not line.product_id or line.display_type:
                line.price_source = line.price_trace = False
            else:
                line.price_source, line.price_trace = Price._get_source(line)

    def _is_price_manual(self):
        """Return whether somebody has changed the price that was decided."""
        currency = self.currency_id or self.env.company.currency_id
        # sudo: as in _get_display_price.
        agreed = self.sudo().agreement_line_id
        if agreed:
            net = self.price_unit * (1 - self.discount / 100.0)
            return bool(currency.compare_amounts(net, self._get_agreed_price(agreed)))
        return bool(
            currency.compare_amounts(self.price_unit, self.technical_price_unit)
        )

    def _get_quantity_in_product_unit(self):
        unit, own = self.product_uom_id, self.product_id.uom_id
        if not unit or not own or unit == own:
            return self.product_uom_qty
        return unit._compute_quantity(self.product_uom_qty, own, round=False)

    def _get_display_price(self):
        # EXTENDS 'sale'
        # sudo: a price counts whoever writes the quotation.
        agreed = self.sudo().agreement_line_id
        if not agreed or self.combo_item_id or self.product_type == "combo":
            return super()._get_display_price()
        return self._get_agreed_price(agreed)

    def _get_agreed_price(self, agreed):
        """Return the agreement's price for one of the line's unit, in the order's
        currency, without taxes."""
        order = self.order_id
        unit = self.product_uom_id or self.product_id.uom_id
        if agreed.price_kind == "discount":
            price = self.product_id.lst_price * (1 - agreed.discount / 100.0)
            source = self.product_id.currency_id
        else:
            price, source = agreed.price, agreed.currency_id
        price = self.product_id.uom_id._compute_price(price, unit)
        target = self.currency_id or source
        if source != target:
            price = source._convert(
                price,
                target,
                self.company_id or self.env.company,
                order.date_order.date(),
                round=False,
            )
        return price

    def _compute_discount(self):
        # EXTENDS 'sale': the agreement's price is what is paid, without any discount
        # that a pricelist would show.
        result = super()._compute_discount()
        # sudo: as in _get_display_price.
        for line in self.sudo().filtered("agreement_line_id"):
            line.discount = 0.0
        return result

    @api.constrains("agreement_line_id", "order_id", "product_id")
    def _check_agreement(self):
        # sudo: whoever writes the order may not read the agreement.
        for line in self.sudo().filtered("agreement_line_id"):
            agreement = line.agreement_line_id.agreement_id
            if agreement.account_id != line.order_id.key_account_id:
                raise ValidationError(
                    self.env._(
                        "%(agreement)s is not an agreement of %(customer)s: leave the "
                        "agreement to the price decision.",
                        agreement=agreement.display_name,
                        customer=line.order_id.partner_id.display_name,
                    )
                )
