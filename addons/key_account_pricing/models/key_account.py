from odoo import api, fields, models

from .document_rule_mixin import PRICE_BASES


class KeyAccount(models.Model):
    _inherit = "key.account"

    price_basis = fields.Selection(
        PRICE_BASES,
        default="delivered",
        tracking=True,
        help="What the account's prices are usually for: the goods alone, which it "
        "fetches, or goods and freight. Each quotation may say otherwise.",
    )
    agreement_ids = fields.One2many("key.account.agreement", "account_id")
    agreement_count = fields.Integer(compute="_compute_agreement_count")
    range_count = fields.Integer(compute="_compute_range_count")

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

    @api.depends("partner_id.parent_id", "company_id")
    @api.depends_context("uid")
    def _compute_range_count(self):
        ranges = self.env["key.account.range"]._get_by_account(self._origin)
        for account in self:
            account.range_count = len(ranges.get(account._origin, ()))

    def action_open_agreements(self):
        """Return the action that lists the account's agreements."""
        return self._open_action(
            "key_account_pricing.key_account_agreement_action",
            [("account_id", "in", self.ids)],
            default_account_id=self[:1].id,
        )

    def action_open_ranges(self):
        """Return the action that lists the ranges that count for the account."""
        return self._open_action(
            "key_account_pricing.key_account_range_action",
            [("covered_account_ids", "in", self.ids)],
            default_account_ids=self.ids,
            default_company_id=self[:1].company_id.id,
        )

    def action_open_prices(self):
        """Return the action that lists the account's prices."""
        return self._open_action(
            "key_account_pricing.key_account_price_record_action",
            [("account_id", "in", self.ids)],
        )
