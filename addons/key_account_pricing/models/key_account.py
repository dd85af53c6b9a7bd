from odoo import api, fields, models


class KeyAccount(models.Model):
    _inherit = "key.account"

    agreement_ids = fields.One2many("key.account.agreement", "account_id")
    agreement_count = fields.Integer(compute="_compute_agreement_count")

    @api.depends("agreement_ids.state")
    def _compute_agreement_count(self):
        counts = dict(
            self.env["key.account.agreement"]._read_group(
                [("account_id", "in", self.ids), ("state", "=", "active")],
                ["account_id"],
                ["__count"],
            )
        )
        for account in self:
            account.agreement_count = counts.get(account, 0)

    def action_open_agreements(self):
        """Return the action that lists the account's agreements."""
        return self._open_action(
            "key_account_pricing.key_account_agreement_action",
            [("account_id", "in", self.ids)],
            default_account_id=self[:1].id,
        )
