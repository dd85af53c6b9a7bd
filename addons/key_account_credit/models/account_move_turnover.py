from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    # What was invoiced in a period is summed from the index alone.
    _credit_turnover_idx = models.Index(
        "(partner_id, company_id, invoice_date) INCLUDE (amount_total_signed) "
        "WHERE state = 'posted' "
        "AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')"
    )
