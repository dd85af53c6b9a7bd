from odoo import models

from ..exceptions import FundError


class KeyAccountFund(models.Model):
    """Guarantee money: what comes into a fund for deposits is frozen at once, for no
    order, and stays so until somebody decides on it."""

    _inherit = "key.account.fund"

    def _prepare_guarantee_release(self, entry):
        """Return the entries that have to come before the reversal of ``entry``, a
        deposit: the release of exactly what it froze.

        :raise FundError: that was released or applied by decision, and what is
            available does not reach
        """
        Entry = self.env["key.account.fund.entry"]
        freeze = Entry.search([("key", "=", entry._get_guarantee_key())])
        if freeze and not freeze.resolution_ids:
            return self._prepare_resolution(freeze, release=freeze.amount)
        if self.currency_id.compare_amounts(self.amount_available, entry.amount) < 0:
            raise FundError(
                self.env._(
                    "%(entry)s: of this guarantee money of %(fund)s part has been "
                    "released or applied by decision, have the customer pay that first.",
                    entry=entry.move_id.display_name,
                    fund=self.display_name,
                )
            )
        return []


class KeyAccountFundEntry(models.Model):
    _inherit = "key.account.fund.entry"

    def _get_guarantee_key(self):
        return f"guarantee {self.id}"

    def _freeze_guarantee(self):
        """Freeze what these entries have brought into funds for deposits, each once.

        Locks the funds.
        """
        return self.env["key.account.fund"]._book(
            [
                {
                    "fund": entry.fund_id,
                    "kind": "freeze",
                    "amount": entry.amount,
                    "date": entry.date,
                    "request_id": entry.request_id.id,
                    "reason": entry.reason,
                    "key": entry._get_guarantee_key(),
                }
                for entry in self
                if entry.fund_kind == "deposit" and entry.posted_change > 0
            ]
        )
