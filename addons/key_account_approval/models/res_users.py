from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        if {"active", "group_ids", "company_ids"}.intersection(vals):
            # Whoever leaves cannot decide any more: somebody has to notice.
            self.env["key.account.approval.request"]._refresh_open()
        return result

    def _get_manager(self):
        """Return the users who lead these users: the leaders of their sales teams.
        Addons that know more, for example about departments, add to it here."""
        return self.sale_team_id.user_id - self
