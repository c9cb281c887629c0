"""A clock as a calendar on the wall: month by month, what each day was."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tongban.basics.hours import day_in_beijing
from tongban.cases.clocks import counting
from tongban.cases.clocks.values import Reckoning, Unit

MOST_MONTHS = 6


@dataclass(frozen=True)
class Day:
    """One day: `kind` is start, counted, rest, stopped or plain; `count` which of the limit it is."""

    day: date
    kind: str
    count: int
    holiday: str
    is_made_up: bool
    is_due: bool


@dataclass(frozen=True)
class Month:
    """A month in weeks from Monday to Sunday; None where the week belongs to another month."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]


def days(one: Reckoning) -> Iterator[Day]:
    """Every day from the start to the last day in time (to the moment asked for, if it stands)."""
    term, start = one.term, day_in_beijing(one.term.start)
    last = max(one.due_on or day_in_beijing(one.at), start)
    used = 0
    for ahead in range((last - start).days + 1):
        day = start + timedelta(days=ahead)
        said = term.calendar.said(day)
        kind = "start" if not ahead else "plain"
        if ahead and counting.is_stopped_on(term, day):
            kind = "stopped"
        elif not said.works and term.limit.unit is Unit.WORKDAY:
            kind = "rest" if ahead else "start"
        elif ahead and used < one.total:
            kind, used = "counted", used + 1
        elif not said.works:
            kind = "rest"
        made_up = said.works and day.weekday() >= 5
        count = used if kind == "counted" else 0
        yield Day(day, kind, count, said.holiday, made_up, day == one.due_on)


def months(one: Reckoning) -> tuple[list[Month], bool]:
    """The months of a clock, and whether some were left out: of a long one the first and the last."""
    found: dict[date, dict[date, Day]] = {}
    for day in days(one):
        found.setdefault(day.day.replace(day=1), {})[day.day] = day
    firsts = list(found)
    is_long = len(firsts) > MOST_MONTHS
    shown = [*firsts[: MOST_MONTHS // 2], *firsts[-MOST_MONTHS // 2 :]] if is_long else firsts
    return [Month(first, tuple(_weeks(one, first, found[first]))) for first in shown], is_long


def _weeks(one: Reckoning, first: date, known: dict[date, Day]) -> Iterator[tuple[Day | None, ...]]:
    """Whole weeks; days of the month outside the clock are plain or days off."""
    monday = first - timedelta(days=first.weekday())
    while monday < first or monday.month == first.month:
        week: list[Day | None] = []
        for ahead in range(7):
            day = monday + timedelta(days=ahead)
            inside = day.month == first.month and day.year == first.year
            week.append((known.get(day) or _outside(one, day)) if inside else None)
        yield tuple(week)
        monday += timedelta(days=7)


def _outside(one: Reckoning, day: date) -> Day:
    said = one.term.calendar.said(day)
    made_up = said.works and day.weekday() >= 5
    return Day(day, "plain" if said.works else "rest", 0, said.holiday, made_up, is_due=False)
