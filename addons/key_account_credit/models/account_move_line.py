from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # What is open of a customer is summed from the index alone.
    _credit_open_idx = models.Index(
        "(partner_id, company_id, account_id, date_maturity) "
        "INCLUDE (amount_residual, date) "
        "WHERE parent_state = 'posted' AND amount_residual <> 0"
    )
