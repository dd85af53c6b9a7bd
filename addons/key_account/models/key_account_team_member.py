from odoo import api, fields, models


class KeyAccountTeamMember(models.Model):
    _name = "key.account.team.member"
    _description = "Key Account Team Member"
    _order = "role, id"

    account_id = fields.Many2one(
        "key.account",
        string="Key Account",
        required=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("share", "=", False)],
    )
    role = fields.Selection(
        [
            ("account", "Account Manager"),
            ("solution", "Solution"),
            ("fulfilment", "Fulfilment"),
            ("finance", "Finance"),
        ],
        required=True,
        default="account",
    )

    _member_unique = models.Constraint(
        "UNIQUE(account_id, user_id, role)",
        "This person already has this role in the account team: remove one of the rows.",
    )

    @api.depends("user_id", "role")
    def _compute_display_name(self):
        roles = dict(self._fields["role"]._description_selection(self.env))
        for member in self:
            member.display_name = f"{member.user_id.name} · {roles.get(member.role)}"
