from odoo import api, fields, models


class KeyAccountGateRelease(models.TransientModel):
    """The dialog that asks why the issues are released."""

    _name = "key.account.gate.release"
    _description = "Release Held Orders"

    issue_ids = fields.Many2many(
        "key.account.gate.issue", string="Issues", required=True, readonly=True
    )
    reason = fields.Char(required=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_amount_missing")
    amount_missing = fields.Monetary(compute="_compute_amount_missing")
    amount = fields.Monetary(
        string="Up to",
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="The order is let through while no more than this is missing.",
    )
    date_end = fields.Date(
        string="Until",
        help="The last day on which the release counts; empty: for good.",
    )

    @api.depends("issue_ids")
    def _compute_amount_missing(self):
        """An amount is entered for one issue at a time."""
        for dialog in self:
            issue = dialog.issue_ids if len(dialog.issue_ids) == 1 else False
            dialog.currency_id = issue and issue.currency_id
            dialog.amount_missing = issue and issue.amount_missing

    @api.depends("amount_missing")
    def _compute_amount(self):
        for dialog in self:
            dialog.amount = dialog.amount_missing

    def action_release(self):
        """Release the issues with the reason given."""
        amount = self.amount if self.amount_missing else None
        self.issue_ids.action_release(self.reason, amount, self.date_end)
        return {"type": "ir.actions.act_window_close"}
