from odoo import api, fields, models

from ..exceptions import DutyError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    key_account_id = fields.Many2one(
        "key.account",
        compute="_compute_key_account_id",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    key_account_state = fields.Selection(related="key_account_id.state")

    @api.depends("partner_id", "company_id")
    def _compute_key_account_id(self):
        # sudo: which account an order belongs to does not depend on who looks.
        accounts = self.env["key.account"].sudo()._get_by_partner(self.partner_id)
        for order in self:
            key = (order.partner_id.commercial_partner_id._origin, order.company_id)
            order.key_account_id = accounts.get(key)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._assert_account_not_given(vals)
        orders = super().create(vals_list)
        if not self.env.su:
            # A default may have given another account, or none.
            self.env.add_to_compute(self._fields["key_account_id"], orders)
        return orders

    def write(self, vals):
        self._assert_account_not_given(vals)
        return super().write(vals)

    def _get_order_day(self):
        """Return the company's day on which the order was made; it decides which prices,
        agreements and rates count."""
        self.ensure_one()
        company = self.company_id or self.env.company
        return company._get_day(self.date_order or fields.Datetime.now())

    def _assert_account_not_given(self, vals):
        # An order without its account would pass the gate unseen.
        if "key_account_id" in vals and not self.env.su:
            raise DutyError(
                self.env._(
                    "The key account of an order follows from its customer: choose the "
                    "customer instead."
                )
            )
