from odoo import fields, models

from ..exceptions import FundError

FUND_KINDS = [
    ("prepayment", "Prepayment"),
    ("deposit", "Deposit"),
    ("rebate", "Rebate"),
]


class AccountAccount(models.Model):
    _inherit = "account.account"

    fund_kind = fields.Selection(
        FUND_KINDS,
        string="Customer Funds",
        index="btree_not_null",
        copy=False,
        help="What customers have with the company is kept on this account: each posted "
        "item is a movement of the customer's fund.",
    )

    def write(self, vals):
        if {"fund_kind", "account_type", "reconcile"}.intersection(vals):
            self._fund_assert_change(vals)
        return super().write(vals)

    def _fund_assert_change(self, vals):
        """Raise when accounts would begin or cease to hold funds although something is
        on them: the funds would not be what the general ledger says."""
        # sudo: items and funds count for those who may not read them, too.
        for account in self.sudo():
            begins = not account.fund_kind and vals.get("fund_kind")
            ceases = account.fund_kind and (
                vals.get("fund_kind", account.fund_kind) != account.fund_kind
                or vals.get("account_type", "liability_current") != "liability_current"
                or not vals.get("reconcile", True)
            )
            domain = [("account_id", "=", account.id), ("parent_state", "=", "posted")]
            Line = account.env["account.move.line"]
            if (begins or ceases) and Line.search_count(domain, limit=1):
                raise FundError(
                    self.env._(
                        "%s has journal items: choose an account of their own for funds, "
                        "and enter what customers have as opening entries.",
                        account.display_name,
                    )
                    if begins
                    else self.env._(
                        "%s keeps customers' funds and stays what it is: choose another "
                        "account in the settings for new funds.",
                        account.display_name,
                    )
                )
