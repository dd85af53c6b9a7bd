from odoo import models


class KeyAccountAgreement(models.Model):
    """Lines of agreements are exported to a workbook and imported from one."""

    _name = "key.account.agreement"
    _inherit = ["key.account.agreement", "key.account.price.exchange"]

    def _assert_import_allowed(self):
        # EXTENDS 'key_account_pricing': says that an amendment is the way.
        self.check_access("write")
        self._assert_draft()
        return super()._assert_import_allowed()


class KeyAccountAgreementLine(models.Model):
    _name = "key.account.agreement.line"
    _inherit = ["key.account.agreement.line", "key.account.price.exchange.line"]
