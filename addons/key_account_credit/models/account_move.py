from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    # Few invoices are drafts at a time.
    _credit_draft_idx = models.Index(
        "(partner_id, company_id) WHERE state = 'draft' "
        "AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')"
    )
