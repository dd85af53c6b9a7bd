from odoo import fields, models

from ..exceptions import FundError
from ..tools.amounts import is_amount

# Nothing comes of these any more.
ENDED = ("cancel", "error")


class PaymentTransaction(models.Model):
    """What a payment provider gives back comes out of the fund that it went into, and so
    needs an approved request like any other refund: each transaction uses up one."""

    _name = "payment.transaction"
    _inherit = ["payment.transaction", "key.account.computed.guard"]

    _VERB_FIELDS = {"key_account_fund_request_id": False}

    key_account_fund_request_id = fields.Many2one(
        "key.account.fund.request",
        string="Fund Request",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The approved refund that this transaction gives back.",
    )

    _fund_request_once = models.UniqueIndex(
        "(key_account_fund_request_id) WHERE key_account_fund_request_id IS NOT NULL"
        " AND state NOT IN ('cancel', 'error')",
        "The refund is being paid back online already.",
    )

    def _refund(self, amount_to_refund=None):
        # EXTENDS 'payment': once the provider has sent the money it is too late to ask.
        fund = self.payment_id.key_account_fund_id
        if fund:
            request = fund._find_refund_request(amount_to_refund or self.amount)
            if not request:
                raise FundError(
                    self.env._(
                        "%(transaction)s was paid into %(fund)s: ask for a refund of "
                        "exactly this amount there and have it approved, then refund it.",
                        transaction=self.reference,
                        fund=fund.display_name,
                    )
                )
            request._lock()
            request._assert_not_own()
            request._assert_possible()
        return super()._refund(amount_to_refund=amount_to_refund)

    def _create_child_transaction(
        self, amount, is_refund=False, **custom_create_values
    ):
        # EXTENDS 'payment': also where the provider says that it has given money back.
        fund = self.payment_id.key_account_fund_id
        if is_refund and fund:
            request = fund._find_refund_request(amount)
            custom_create_values["key_account_fund_request_id"] = request.id
        return super()._create_child_transaction(
            amount, is_refund=is_refund, **custom_create_values
        )

    def _create_payment(self, **extra_create_values):
        # EXTENDS 'key_account_fund': the payment of the request, as if it were carried
        # out by hand.
        self.ensure_one()
        fund = self._fund_find_or_open()
        if self.operation != "refund" or not fund:
            return super()._create_payment(**extra_create_values)
        transaction = self.sudo()  # sudo: its request is a verb's to write
        if not transaction.key_account_fund_request_id:
            # It may have been approved since the provider gave it back.
            request = fund._find_refund_request(-self.amount)
            transaction.key_account_fund_request_id = request
        vals = {
            "key_account_fund_request_id": transaction.key_account_fund_request_id.id,
            **extra_create_values,
        }
        payment = super(PaymentTransaction, transaction)._create_payment(**vals)
        items = payment.move_id.line_ids
        items.filtered("account_id.fund_kind")._fund_reconcile_oldest()
        return payment.with_env(self.env)


class KeyAccountFund(models.Model):
    _inherit = "key.account.fund"

    def _find_refund_request(self, amount):
        """Return the oldest approved refund of ``amount`` from this fund that nothing
        pays yet, as superuser; or none."""
        # sudo: a provider that reports a refund has no rights.
        requests = self.env["key.account.fund.request"].sudo()
        if not is_amount(amount):
            return requests
        return requests.search(
            [
                ("fund_id", "=", self.id),
                ("kind", "=", "refund"),
                ("state", "=", "approved"),
                ("payment_ids", "=", False),
                ("refund_transaction_ids", "not any", [("state", "not in", ENDED)]),
            ],
            order="id",
        ).filtered(lambda request: request._covers_refund(self, amount))[:1]


class KeyAccountFundRequest(models.Model):
    """A refund that goes back online is paid by nothing else meanwhile."""

    _inherit = "key.account.fund.request"

    refund_transaction_ids = fields.One2many(
        "payment.transaction",
        "key_account_fund_request_id",
        readonly=True,
        groups="account.group_account_invoice",
    )

    def _assert_transition(self, state):
        # EXTENDS 'key_account': what the provider is sending comes to its end.
        result = super()._assert_transition(state)
        # sudo: whoever asked may not read transactions and payments.
        for request in self.sudo().filtered(lambda request: not request.payment_ids):
            under_way = request.refund_transaction_ids.filtered(
                lambda transaction: transaction.state not in ENDED
            )
            if under_way:
                raise FundError(
                    self.env._(
                        "%(request)s is being paid back online by %(transaction)s: wait "
                        "for that, or cancel it.",
                        request=request.display_name,
                        transaction=under_way[0].reference,
                    )
                )
        return result
