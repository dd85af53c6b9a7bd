"""When a child order goes to the warehouse; pure functions over days."""

from bisect import bisect_left
from datetime import timedelta


def get_first_day(now, cutoff):
    """Return the first day on which something that is planned now may be released.

    :param now: the warehouse's local time
    :param float cutoff: the hour from which nothing more is released that day; 0 or 24
        and more: there is none
    """
    hour = now.hour + now.minute / 60 + now.second / 3600
    is_over = 0 < cutoff < 24 and hour >= cutoff
    return now.date() + timedelta(days=1 if is_over else 0)


def plan_release(wished, lead, first, working_days, horizon):
    """Return the day on which goods go to the warehouse that are wished for a day.

    It is the working day that lies so many working days before; a day that is none
    counts as the last working day before it. What should have been released before
    ``first`` is released on the first working day from then.

    :param wished: the day on which the goods are wanted
    :param int lead: the number of working days, zero or more
    :param first: the earliest day that can be, see `get_first_day`
    :param working_days: sorted, all there are from ``first``
    :param horizon: the last day for which working days are known; for what is wished
        later all days count as working days
    """
    if wished > horizon:
        return max(first, wished - timedelta(days=lead))
    start = working_days[0] if working_days else first
    position = bisect_left(working_days, wished)
    is_working = position < len(working_days) and working_days[position] == wished
    position -= lead if is_working else max(lead, 1)
    return working_days[position] if position >= 0 else start
