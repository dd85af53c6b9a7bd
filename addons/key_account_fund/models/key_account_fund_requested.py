from odoo import api, fields, models


class KeyAccountFund(models.Model):
    """The requests about a fund, and the buttons that make one."""

    _inherit = "key.account.fund"

    request_ids = fields.One2many(
        "key.account.fund.request",
        "fund_id",
        string="Requests",
        readonly=True,
        groups="base.group_user",
    )
    request_count = fields.Integer(
        compute="_compute_request_count", groups="base.group_user"
    )

    @api.depends("request_ids")
    def _compute_request_count(self):
        counts = dict(
            self.env["key.account.fund.request"]._read_group(
                [("fund_id", "in", self.ids)], ["fund_id"], ["__count"]
            )
        )
        for fund in self:
            fund.request_count = counts.get(fund._origin, 0)

    def action_open_requests(self):
        """Return the action that lists the requests about these funds."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account_fund.key_account_fund_request_action"
        )
        action.update(
            domain=[("fund_id", "in", self.ids)],
            context={"default_fund_id": self[:1].id},
        )
        return action

    def action_request_refund(self):
        """Return the form of a new request to pay money back to the customer."""
        return self._open_new_request("refund", self.amount_available)

    def action_request_transfer(self):
        """Return the form of a new request to move money to another fund."""
        return self._open_new_request("transfer", self.amount_available)

    def action_request_release(self):
        """Return the form of a new request to release guarantee money."""
        return self._open_new_request("release", self.amount_frozen)

    def action_request_apply(self):
        """Return the form of a new request to pay invoices from the fund."""
        is_guarantee = self.kind == "deposit"
        amount = self.amount_frozen if is_guarantee else self.amount_available
        return self._open_new_request("apply", amount)

    def _open_new_request(self, kind, amount):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Request"),
            "res_model": "key.account.fund.request",
            "views": [(False, "form")],
            "context": {
                "default_fund_id": self.id,
                "default_kind": kind,
                "default_amount": amount,
            },
        }
