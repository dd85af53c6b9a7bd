from odoo import models

from ..exceptions import FundError


class AccountMove(models.Model):
    """Amounts in a fund's currency are what the customer paid, not what comes back from
    converting there and back: a screen that does the latter is stopped."""

    _inherit = "account.move"

    def _fund_sync(self):
        result = super()._fund_sync()
        self._fund_assert_exact()
        return result

    def _fund_assert_exact(self):
        """Raise when a posted entry in one foreign currency balances in the company's
        currency and not in its own.

        :raise FundError: says by how much
        """
        # sudo: whoever posts may not read funds; what is posted counts.
        for move in self.sudo().filtered(lambda move: move.state == "posted"):
            currency = move.line_ids.filtered("account_id.fund_kind").currency_id
            if len(currency) == 1 and currency != move.company_id.currency_id:
                difference = move._fund_get_difference(currency)
                if not currency.is_zero(difference):
                    raise FundError(move._fund_describe_inexact(currency, difference))

    def _fund_get_difference(self, currency):
        """Return by how much this entry, if it is in one foreign currency, does not
        balance in it; nothing while items of it are still to come."""
        company_currency = self.company_id.currency_id
        if not company_currency.is_zero(sum(self.line_ids.mapped("balance"))):
            return 0.0
        lines, received = self.line_ids, 0.0
        if self.statement_line_id.foreign_currency_id == currency:
            liquidity, _suspense, _other = self.statement_line_id._seek_for_lines()
            lines -= liquidity
            received = self.statement_line_id.amount_currency
        if lines.currency_id != currency:
            return 0.0
        return received + sum(lines.mapped("amount_currency"))

    def _fund_describe_inexact(self, currency, difference):
        return self.env._(
            "%(entry)s differs by %(amount)s in the fund's currency: enter the amount that "
            "the bank has received.",
            entry=self.display_name,
            amount=currency.format(abs(difference)),
        )
