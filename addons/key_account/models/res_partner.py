from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..exceptions import DutyError

ACCOUNT_READERS = (
    "key_account.group_key_account_user,key_account.group_key_account_credit,"
    "account.group_account_invoice,account.group_account_readonly"
)


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "key.account.computed.guard"]

    _GUARDED_FIELDS = ("commercial_partner_id",)

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

    @api.constrains("parent_id", "is_company")
    def _check_account_stays_company(self):
        contacts = self.filtered(lambda p: p.commercial_partner_id != p)
        if not contacts:
            return
        # sudo: an account that the user may not see must not lose its orders either.
        Account = self.env["key.account"].sudo()
        if account := Account.search([("partner_id", "in", contacts.ids)], limit=1):
            raise ValidationError(
                self.env._(
                    "%(account)s is a key account and cannot become a contact of "
                    "%(company)s: let it be a company below it.",
                    account=account.display_name,
                    company=account.partner_id.commercial_partner_id.display_name,
                )
            )

    def write(self, vals):
        if not {"parent_id", "is_company"}.intersection(vals):
            return super().write(vals)
        before = {partner: partner.commercial_partner_id for partner in self}
        result = super().write(vals)
        self._assert_not_moved_off(before)
        return result

    def _assert_not_moved_off(self, before):
        """Raise when a contact of a stopped account was moved to another company: it
        could order there, and come back.

        :param before: ``{contact: its company until now}``
        """
        if self.env.su or self.env.user.has_group(
            "key_account.group_key_account_manager"
        ):
            return
        moved = self.filtered(lambda p: p.commercial_partner_id != before[p])
        if not moved:
            return
        companies = self.browse().union(*(before[partner] for partner in moved))
        # sudo: an account that the user may not see stops its contacts, too.
        Account = self.env["key.account"].sudo()
        stopped = Account.search(
            [
                ("partner_id", "in", companies.ids),
                ("state", "in", ("suspended", "closed")),
            ],
            limit=1,
        )
        if stopped:
            raise DutyError(
                self.env._(
                    "%(contact)s belongs to account %(account)s, which takes no orders: "
                    "ask a key-account manager to move the contact.",
                    contact=moved[0].display_name,
                    account=stopped.display_name,
                )
            )

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
