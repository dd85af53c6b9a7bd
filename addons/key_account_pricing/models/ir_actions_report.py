from odoo import models


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _get_rendering_context(self, report, docids, data):
        # EXTENDS 'base': print, mail attachment, portal and URL all pass here.
        if report.model == "key.account.agreement" and docids:
            agreements = self.env[report.model].browse(docids)
            agreements._assert_may_be_offered(self.env._("printed"))
        return super()._get_rendering_context(report, docids, data)
