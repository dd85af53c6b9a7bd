from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _generate_template(self, res_ids, render_fields, **kwargs):
        # EXTENDS 'mail': the composer and direct sending both pass here. Messages that
        # are written freely do not: people may ask their customer something.
        if self.model == "sale.order":
            orders = self.env["sale.order"].browse(res_ids)
            orders._assert_may_be_offered(self.env._("mailed"))
        return super()._generate_template(res_ids, render_fields, **kwargs)
