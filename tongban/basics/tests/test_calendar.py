"""Working days."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tongban.basics import calendar


def test_make_up_days_of_2026_are_working_days_though_they_are_weekends():
    assert calendar.is_working_day(date(2026, 1, 4))  # Sunday
    assert calendar.is_working_day(date(2026, 2, 14))  # Saturday
    assert not calendar.is_working_day(date(2026, 10, 1))


def test_a_year_has_as_many_working_days_as_was_arranged():
    days = (
        date.fromordinal(n)
        for n in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())
    )
    assert sum(map(calendar.is_working_day, days)) == 248


def test_a_day_in_a_year_without_a_published_calendar_is_provisional():
    assert not calendar.is_provisional(date(2026, 12, 31))
    assert calendar.is_provisional(date(2027, 1, 4))
    assert calendar.is_working_day(date(2027, 1, 4))


@given(st.dates(date(2005, 1, 1), date(2028, 12, 31)), st.integers(0, 60))
def test_adding_and_counting_working_days_agree(day, count):
    end = calendar.add_working_days(day, count)

    assert calendar.working_days_between(day, end) == count
    assert count == 0 or calendar.is_working_day(end)
    assert calendar.working_days_between(end, day) == -count
