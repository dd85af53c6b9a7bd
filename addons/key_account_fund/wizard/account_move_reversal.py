from odoo import api, fields, models

from ..models.account_move_credit import CREDIT_KINDS


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    fund_credit_kind = fields.Selection(
        CREDIT_KINDS,
        string="Prepaid Amount",
        compute="_compute_fund_credit_kind",
        store=True,
        readonly=False,
        help="What becomes of the part of the credit note that was paid from a fund.",
    )
    has_fund_capture = fields.Boolean(compute="_compute_has_fund_capture")

    @api.depends("move_ids")
    def _compute_has_fund_capture(self):
        for wizard in self:
            # sudo: whoever reverses an invoice may not read funds.
            invoices = wizard.move_ids.sudo()
            family = invoices | invoices.reversal_move_ids
            captured = family.fund_invoice_entry_ids._sum_captured()
            wizard.has_fund_capture = any(amount > 0 for amount in captured.values())

    @api.depends("has_fund_capture")
    def _compute_fund_credit_kind(self):
        for wizard in self:
            wizard.fund_credit_kind = "fund" if wizard.has_fund_capture else False

    def _prepare_default_reversal(self, move):
        # EXTENDS 'account'
        values = super()._prepare_default_reversal(move)
        if self.has_fund_capture and move.move_type == "out_invoice":
            values["fund_credit_kind"] = self.fund_credit_kind
        return values
