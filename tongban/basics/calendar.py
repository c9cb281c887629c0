"""Working days of China, with make-up days, as the State Council has published them.

Known from 2004 to 2026 (package chinesecalendar). Beyond, weekends are taken off and every answer
is provisional until the arrangement of that year is published.
"""

from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

FIRST_YEAR, LAST_YEAR = 2004, max(day.year for day in chinese_calendar.constants.holidays)


def is_provisional(day: date) -> bool:
    """Whether the working days of that year are not (or no longer) known to us as published."""
    return not FIRST_YEAR <= day.year <= LAST_YEAR


@lru_cache(maxsize=8192)
def is_working_day(day: date) -> bool:
    """Whether offices work on that day; a guess by weekday where `is_provisional` says so."""
    if is_provisional(day):
        return day.weekday() < 5
    return bool(chinese_calendar.is_workday(day))


def add_working_days(day: date, count: int) -> date:
    """The last day on which something due `count` working days after `day` is still in time.

    The day itself does not count. With 0 it is the day itself.
    """
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


@lru_cache(maxsize=8192)
def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and with `end`; negative when `end` lies before."""
    if end < start:
        return -working_days_between(end, start)
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(is_working_day(day) for day in days)
