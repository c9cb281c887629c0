"""Half-days of a window and how many people they take: values in, values out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from tongban.basics import hours
from tongban.basics.calendar import Calendar
from tongban.basics.hours import BEIJING

# No document says how many people a window takes; a place sets its own numbers.
PER_HALF_DAY, DAYS_AHEAD = 8, 7
MOST_PER_HALF_DAY, MOST_DAYS_AHEAD = 200, 60
# Appointments that one account may hold at a time, so that nobody takes a window's whole week.
MOST_OPEN = 3
NOON = time(12, 30)


class Half(StrEnum):
    """One half of a working day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


HALF_LABELS: dict[Half, str] = {Half.MORNING: "上午", Half.AFTERNOON: "下午"}


@dataclass(frozen=True)
class Span:
    """When a window is open on a half-day."""

    begins: time
    ends: time

    def __str__(self) -> str:
        return f"{self.begins.hour}:{self.begins:%M}–{self.ends.hour}:{self.ends:%M}"


@dataclass(frozen=True)
class Capacity:
    """How many people a window takes on a half-day, and for how many days ahead."""

    per_half_day: int = PER_HALF_DAY
    days_ahead: int = DAYS_AHEAD
    is_default: bool = True
    basis: str = ""


def halves(office_hours: Mapping[str, Any]) -> dict[Half, Span]:
    """The half-days of a window by its hours; none where nobody has said when it is open."""
    found = hours.read(office_hours)
    spans = found.spans if found else ()
    morning = [(begin, min(end, NOON)) for begin, end in spans if begin < NOON]
    afternoon = [(max(begin, NOON), end) for begin, end in spans if end > NOON]
    made = {Half.MORNING: morning, Half.AFTERNOON: afternoon}
    return {half: Span(rows[0][0], rows[-1][1]) for half, rows in made.items() if rows}


def offered(
    open_halves: Mapping[Half, Span], calendar: Calendar, *, at: datetime, days_ahead: int
) -> Iterator[tuple[date, Half]]:
    """The half-days that may still be chosen: working days from now on, until they have ended."""
    here = at.astimezone(BEIJING)
    for ahead in range(days_ahead + 1):
        day = here.date() + timedelta(days=ahead)
        if not calendar.is_working_day(day):
            continue
        for half, span in open_halves.items():
            if ahead or here.time() < span.ends:
                yield day, half
