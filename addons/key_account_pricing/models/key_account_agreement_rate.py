from odoo import api, fields, models


class KeyAccountAgreement(models.Model):
    """What the agreement's prices are in the company's currency."""

    _inherit = "key.account.agreement"

    _GUARDED_FIELDS = ("currency_rate",)

    currency_rate = fields.Float(
        compute="_compute_currency_rate",
        store=True,
        precompute=True,
        digits=0,
        help="How much of the agreement's currency one of the company's buys on the "
        "first day, as known when the agreement was activated.",
    )

    @api.depends("currency_id", "company_id", "date_start", "state")
    def _compute_currency_rate(self):
        Currency = self.env["res.currency"]
        for agreement in self:
            if agreement.state in ("expired", "terminated") and agreement.currency_rate:
                # What it was worth when it counted.
                agreement.currency_rate = agreement.currency_rate
                continue
            agreement.currency_rate = Currency._get_conversion_rate(
                from_currency=agreement.company_id.currency_id,
                to_currency=agreement.currency_id,
                company=agreement.company_id,
                date=agreement.date_start,
            )
