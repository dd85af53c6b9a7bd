from odoo import api, fields, models


class KeyAccount(models.Model):
    _inherit = "key.account"

    fund_ids = fields.One2many("key.account.fund", "key_account_id", readonly=True)
    fund_count = fields.Integer(compute="_compute_fund_count")
    fund_available = fields.Monetary(
        string="Available",
        compute="_compute_fund_count",
        help="Of the prepayments in the company's currency.",
    )

    @api.depends("fund_ids.amount_posted", "fund_ids.amount_frozen", "fund_ids.state")
    def _compute_fund_count(self):
        for account in self:
            funds = account.fund_ids.filtered(lambda fund: fund.state == "open")
            account.fund_count = len(funds)
            account.fund_available = sum(
                fund.amount_available
                for fund in funds
                if fund.kind == "prepayment" and fund.currency_id == account.currency_id
            )

    def action_open_funds(self):
        """Return the action that lists the account's funds."""
        return self._open_action(
            "key_account_fund.key_account_fund_action",
            [("key_account_id", "in", self.ids)],
            default_key_account_id=self[:1].id,
        )

    def action_register_prepayment(self):
        """Return the form of a new payment into the account's prepayment fund."""
        self.ensure_one()
        fund = self.env["key.account.fund"]._find_or_open(self, self.currency_id)
        return fund.action_register_payment()
