from datetime import timedelta

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    credit_horizon_days = fields.Integer(
        string="Credit Horizon (Days)",
        default=0,
        help="Orders that are to be delivered after so many days do not count in the "
        "exposure yet; zero: all orders count.",
    )
    credit_without_limit = fields.Selection(
        [
            ("pass", "Are not checked against a limit"),
            ("hold", "Have a limit of nothing"),
        ],
        string="Accounts without a Limit",
        required=True,
        default="pass",
        help="What counts for accounts on credit as long as nobody has decided on their "
        "limit. Once one was decided on, its end holds orders.",
    )
    credit_waiting_order = fields.Selection(
        [("oldest", "Who has waited longest"), ("value", "The most valuable order")],
        string="Who Comes First",
        required=True,
        default="oldest",
        help="Which held order takes the credit that has become free.",
    )
    credit_limit_warn_days = fields.Integer(
        string="Limit Expiry Warning (Days)",
        default=30,
        help="How many days before a limit ends the account's salesperson and the credit "
        "controllers get an activity.",
    )

    _credit_days_positive = models.Constraint(
        "CHECK(credit_horizon_days >= 0 AND credit_limit_warn_days >= 0)",
        "Credit horizon and expiry warning are numbers of days: enter zero or more.",
    )

    def _get_credit_horizon(self):
        """Return the moment, in UTC, from which on orders do not count yet; None: all
        orders count."""
        if not self.credit_horizon_days:
            return None
        last = self._get_today() + timedelta(days=self.credit_horizon_days)
        return self._get_day_start(last + timedelta(days=1))
