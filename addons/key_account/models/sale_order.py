from odoo import api, fields, models

from ..exceptions import DutyError
from .key_account_grade import PAY_MODES


class SaleOrder(models.Model):
    _inherit = "sale.order"

    _GUARDED_FIELDS = ("pay_mode", "prepaid_percent")

    key_account_id = fields.Many2one(
        "key.account",
        compute="_compute_key_account_id",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    key_account_state = fields.Selection(related="key_account_id.state")
    pay_mode = fields.Selection(
        PAY_MODES,
        compute="_compute_pay_mode",
        store=True,
        precompute=True,
        help="How the key account pays this order, as it was agreed when the order was "
        "confirmed.",
    )
    prepaid_percent = fields.Float(
        string="Prepaid Share (%)",
        digits=(5, 2),
        compute="_compute_pay_mode",
        store=True,
        precompute=True,
        help="How much of the order is paid before delivery.",
    )

    @api.depends("partner_id", "company_id")
    def _compute_key_account_id(self):
        # sudo: which account an order belongs to does not depend on who looks.
        accounts = self.env["key.account"].sudo()._get_by_partner(self.partner_id)
        for order in self:
            key = (order.partner_id.commercial_partner_id._origin, order.company_id)
            order.key_account_id = accounts.get(key)

    @api.depends(
        "key_account_id", "key_account_id.pay_mode", "key_account_id.prepaid_percent"
    )
    def _compute_pay_mode(self):
        for order in self:
            # sudo: as in _compute_key_account_id.
            account = order.key_account_id.sudo()
            is_agreed = order.state not in ("draft", "sent")
            if is_agreed and order.pay_mode and account == order._origin.key_account_id:
                order.pay_mode = order.pay_mode
                order.prepaid_percent = order.prepaid_percent
                continue
            order.pay_mode = account.pay_mode
            shares = {"prepaid": 100.0, "mixed": account.prepaid_percent}
            order.prepaid_percent = shares.get(account.pay_mode, 0.0)

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
