from odoo import models


class AccountMove(models.Model):
    """What a payment provider has given back comes out of the fund that it went into."""

    _inherit = "account.move"

    def _fund_prepare_debit_vals(self, fund, amount):
        # EXTENDS 'key_account_fund': the provider has given back what was paid online.
        payment = self.origin_payment_id
        if payment._fund_is_online_refund(fund, amount):
            return {"kind": "refund", "amount": amount}
        return super()._fund_prepare_debit_vals(fund, amount)


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _fund_is_online_refund(self, fund, amount):
        """Return whether this payment is the one that gives back ``amount`` of what a
        payment provider had put into the fund. Each refund is booked once."""
        # sudo: accountants do not read transactions.
        payment = self.sudo()
        transaction = payment.payment_transaction_id
        return (
            transaction.operation == "refund"
            and transaction.state == "done"
            and transaction.payment_id in (payment.browse(), payment)
            and transaction.source_transaction_id.payment_id.key_account_fund_id == fund
            and not fund.currency_id.compare_amounts(-transaction.amount, amount)
        )
