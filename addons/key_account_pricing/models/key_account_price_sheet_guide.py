"""Approvals of guide prices tell them: only those who may see them take part."""

from odoo import api, fields, models

from .sale_order_guide import GUIDE_READERS


class KeyAccountPriceSheet(models.Model):
    _inherit = "key.account.price.sheet"

    @api.depends("kind")
    def _compute_display_name(self):
        # EXTENDS 'key_account_pricing': Odoo shows names of documents to people who may
        # not open them, in errors and subjects of mails, and a title may tell prices.
        guides = self.filtered(lambda sheet: sheet.kind == "guide" and sheet.name)
        for sheet in guides:
            sheet.display_name = sheet.name
        return super(KeyAccountPriceSheet, self - guides)._compute_display_name()

    def write(self, vals):
        result = super().write(vals)
        if vals.get("kind") == "guide":
            # sudo: requests are nobody's to write. What was asked before tells the
            # prices, too, and stays closed if the kind is changed once more.
            self.sudo().approval_request_ids.is_guide = True
        return result


class KeyAccountApprovalRequest(models.Model):
    _inherit = "key.account.approval.request"

    is_guide = fields.Boolean(
        string="About Guide Prices", readonly=True, export_string_translation=False
    )

    @api.model
    def _prepare_request_vals(self, document, met, reason):
        # EXTENDS 'key_account_approval'
        vals = super()._prepare_request_vals(document, met, reason)
        # sudo: as in the method extended.
        source = document.sudo()
        is_sheet = source._name == "key.account.price.sheet"
        return {**vals, "is_guide": is_sheet and source.kind == "guide"}


class KeyAccountApprovalRequestStep(models.Model):
    _inherit = "key.account.approval.request.step"

    def _get_able(self):
        # EXTENDS 'key_account_approval': approvers, delegates and those it is escalated
        # to would be told.
        able = super()._get_able()
        if self.request_id.is_guide:
            able = {u: d for u, d in able.items() if u.has_group(GUIDE_READERS)}
        return able


class KeyAccountApprovalThreshold(models.Model):
    _inherit = "key.account.approval.threshold"

    def _get_reason(self, measures):
        # EXTENDS 'key_account_approval': from a price and how far it is below, or from
        # the limits that it is beyond, everybody could tell the guide price.
        if self.measure == "guide_distance":
            return self.env._("The price is below the guide price")
        return super()._get_reason(measures)
