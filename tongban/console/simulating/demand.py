"""How many of what a day brings, and when each of them comes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from random import Random

from tongban.console.simulating import days
from tongban.console.simulating.days import Shape
from tongban.console.simulating.figures import Figures, Kind
from tongban.console.simulating.pairs import Pairs

ONLINE, RECEIVED_FOR = "ONLINE", "RECEIVED_FOR"
LOOK_UP = "2020-1-06"  # 社会保险个人权益记录单查询打印: what a look-up stands for


class Business(StrEnum):
    """Which figure a stream is a part of."""

    INSURANCE = "insurance"
    POLICE = "police"


@dataclass(frozen=True)
class Stream:
    """One item in one mode: so many a year. A look-up is no case: nobody decides anything."""

    business: Business
    item: str
    name: str
    mode: str
    a_year: float
    at_once: bool = False
    is_case: bool = True

    @property
    def key(self) -> str:
        """What tells it apart."""
        return f"{self.item}/{self.mode}" if self.is_case else f"{self.item}/look-up"

    @property
    def is_online(self) -> bool:
        """Whether it comes at any hour; the rest comes to windows."""
        return self.mode == ONLINE


@dataclass(frozen=True)
class Arrival:
    """Somebody comes: at this minute of the day, from here, for there."""

    minute: float
    stream: Stream
    here: str
    there: str


def streams(figures: Figures) -> list[Stream]:
    """All that the documents count, divided as the assumptions say."""
    insurance = figures["insurance_a_year"] * figures["growth"]
    cases = insurance * figures["case_share"]
    at_window = cases * figures["insurance_window_share"]
    found = [
        Stream(Business.INSURANCE, LOOK_UP, "查询", ONLINE, insurance - cases, is_case=False),
        *(
            _of(kind, Business.INSURANCE, ONLINE, (cases - at_window) * kind.share)
            for kind in figures.insurance
        ),
        _of(figures.insurance_window, Business.INSURANCE, RECEIVED_FOR, at_window),
        *(
            _of(kind, Business.POLICE, RECEIVED_FOR, figures[kind.figure] * figures["growth"])
            for kind in figures.police
        ),
    ]
    return [stream for stream in found if stream.a_year > 0]


def _of(kind: Kind, business: Business, mode: str, a_year: float) -> Stream:
    return Stream(business, kind.item, kind.name, mode, a_year, kind.at_once)


def on_day(stream: Stream, day: date, figures: Figures) -> float:
    """How many of a stream are expected on a day; over all days of the year, the year's figure."""
    year, works = days.year(day.year), days.is_worked(day)
    if stream.is_online:
        return stream.a_year * year.online(figures["rest_day_share"], works=works)
    return stream.a_year * year.at_windows(works=works)


def shapes(figures: Figures) -> dict[bool, Shape]:
    """How arrivals share out over a day: online (True), and at windows (False)."""
    office = days.office_day(figures)
    return {
        True: days.shape(figures.hours_online),
        False: days.shape(figures.hours_window, office),
    }


def arrivals(
    among: Iterable[Stream], pairs: Pairs, day: date, figures: Figures, *, seed: int, one_in: float
) -> list[Arrival]:
    """The arrivals of a day in their order, one in so many of the country's.

    For each stream a Poisson process whose intensity follows the hours of the day; each arrival draws
    its pair of places. The same seed gives the same arrivals, and a stream's do not depend on others'.
    """
    by_hours = shapes(figures)
    found: list[Arrival] = []
    for stream in among:
        # No secret hangs on it: the same numbers must come again.
        random = Random(f"{seed}:{day}:{stream.key}")  # noqa: S311
        expected = on_day(stream, day, figures) / one_in
        found.extend(
            Arrival(minute, stream, *pairs.draw(random))
            for minute in moments(by_hours[stream.is_online], expected, random)
        )
    return sorted(found, key=lambda one: (one.minute, one.stream.key, one.here, one.there))


def moments(shape: Shape, expected: float, random: Random) -> Iterator[float]:
    """A Poisson process over a day: gaps of a process of rate one, put onto the shape's own time."""
    if expected <= 0:
        return
    passed = random.expovariate(1.0)
    while passed < expected:
        yield shape.moment(passed / expected)
        passed += random.expovariate(1.0)
