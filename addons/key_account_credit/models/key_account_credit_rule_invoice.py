from odoo import api, fields, models
from odoo.exceptions import ValidationError


class KeyAccountCreditRule(models.Model):
    _inherit = "key.account.credit.rule"

    is_on_invoice = fields.Boolean(
        string="When Invoiced Without an Order",
        help="When an invoice is posted that has amounts of no order. What was ordered is "
        "billed whatever the limit.",
    )

    @api.constrains("check", "is_on_invoice")
    def _check_invoice_is_about_limit(self):
        for rule in self:
            if rule.is_on_invoice and rule.check != "limit":
                raise ValidationError(
                    self.env._(
                        "%s: invoices without an order are only checked against the "
                        "limit, leave that box empty.",
                        rule.name,
                    )
                )
