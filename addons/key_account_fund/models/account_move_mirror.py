from odoo import models

from ..exceptions import FundError


class AccountMove(models.Model):
    """The button *Reverse Entry* on what concerns funds: a deposit is taken back by its
    mirror, an invoice gives up what it took; the ledger's own entries are not touched."""

    _inherit = "account.move"

    def _reverse_moves(self, default_values_list=None, cancel=False):
        # EXTENDS 'account': an invoice that is cancelled by its mirror gives up what it
        # took as if it were reset; the invoice that replaces it takes it again.
        self._fund_assert_reversible()
        if cancel:
            self.filtered(lambda m: m.move_type == "out_invoice")._fund_uncapture()
        return super()._reverse_moves(default_values_list, cancel=cancel)

    def _fund_assert_reversible(self):
        # sudo: entries count for those who may not read them, too.
        for entry in self.sudo().fund_entry_ids:
            original = entry.reversed_id or entry
            if original.is_owned or original.move_id != entry.move_id:
                raise FundError(entry._describe_owner())

    def _fund_prepare_debit_vals(self, fund, amount):
        # EXTENDS 'key_account_fund': the mirror of a deposit takes it back.
        self.ensure_one()
        own = self.fund_entry_ids.filtered(
            lambda e: e.fund_id == fund and e.kind == "deposit" and e.reversal_ids
        )
        mirrors = own.reversal_ids.move_id - self
        if mirrors:
            raise FundError(
                self.env._(
                    "%(entry)s has been reversed by %(mirror)s: reset that to draft "
                    "first.",
                    entry=self.display_name,
                    mirror=mirrors[0].display_name,
                )
            )
        deposit = self.reversed_entry_id.fund_entry_ids.filtered(
            lambda e: (
                e.fund_id == fund
                and e.kind == "deposit"
                and not e.is_owned
                and not e.reversal_ids
                and not fund.currency_id.compare_amounts(e.amount, amount)
            )
        )[:1]
        if not deposit:
            return super()._fund_prepare_debit_vals(fund, amount)
        return {"kind": "reverse", "amount": amount, "reversed_id": deposit.id}
