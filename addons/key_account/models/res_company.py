from datetime import datetime, time

import pytz

from odoo import fields, models

# `_get_day()` in a query: of a moment in UTC, in the zone of the company's partner.
DAY = "timezone(COALESCE({zone}, 'UTC'), timezone('UTC', {moment}))::date"


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_document_warn_days = fields.Integer(
        string="Document expiry warning (days)",
        default=30,
        help="How many days before a qualification document expires its account's "
        "salesperson gets an activity.",
    )

    _key_account_document_warn_days_positive = models.Constraint(
        "CHECK(key_account_document_warn_days >= 0)",
        "The document expiry warning is a number of days: enter zero or more.",
    )

    def _get_today(self):
        """Return what day it is for the company."""
        return self._get_day(fields.Datetime.now())

    def _get_day(self, moment):
        """Return which day a moment, in UTC, belongs to: in the company's time zone,
        wherever the one who asks may be."""
        return pytz.utc.localize(moment).astimezone(self._get_zone()).date()

    def _get_day_start(self, day):
        """Return the moment, in UTC, at which a day of the company begins."""
        midnight = datetime.combine(day, time.min)
        start = self._get_zone().localize(midnight)
        return start.astimezone(pytz.utc).replace(tzinfo=None)

    def _get_zone(self):
        self.ensure_one()
        # sudo: customers ask, too, and may not read the company's address.
        return pytz.timezone(self.sudo().partner_id.tz or "UTC")
