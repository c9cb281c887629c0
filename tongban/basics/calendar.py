"""Working days of China, with make-up days, as the State Council has published them.

Known from 2004 to 2026 from the documents that are shipped (`data/arrangements.json`), later years
once an operator has loaded their document. In a year without one, weekends are taken off and every
answer is provisional. Pure code takes a `Calendar` as an argument; `of` gives the one in force here.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from tongban.basics import arrangements, canonical
from tongban.basics.arrangements import NATION, Arrangement

FAR = date(2999, 12, 31)  # nothing is due beyond; a sum that leads there is a slip


@dataclass(frozen=True)
class Said:
    """What is said about one day: worked or not, as which holiday, by which document (if any)."""

    works: bool
    holiday: str
    arrangement: Arrangement | None


class Calendar:
    """Which days are worked in one place: the country's documents, and over them the place's own.

    Two calendars made of the same documents are the same, on whatever node; `digest` says so.
    """

    def __init__(self, documents: Iterable[Arrangement], place: str = NATION) -> None:
        lines = {NATION, place[:2] + "0000", place[:4] + "00", place}
        mine = [one for one in documents if one.place in lines]
        self.place = place
        self.documents: tuple[Arrangement, ...] = tuple(sorted(mine, key=lambda one: one.order))
        self._said: dict[date, Said] = {
            day: Said(works, holiday, one)
            for one in self.documents
            for day, works, holiday in one.days()
        }
        self._settled = {one.year for one in self.documents if one.is_national and one.whole_year}
        self._working: dict[int, list[int]] = {}
        self._reach = [(one, sorted(day for day, _, _ in one.days())) for one in self.documents]

    def __repr__(self) -> str:
        return f"Calendar({self.place}, {len(self.documents)} documents)"

    @property
    def digest(self) -> str:
        """SHA-256 over the digests of its documents in order."""
        return canonical.digest(canonical.dumps([one.digest for one in self.documents]))

    def is_provisional(self, day: date) -> bool:
        """Whether the working days of that year are not (or no longer) known as published."""
        return day.year not in self._settled

    def said(self, day: date) -> Said:
        """Whether a day is worked, and why; a weekday without a document is worked."""
        return self._said.get(day) or Said(day.weekday() < 5, "", None)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that day; a guess by weekday where `is_provisional` says so."""
        return self.said(day).works

    def next_working_day(self, day: date) -> date:
        """The day itself when it is worked, else the first one after it that is."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The last day on which something due `count` working days after `day` is still in time.

        The day itself does not count. With 0 it is the day itself.
        """
        if count <= 0:
            return day
        year, place = day.year, bisect_right(self._days_of(day.year), day.toordinal())
        while True:
            days = self._days_of(year)
            if place + count <= len(days):
                return date.fromordinal(days[place + count - 1])
            if year >= FAR.year:
                raise OverflowError(f"{count} working days after {day} lie beyond {FAR}")
            count -= len(days) - place
            year, place = year + 1, 0

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` lies before."""
        if end < start:
            return -self.working_days_between(end, start)
        if start.year == end.year:
            return self._until(end) - self._until(start)
        whole = sum(len(self._days_of(year)) for year in range(start.year + 1, end.year))
        return len(self._days_of(start.year)) - self._until(start) + whole + self._until(end)

    def _until(self, day: date) -> int:
        """Working days of its year up to and with a day."""
        return bisect_left(self._days_of(day.year), day.toordinal() + 1)

    def _days_of(self, year: int) -> list[int]:
        """The working days of a year as ordinals, worked out once."""
        days = self._working.get(year)
        if days is None:
            first, after = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1
            days = [n for n in range(first, after) if self.is_working_day(date.fromordinal(n))]
            self._working[year] = days
        return days

    def used_in(self, first: date, last: date) -> list[Arrangement]:
        """The documents that settle the days of a stretch, for a ledger to name."""
        return [
            one
            for one, days in self._reach
            if first.year <= one.year <= last.year
            or bisect_left(days, first) < bisect_right(days, last)
        ]


# Gives the calendar of a place; registered by whoever keeps the documents that operators load.
Source = Callable[[str], Calendar]
_source: list[Source] = []


def follow(source: Source | None) -> None:
    """Take calendars from here from now on; with None, from the shipped documents alone."""
    _source[:] = [source] if source else []


def of(place: str = NATION) -> Calendar:
    """The calendar of a place (a division's code) as this process knows it now."""
    return _source[0](place) if _source else shipped(place)


@cache
def shipped(place: str = NATION) -> Calendar:
    """The calendar that comes with the program; it has the country's days only."""
    if place != NATION:
        return shipped()
    return Calendar(arrangements.shipped())


def is_provisional(day: date) -> bool:
    """Whether the working days of that year are not (or no longer) known to us as published."""
    return of().is_provisional(day)


def is_working_day(day: date) -> bool:
    """Whether offices work on that day; a guess by weekday where `is_provisional` says so."""
    return of().is_working_day(day)


def add_working_days(day: date, count: int) -> date:
    """The last day on which something due `count` working days after `day` is still in time.

    The day itself does not count. With 0 it is the day itself.
    """
    return of().add_working_days(day, count)


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and with `end`; negative when `end` lies before."""
    return of().working_days_between(start, end)
