from odoo import models
from odoo.exceptions import AccessError

# Where the signatures of customers are kept.
EVIDENCE_FIELDS = {
    "sale.order": {"reply_file", "signature"},
    "key.account.agreement": {"signature", "signed_file"},
}


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _check_access(self, operation):
        # EXTENDS 'base': what a customer signed is written by its verb as superuser; the
        # file behind the field would be another door to it.
        result = super()._check_access(operation)
        if operation == "read" or self.env.su:
            return result
        evidence = self._filter_evidence()
        if not evidence:
            return result
        forbidden, error = result or (self.browse(), None)
        return forbidden | evidence, error or self._get_evidence_error

    def write(self, vals):
        result = super().write(vals)
        # Another file could be moved to where the signed one is.
        if not self.env.su and self._filter_evidence():
            raise self._get_evidence_error()
        return result

    def _filter_evidence(self):
        # sudo: which file it is, for those who may not read it.
        found = self.sudo().filtered(
            lambda a: a.res_field in EVIDENCE_FIELDS.get(a.res_model, ())
        )
        return self.browse(found.ids)

    def _get_evidence_error(self):
        return AccessError(
            self.env._(
                "What a customer has signed is not changed by hand: record a new reply "
                "on the quotation, or return the agreement to draft."
            )
        )
