from odoo import models


class SaleReport(models.Model):
    _inherit = "sale.report"

    def _where_sale(self):
        # EXTENDS 'sale': a split order counts through its children, never twice, also
        # while it is changed.
        return (
            f"{super()._where_sale()} AND s.state != 'split' "
            "AND s.is_recipient_change IS NOT TRUE"
        )
