from odoo import api, fields, models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """What a price depends on beside customer, product and quantity."""

    _inherit = "sale.order"

    _GUARDED_FIELDS = ("price_region_id",)

    price_region_id = fields.Many2one(
        "key.account.region",
        compute="_compute_price_region_id",
        store=True,
        index="btree_not_null",
        help="Where the delivery address lies.",
    )

    @api.depends("partner_shipping_id", "key_account_id")
    def _compute_price_region_id(self):
        orders = self.filtered("key_account_id")
        regions = self.env["key.account.region"]._get_regions(
            orders.partner_shipping_id
        )
        for order in self:
            region = order in orders and regions.get(order.partner_shipping_id)
            order.price_region_id = region

    @api.depends("key_account_id")
    def _compute_payment_term_id(self):
        # EXTENDS 'sale': what the agreement in force says comes first.
        result = super()._compute_payment_term_id()
        # sudo: terms count whoever writes the quotation.
        agreements = self.env["key.account.agreement"].sudo()
        if self.key_account_id:
            agreements = agreements.search(
                Domain("account_id", "in", self.key_account_id.ids)
                & Domain("state", "=", "active")
                & Domain("payment_term_id", "!=", False),
                order="date_start, id",
            )
        terms = {
            a.account_id.id: a.payment_term_id
            for a in agreements
            if a._is_of_day(a.company_id._get_today())
        }
        for order in self:
            if order.key_account_id.id in terms:
                order.payment_term_id = terms[order.key_account_id.id]
        return result

    def _recompute_prices(self):
        # EXTENDS 'sale': which rule counts is decided again, too, with the address and
        # the pricelist as they are now.
        self.env.add_to_compute(self._fields["price_region_id"], self)
        lines = self._get_update_prices_lines()
        lines.invalidate_recordset(["pricelist_item_id"])
        lines._compute_price_rule()
        self.env.add_to_compute(lines._fields["price_beaten"], lines)
        # sudo: whoever updates the prices may not see this one.
        lines.sudo()._compute_guide_price()
        return super()._recompute_prices()
