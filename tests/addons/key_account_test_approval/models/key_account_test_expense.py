from odoo import api, fields, models

from odoo.addons.key_account.models.price_visibility import PRICE_READERS


class KeyAccountTestExpense(models.Model):
    """What a model has to say to be approved: what is covered, and its figures."""

    _name = "key.account.test.expense"
    _description = "Test Expense"
    _inherit = ["key.account.approval.mixin", "mail.thread"]

    name = fields.Char(required=True)
    note = fields.Char()
    partner_id = fields.Many2one("res.partner")
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id
    )
    line_ids = fields.One2many("key.account.test.expense.line", "expense_id")
    amount = fields.Monetary(
        compute="_compute_amount", store=True, groups=PRICE_READERS
    )

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for expense in self:
            expense.amount = sum(expense.line_ids.mapped("amount"))

    @api.model
    def _get_snapshot_fields(self):
        # EXTENDS 'key_account'
        return [
            *super()._get_snapshot_fields(),
            "partner_id",
            "currency_id",
            "line_ids.name",
            "line_ids.amount",
        ]

    def _get_approval_measures(self):
        # EXTENDS 'key_account_approval'
        measures = super()._get_approval_measures()
        for expense in self:
            measures.setdefault(expense, {})["amount"] = expense.amount
        return measures


class KeyAccountTestExpenseLine(models.Model):
    _name = "key.account.test.expense.line"
    _description = "Test Expense Line"

    expense_id = fields.Many2one(
        "key.account.test.expense", required=True, ondelete="cascade"
    )
    name = fields.Char(required=True)
    amount = fields.Monetary(groups=PRICE_READERS)
    currency_id = fields.Many2one(related="expense_id.currency_id")
