from odoo import models

from ..exceptions import FundError


class AccountMove(models.Model):
    """What a posted entry may take out of a fund because somebody has approved it, and
    what becomes of guarantee money when an entry is posted or taken back."""

    _inherit = "account.move"

    def _fund_sync(self):
        # EXTENDS 'key_account_fund'
        result = super()._fund_sync()
        self._fund_assert_refunds()
        return result

    def _fund_assert_refunds(self):
        """Raise when the payment of a refund is posted and has taken something else out
        of the fund than was approved, or nothing: another account may have been chosen.
        """
        # sudo: whoever posts may not read requests.
        for move in self.sudo().filtered(lambda m: m.state == "posted"):
            request = move.origin_payment_id.key_account_fund_request_id
            if not request:
                continue
            refunds = move.fund_entry_ids.filtered(
                lambda entry: entry.kind == "refund" and not entry.reversal_ids
            )
            paid = sum(refunds.mapped("amount"))
            if request.currency_id.compare_amounts(paid, request.amount):
                raise FundError(move._fund_describe_mismatch(request))

    def _fund_describe_mismatch(self, request):
        return self.env._(
            "%(payment)s is for %(request)s: it pays %(amount)s from %(fund)s once that is "
            "approved, nothing else.",
            payment=self.display_name,
            request=request.display_name,
            amount=request.currency_id.format(request.amount),
            fund=request.fund_id.display_name,
        )

    def _fund_prepare_debit_vals(self, fund, amount):
        # EXTENDS 'key_account_fund'
        request = self.origin_payment_id.key_account_fund_request_id
        if not request:
            return super()._fund_prepare_debit_vals(fund, amount)
        if not request._covers_refund(fund, amount):
            raise FundError(self._fund_describe_mismatch(request))
        request._assert_not_own()
        return {
            "kind": "refund",
            "amount": amount,
            "request_id": request.id,
            "reason": request.name,
        }

    def _fund_prepare_difference(self, fund, amount, company_amount, entries):
        # EXTENDS 'key_account_fund': guarantee money is frozen, which goes first.
        vals_list = super()._fund_prepare_difference(
            fund, amount, company_amount, entries
        )
        if fund.kind != "deposit":
            return vals_list
        reversed_ids = {vals.get("reversed_id") for vals in vals_list}
        deposits = entries.filtered(
            lambda entry: entry.kind == "deposit" and entry.id in reversed_ids
        )
        releases = [
            vals
            for deposit in deposits
            for vals in fund._prepare_guarantee_release(deposit)
        ]
        return releases + vals_list

    def _fund_after_booking(self, entries):
        # EXTENDS 'key_account_fund'
        result = super()._fund_after_booking(entries)
        deposits = entries.filtered(lambda entry: entry.kind == "deposit")
        deposits._freeze_guarantee()
        paid = entries.filtered(lambda entry: entry.kind == "refund").request_id
        paid._finish()
        reversed_entries = entries.reversed_id
        back = reversed_entries.filtered(lambda entry: entry.kind == "refund")
        back.request_id._set_state("approved", executed_by_id=False)
        return result

    def _fund_uncapture(self):
        # EXTENDS 'key_account_fund': guarantee money that comes back is frozen again.
        result = super()._fund_uncapture()
        # sudo: whoever takes an invoice back may not read funds.
        Entry = self.env["key.account.fund.entry"].sudo()
        Entry.search(
            [
                ("invoice_id", "in", self.ids),
                ("kind", "=", "reverse"),
                ("fund_kind", "=", "deposit"),
            ]
        )._freeze_guarantee()
        return result
