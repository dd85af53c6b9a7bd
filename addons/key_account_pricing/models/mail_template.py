from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _generate_template(self, res_ids, render_fields, **kwargs):
        # EXTENDS 'mail': the composer and direct sending both pass here.
        if self.model == "key.account.agreement":
            agreements = self.env[self.model].browse(res_ids)
            agreements._assert_may_be_offered(self.env._("mailed"))
        return super()._generate_template(res_ids, render_fields, **kwargs)
