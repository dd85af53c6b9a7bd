from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models

from ..tools.release_plan import get_first_day, plan_release

# For how long ahead the working days are looked up.
KNOWN = timedelta(days=731)
# The longest time without a working day, after which one is found.
REST = timedelta(days=62)


class StockWarehouse(models.Model):
    """When a warehouse wants to know of goods that are wished for a day."""

    _inherit = "stock.warehouse"

    release_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Days",
        check_company=True,
        help="On these days child orders go to the warehouse; empty: the working days of "
        "the company.",
    )
    release_days = fields.Integer(
        string="Release Before Delivery",
        default=2,
        help="So many working days before the day on which a recipient wants the goods "
        "the child order goes to the warehouse.",
    )
    release_hour = fields.Float(
        string="Cut-off Hour",
        help="What would be released later on a day, in the warehouse's local time, goes "
        "on the next working day; 00:00: there is no cut-off.",
    )

    _release_days_range = models.Constraint(
        "CHECK(release_days BETWEEN 0 AND 366)",
        "Child orders are released 0 to 366 working days before delivery: enter a number "
        "between them.",
    )
    _release_hour_range = models.Constraint(
        "CHECK(release_hour >= 0 AND release_hour <= 24)",
        "The cut-off is an hour of the day: enter a time between 00:00 and 24:00.",
    )

    def _get_local_time(self):
        """Return what time it is at the warehouse, by its address or else the company's."""
        self.ensure_one()
        # sudo: salespeople plan releases, and may not read the warehouse's address.
        zone = self.sudo().partner_id.tz
        zone = pytz.timezone(zone) if zone else self.company_id._get_zone()
        return pytz.utc.localize(fields.Datetime.now()).astimezone(zone)

    def _plan_releases(self, days):
        """Return when goods go to this warehouse, ``{day wished: day of release}``.

        The number of queries does not depend on the days.

        :param days: the days on which goods are wished, at least one
        """
        self.ensure_one()
        first = get_first_day(self._get_local_time(), self.release_hour)
        horizon = first + KNOWN
        last = max(first, min(max(days), horizon))
        known = self._get_working_days(first, last + REST)
        return {
            day: plan_release(day, self.release_days, first, known, horizon)
            for day in days
        }

    def _get_working_days(self, first, last):
        """Return the working days from ``first`` to ``last``, holidays left out, sorted."""
        # sudo: salespeople plan releases, and may not read the holidays.
        warehouse = self.sudo()
        calendar = warehouse.release_calendar_id or (
            warehouse.company_id.resource_calendar_id
        )
        if not calendar:
            return [first + timedelta(days=n) for n in range((last - first).days + 1)]
        # A day of the calendar may begin the day before, or end the day after, in UTC.
        margin = timedelta(days=1)
        unusual = calendar._get_unusual_days(
            datetime.combine(first - margin, time.min),
            datetime.combine(last + margin, time.max),
            self.company_id,
        )
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in days if not unusual[fields.Date.to_string(day)]]

    @api.model
    def _get_release_due_days(self):
        """Return ``{day that it is there: warehouses}``, all of them."""
        # sudo: the job asks for all companies. Warehouses are few, in every company.
        every = self.sudo().with_context(active_test=False)
        warehouses = every.search([])  # pylint: disable=no-search-all
        return warehouses.grouped(lambda one: one._get_local_time().date())
