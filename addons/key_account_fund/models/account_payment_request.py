from odoo import fields, models


class AccountPayment(models.Model):
    """The payment that an approved refund is paid with, one for each request."""

    _inherit = ["account.payment", "key.account.computed.guard"]
    _name = "account.payment"

    _VERB_FIELDS = {"key_account_fund_request_id": False}

    key_account_fund_request_id = fields.Many2one(
        "key.account.fund.request",
        string="Fund Request",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The refund that this payment pays.",
    )

    _fund_request_once = models.UniqueIndex(
        "(key_account_fund_request_id) WHERE key_account_fund_request_id IS NOT NULL",
        "The refund has its payment already: post that one.",
    )
