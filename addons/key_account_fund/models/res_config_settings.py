from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    fund_journal_id = fields.Many2one(
        related="company_id.fund_journal_id", readonly=False
    )
    fund_prepayment_account_id = fields.Many2one(
        related="company_id.fund_prepayment_account_id", readonly=False
    )
    fund_deposit_account_id = fields.Many2one(
        related="company_id.fund_deposit_account_id", readonly=False
    )
    fund_rebate_account_id = fields.Many2one(
        related="company_id.fund_rebate_account_id", readonly=False
    )
    fund_remainder = fields.Selection(
        related="company_id.fund_remainder", readonly=False
    )
