from odoo import api, fields, models

ACCOUNT_READERS = (
    "key_account.group_key_account_user,key_account.group_key_account_credit,"
    "account.group_account_invoice,account.group_account_readonly"
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    key_account_ids = fields.One2many(
        "key.account", "partner_id", copy=False, groups=ACCOUNT_READERS
    )
    key_account_count = fields.Integer(
        compute="_compute_key_account_count", groups=ACCOUNT_READERS
    )

    @api.depends("key_account_ids")
    def _compute_key_account_count(self):
        counts = dict(
            self.env["key.account"]._read_group(
                [("partner_id", "in", self.commercial_partner_id.ids)],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.key_account_count = counts.get(partner.commercial_partner_id, 0)

    def action_open_key_account(self):
        """Return the action that opens the accounts of this contact's company."""
        self.ensure_one()
        partner = self.commercial_partner_id
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "key_account.key_account_action"
        )
        action["domain"] = [("partner_id", "=", partner.id)]
        action["context"] = {"default_partner_id": partner.id}
        accounts = self.env["key.account"].search(action["domain"], limit=2)
        if len(accounts) == 1:
            action.update(res_id=accounts.id, views=[(False, "form")])
        return action
