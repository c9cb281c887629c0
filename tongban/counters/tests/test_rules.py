"""Half-days of a window, and which may be chosen. No database."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.basics import calendar
from tongban.counters import rules
from tongban.counters.rules import Half, Span

HOURS = {"workdays": [["08:30", "12:00"], ["13:30", "17:00"]]}
MORNING = Span(time(8, 30), time(12))
AFTERNOON = Span(time(13, 30), time(17))
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NATION = calendar.shipped()


def offered(at, days_ahead=7):
    return list(rules.offered(rules.halves(HOURS), NATION, at=at, days_ahead=days_ahead))


@pytest.mark.parametrize(
    ("hours", "found"),
    [
        (HOURS["workdays"], {Half.MORNING: MORNING, Half.AFTERNOON: AFTERNOON}),
        ([["09:00", "11:30"]], {Half.MORNING: Span(time(9), time(11, 30))}),
        ([["14:00", "20:00"]], {Half.AFTERNOON: Span(time(14), time(20))}),
        (
            [["09:00", "17:00"]],
            {Half.MORNING: Span(time(9), rules.NOON), Half.AFTERNOON: Span(rules.NOON, time(17))},
        ),
        ([], {}),
    ],
)
def test_the_hours_of_a_window_make_its_half_days(hours, found):
    assert rules.halves({"workdays": hours}) == found


def test_the_hours_of_a_half_day_are_written_like_those_of_the_window():
    assert str(MORNING) == "8:30–12:00"


def test_a_weekend_is_not_offered_and_a_make_up_saturday_is():
    friday = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    assert {day for day, _half in offered(friday, 3)} == {date(2026, 11, 20), date(2026, 11, 23)}
    before_may = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
    assert date(2026, 5, 9) in {day for day, _half in offered(before_may)}


@pytest.mark.parametrize(
    ("hour", "left"),
    [(0, [Half.MORNING, Half.AFTERNOON]), (5, [Half.AFTERNOON]), (9, [])],
)
def test_of_today_what_has_not_ended_is_left(hour, left):
    """At 8:00, 13:00 and 17:00 in Beijing."""
    monday = datetime(2026, 11, 16, hour, 0, tzinfo=UTC)
    assert [half for day, half in offered(monday, 0)] == left


@given(
    st.integers(0, 350 * 24 * 60).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes)),
    st.integers(1, rules.MOST_DAYS_AHEAD),
)
def test_what_is_offered_is_in_order_worked_and_not_over(at, days_ahead):
    found = offered(at, days_ahead)
    here = at.astimezone(rules.BEIJING)
    order = list(Half)
    assert found == sorted(found, key=lambda one: (one[0], order.index(one[1])))
    for day, half in found:
        ends = {Half.MORNING: MORNING, Half.AFTERNOON: AFTERNOON}[half].ends
        assert NATION.is_working_day(day)
        assert here <= datetime.combine(day, ends, rules.BEIJING)
        assert day <= here.date() + timedelta(days=days_ahead)
