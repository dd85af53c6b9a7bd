from odoo import api, models

from ..exceptions import FundError


class AccountMergeWizard(models.TransientModel):
    _inherit = "account.merge.wizard"

    @api.model
    def _action_merge(self, accounts):
        # EXTENDS 'account': it moves journal items by SQL, past the ledger.
        if holders := accounts.filtered("fund_kind"):
            raise FundError(
                self.env._(
                    "%s keeps customers' funds and is not merged: take it out of the "
                    "selection.",
                    holders[0].display_name,
                )
            )
        return super()._action_merge(accounts)
