from datetime import date, datetime, timedelta

from odoo.tests import BaseCase, tagged

from ..tools.release_plan import get_first_day, plan_release

WEDNESDAY = date(2026, 11, 25)
FAR = date(2028, 11, 25)


def workdays(*holidays):
    days = (WEDNESDAY + timedelta(days=n) for n in range(60))
    return [day for day in days if day.weekday() < 5 and day not in holidays]


@tagged("post_install", "-at_install")
class TestReleasePlan(BaseCase):
    def plan(self, wished, lead, days=None, first=WEDNESDAY, horizon=FAR):
        days = workdays() if days is None else days
        return plan_release(wished, lead, first, days, horizon)

    def test_working_days_are_counted_back(self):
        # Wished for Thursday a week later, December 3rd.
        wished = date(2026, 12, 3)
        for lead, day in (
            (0, date(2026, 12, 3)),
            (1, date(2026, 12, 2)),
            (3, date(2026, 11, 30)),
            (4, date(2026, 11, 27)),
        ):
            with self.subTest(lead=lead):
                self.assertEqual(self.plan(wished, lead), day)

    def test_day_off_counts_as_the_working_day_before(self):
        sunday = date(2026, 12, 6)
        self.assertEqual(self.plan(sunday, 0), date(2026, 12, 4))
        self.assertEqual(self.plan(sunday, 1), date(2026, 12, 4))
        self.assertEqual(self.plan(sunday, 2), date(2026, 12, 3))

    def test_holidays_do_not_count(self):
        days = workdays(date(2026, 12, 1), date(2026, 12, 2))
        self.assertEqual(self.plan(date(2026, 12, 3), 1, days), date(2026, 11, 30))

    def test_never_before_the_first_day(self):
        self.assertEqual(self.plan(date(2026, 11, 26), 5), WEDNESDAY)
        self.assertEqual(self.plan(date(2020, 1, 1), 0), WEDNESDAY)
        saturday = date(2026, 11, 28)
        days = [day for day in workdays() if day >= saturday]
        monday = date(2026, 11, 30)
        self.assertEqual(self.plan(saturday, 0, days, first=saturday), monday)

    def test_without_working_days_it_is_the_first_day(self):
        self.assertEqual(self.plan(date(2026, 12, 3), 1, []), WEDNESDAY)

    def test_beyond_the_horizon_all_days_count(self):
        wished = date(2099, 1, 10)
        self.assertEqual(self.plan(wished, 3), date(2099, 1, 7))

    def test_after_the_cutoff_the_next_day_is_the_first(self):
        tomorrow = WEDNESDAY + timedelta(days=1)
        for hour, cutoff, day in (
            (15, 16, WEDNESDAY),
            (16, 16, tomorrow),
            (23, 0, WEDNESDAY),
            (23, 24, WEDNESDAY),
        ):
            with self.subTest(hour=hour, cutoff=cutoff):
                now = datetime(2026, 11, 25, hour, 0)
                self.assertEqual(get_first_day(now, cutoff), day)
