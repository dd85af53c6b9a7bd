from odoo import api, models


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
