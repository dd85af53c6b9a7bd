from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .finite_amount import assert_amounts


class AccountPayment(models.Model):
    """A customer's payment into a fund: it credits the fund's liability account instead
    of the receivable; posting it deposits the money."""

    _inherit = "account.payment"

    key_account_fund_id = fields.Many2one(
        "key.account.fund",
        string="Fund",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        domain="[('state', '=', 'open'), ('partner_id', 'parent_of', partner_id),"
        " ('currency_id', '=', currency_id), ('company_id', '=', company_id)]",
        help="The payment goes into this fund of the customer, not to open invoices.",
    )

    @api.depends("key_account_fund_id")
    def _compute_destination_account_id(self):
        # EXTENDS 'account'
        with_fund = self.filtered("key_account_fund_id")
        for payment in with_fund:
            payment.destination_account_id = payment.key_account_fund_id.account_id
        return super(AccountPayment, self - with_fund)._compute_destination_account_id()

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        assert_amounts(self, vals_list)
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS 'account'
        assert_amounts(self, [vals])
        return super().write(vals)

    def action_cancel(self):
        # EXTENDS 'account': which deletes the entry of a draft; one that the ledger has
        # booked is kept and cancelled.
        # sudo: entries count for those who may not read them, too.
        booked = self.filtered(lambda payment: payment.sudo().move_id.fund_entry_ids)
        booked.state = "canceled"
        booked.move_id.filtered(lambda move: move.state != "cancel").button_cancel()
        return super(AccountPayment, self - booked).action_cancel()

    def _get_valid_payment_account_types(self):
        # EXTENDS 'account': the counterpart of a payment into a fund; of no other, whose
        # taxes and discounts may be on current liabilities, too.
        types = super()._get_valid_payment_account_types()
        return [*types, "liability_current"] if self.key_account_fund_id else types

    def _get_trigger_fields_to_synchronize(self):
        # EXTENDS 'account': the entry of a draft follows when another fund is chosen.
        return (*super()._get_trigger_fields_to_synchronize(), "key_account_fund_id")

    @api.constrains(
        "key_account_fund_id", "partner_id", "currency_id", "company_id", "partner_type"
    )
    def _check_key_account_fund_id(self):
        for payment in self.filtered("key_account_fund_id"):
            fund = payment.key_account_fund_id
            if fund.company_id != payment.company_id:
                problem = self.env._("it belongs to another company")
            elif fund.currency_id != payment.currency_id:
                problem = self.env._("it is kept in %s", fund.currency_id.name)
            elif fund.partner_id != payment.partner_id.commercial_partner_id:
                problem = self.env._("it belongs to another customer")
            elif payment.partner_type != "customer":
                problem = self.env._("only customers have funds")
            elif fund.state != "open":
                problem = self.env._("it is closed")
            else:
                continue
            raise ValidationError(
                self.env._(
                    "The payment cannot go into %(fund)s, %(problem)s: choose another "
                    "fund, or none.",
                    fund=fund.display_name,
                    problem=problem,
                )
            )
