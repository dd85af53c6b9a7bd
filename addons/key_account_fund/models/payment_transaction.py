from odoo import models


class PaymentTransaction(models.Model):
    """Money that customers pay online for orders that are to be prepaid goes into their
    fund, before the gate asks whether it is there. Invoices are paid as ever."""

    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        # EXTENDS 'sale': the payment is made first, so that the order finds its money.
        self._fund_deposit()
        return super()._check_amount_and_confirm_order()

    def _create_payment(self, **extra_create_values):
        # EXTENDS 'account_payment'
        self.ensure_one()
        fund = self._fund_find_or_open()
        if not fund:
            return super()._create_payment(**extra_create_values)
        # Whoever paid, a subsidiary or a friend with the link: it is the fund's money.
        return super()._create_payment(
            **{
                "key_account_fund_id": fund.id,
                "partner_id": fund.partner_id.id,
                **extra_create_values,
            }
        )

    def _fund_deposit(self):
        """Make the payments of these transactions that belong into funds, as far as
        they are done and have none.

        Locks the accounts of the orders, then the funds.
        """
        paid = self.filtered(
            lambda tx: (
                tx.state == "done"
                and not tx.payment_id
                and tx.operation not in ("validation", "refund")
                # What was captured in parts is paid by those.
                and not any(
                    child.state in ("done", "cancel")
                    for child in tx.child_transaction_ids
                )
                and tx._fund_get_orders()
            )
        )
        if not paid:
            return
        paid.sale_order_ids._gate_lock_accounts()
        for transaction in paid:
            transaction.with_company(transaction.company_id)._create_payment()

    def _fund_get_orders(self):
        """Return the orders for which this transaction pays into a fund, or none."""
        self.ensure_one()
        source = self.source_transaction_id
        orders = self.sale_order_ids or source.sale_order_ids
        is_prepayment = (
            orders
            and not self.invoice_ids
            and not source.invoice_ids
            and len(orders.key_account_id) == 1
            and orders.company_id == self.provider_id.company_id
            and all(order._fund_takes_payments(self.currency_id) for order in orders)
        )
        return orders if is_prepayment else orders.browse()

    def _fund_find_or_open(self):
        """Return the fund that this transaction pays into, or gives back from; none for
        transactions that pay anything else."""
        self.ensure_one()
        if self.operation == "refund":
            return self.source_transaction_id.payment_id.key_account_fund_id
        Fund = self.env["key.account.fund"]
        orders = self._fund_get_orders()
        if not orders:
            return Fund
        # sudo: the customer who pays has no right to open a fund.
        return Fund.sudo()._find_or_open(orders.key_account_id, self.currency_id)
