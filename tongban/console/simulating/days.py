"""How a year shares out over its days, and a day over its minutes."""

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property

from tongban.basics import calendar
from tongban.console.simulating.figures import Figures

MINUTES = 24 * 60


@dataclass(frozen=True)
class OfficeDay:
    """The minutes of a working day in which an office is open, as spans past midnight."""

    spans: tuple[tuple[float, float], ...]

    @property
    def length(self) -> float:
        """Minutes open."""
        return sum(end - begin for begin, end in self.spans)

    def is_open(self, minute: float) -> bool:
        """Whether somebody is there."""
        return any(begin <= minute < end for begin, end in self.spans)

    def worked_by(self, minute: float) -> float:
        """Minutes worked since opening."""
        return sum(min(max(minute - begin, 0.0), end - begin) for begin, end in self.spans)

    def after(self, minute: float, work: float) -> tuple[int, float]:
        """When so many office minutes are over: on which later working day (0: this one), and when."""
        days, rest = divmod(self.worked_by(minute) + work, self.length)
        for begin, end in self.spans:
            if rest < end - begin:
                return int(days), begin + rest
            rest -= end - begin
        raise AssertionError("a rest of a day lies within the day")


def office_day(figures: Figures) -> OfficeDay:
    """The default hours."""
    return OfficeDay(
        (
            (figures["office_morning_opens"], figures["office_morning_closes"]),
            (figures["office_afternoon_opens"], figures["office_afternoon_closes"]),
        )
    )


@dataclass(frozen=True)
class Shape:
    """How arrivals share out over the minutes of a day: a weight for each, one in sum."""

    weights: tuple[float, ...]

    @cached_property
    def _cumulated(self) -> list[float]:
        return list(itertools.accumulate(self.weights))

    @cached_property
    def _last(self) -> int:
        return max(minute for minute, weight in enumerate(self.weights) if weight)

    def hour(self, number: int) -> float:
        """The share that falls into an hour."""
        return sum(self.weights[number * 60 : number * 60 + 60])

    @property
    def busiest_hour(self) -> tuple[int, float]:
        """Which hour, and its share."""
        shares = [self.hour(number) for number in range(24)]
        most = max(shares)
        return shares.index(most), most

    def moment(self, share: float) -> float:
        """The minute of the day by which this share (below 1) of all has come."""
        sums = self._cumulated
        share *= sums[-1]
        minute = min(bisect_right(sums, share), self._last)
        before = sums[minute - 1] if minute else 0.0
        return minute + (share - before) / self.weights[minute]


def shape(hours: Sequence[float], only: OfficeDay | None = None) -> Shape:
    """From weights of the 24 hours; with `only`, nothing outside of office hours."""
    raw = [
        hours[minute // 60] if only is None or only.is_open(minute) else 0.0
        for minute in range(MINUTES)
    ]
    whole = sum(raw)
    return Shape(tuple(one / whole for one in raw))


@dataclass(frozen=True)
class Year:
    """The days of a year: those worked, and those of rest."""

    number: int
    worked: int
    rest: int

    def online(self, rest_day_share: float, *, works: bool) -> float:
        """The share of a year's online volume that falls on one such day."""
        whole = self.worked + self.rest * rest_day_share
        return (1.0 if works else rest_day_share) / whole

    def at_windows(self, *, works: bool) -> float:
        """The same at windows, which are open on working days alone."""
        return 1 / self.worked if works else 0.0


@cache
def year(number: int) -> Year:
    """Counted by the published working days; by weekdays where they are not published yet."""
    known, first = calendar.shipped(), date(number, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(number + 1, 1, 1) - first).days)]
    worked = sum(map(known.is_working_day, days))
    return Year(number, worked, len(days) - worked)


def is_worked(day: date) -> bool:
    """Whether offices work on that day."""
    return calendar.shipped().is_working_day(day)
