from odoo import api, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # What is open of a customer is summed from the indexes alone: what is owed, by the day
    # on which it is due, and the rest: what came in and is not allocated, and the few
    # items that are owed and have no day.
    _credit_owed_idx = models.Index(
        "(partner_id, company_id, account_id, date_maturity) "
        "INCLUDE (amount_residual, date) "
        "WHERE parent_state = 'posted' AND amount_residual > 0"
    )
    _credit_other_idx = models.Index(
        "(partner_id, company_id, account_id) INCLUDE (amount_residual, date) "
        "WHERE parent_state = 'posted' AND (amount_residual < 0 "
        "OR date_maturity IS NULL AND amount_residual > 0)"
    )


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account': what was overdue may be paid now.
        partials = super().create(vals_list)
        lines = partials.sudo().debit_move_id  # sudo: as in account.move._credit_wake
        lines.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).partner_id._credit_wake()
        return partials
