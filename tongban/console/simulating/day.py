"""A day of the country: who comes, what each case causes, and what that is in every hour.

A case that is not decided today is decided on another day, and today's offices decide those of other
days instead. So the load of a usual day has all steps of today's cases, each at its minute of the day,
whichever day it falls on.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from random import Random

from tongban.console.simulating import course as courses
from tongban.console.simulating import days, demand
from tongban.console.simulating.course import Course
from tongban.console.simulating.demand import Arrival, Stream
from tongban.console.simulating.figures import Figures
from tongban.console.simulating.pairs import Pairs


@dataclass(frozen=True)
class Day:
    """A day as it was drawn: look-ups and cases in their order."""

    on: date
    seed: int
    one_in: float
    look_ups: Sequence[Arrival]
    cases: Sequence[Course]

    @cached_property
    def digest(self) -> str:
        """The same for the same day, and for no other."""
        rows: list[object] = [
            (round(one.minute, 6), one.stream.key, one.here, one.there) for one in self.look_ups
        ]
        for case in self.cases:
            one = case.arrival
            rows.append((round(one.minute, 6), one.stream.key, one.here, one.there))
            rows += [(step.day, round(step.minute, 6), step.move, step.side) for step in case.steps]
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def draw(
    figures: Figures,
    on: date,
    pairs: Pairs,
    *,
    seed: int,
    one_in: float,
    among: Sequence[Stream] | None = None,
) -> Day:
    """One in so many of what the country does on that day. The same words give the same day."""
    streams = demand.streams(figures) if among is None else among
    come = demand.arrivals(streams, pairs, on, figures, seed=seed, one_in=one_in)
    office, works = days.office_day(figures), days.is_worked(on)
    random = Random(f"{seed}:{on}:courses")  # noqa: S311 - the same again
    return Day(
        on, seed, one_in,
        [one for one in come if not one.stream.is_case],
        [
            courses.draw(one, figures, office, random, works=works)
            for one in come
            if one.stream.is_case
        ],
    )  # fmt: skip


@dataclass
class Tally:
    """What a day holds, by hour, as it was drawn (not yet multiplied)."""

    look_ups: list[int] = field(default_factory=lambda: [0] * 24)
    cases: list[int] = field(default_factory=lambda: [0] * 24)
    events: list[int] = field(default_factory=lambda: [0] * 24)
    messages: list[int] = field(default_factory=lambda: [0] * 24)
    moves: Counter[str] = field(default_factory=Counter)
    same_day: int = 0
    crossing: int = 0

    def busiest(self, hours: Sequence[int]) -> tuple[int, float]:
        """The hour with the most, and its share of the day."""
        most = max(hours)
        return hours.index(most), most / sum(hours) if most else 0.0

    @property
    def events_a_case(self) -> float:
        """Events on the chain of a case, on average."""
        return sum(self.events) / max(sum(self.cases), 1)

    @property
    def messages_a_case(self) -> float:
        """Messages between nodes for a case, without their receipts."""
        return sum(self.messages) / max(sum(self.cases), 1)


def tally(day: Day) -> Tally:
    """Count a day."""
    found = Tally()
    for one in day.look_ups:
        found.look_ups[int(one.minute) // 60] += 1
    for case in day.cases:
        found.cases[int(case.arrival.minute) // 60] += 1
        found.same_day += case.steps[-1].day == 0
        found.crossing += case.crosses
        for step in case.steps:
            found.events[int(step.minute) // 60] += 1
            found.moves[step.move] += 1
        for step, _from, _to in case.messages():
            found.messages[int(step.minute) // 60] += 1
    return found
