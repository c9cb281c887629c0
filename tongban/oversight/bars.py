"""Times as bars on a common axis of years: values for the SVG of a time line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH = 1000.0
LEAST = 8.0  # narrower than this nobody sees it


@dataclass(frozen=True)
class Axis:
    """From the first day of a year to the last of another; `today` may stand on it."""

    first: int
    last: int
    today: date

    @classmethod
    def over(cls, days: Sequence[date | None], *, today: date) -> "Axis":
        """An axis that holds all these days, and today."""
        known = [day.year for day in days if day] + [today.year]
        return cls(min(known), max(known), today)

    @property
    def years(self) -> list[int]:
        return list(range(self.first, self.last + 1))

    def at(self, day: date) -> float:
        """Where a day stands, from 0 to WIDTH; each year is as wide as another."""
        start = date(day.year, 1, 1)
        length = (date(day.year + 1, 1, 1) - start).days
        share = (day - start).days / length
        return WIDTH * (day.year - self.first + share) / len(self.years)

    @property
    def now(self) -> float:
        return self.at(self.today)

    def bar(self, start: date, until: date | None) -> "Bar":
        """From a day to another, or to the end of the axis."""
        x = self.at(start)
        end = self.at(until) if until else WIDTH
        return Bar(round(min(x, WIDTH - LEAST), 1), round(max(end - x, LEAST), 1), until is None)


@dataclass(frozen=True)
class Bar:
    """A rectangle on the axis; open when no end is known."""

    x: float
    width: float
    is_open: bool
