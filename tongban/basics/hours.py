"""When an office is open, and on which day something counts as received there.

All moments are said on the clock of Beijing, whatever zone they come in.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tongban.basics.calendar import Calendar

BEIJING = ZoneInfo("Asia/Shanghai")


def day_in_beijing(at: datetime) -> date:
    """The legal day of a moment; moments are kept in UTC."""
    return at.astimezone(BEIJING).date()


class HoursMalformed(ValueError):
    """Hours that nobody can keep; the message says how to write them."""


@dataclass(frozen=True)
class OfficeHours:
    """The hours of every working day, in order; `is_default` when nobody has confirmed them."""

    spans: tuple[tuple[time, time], ...]
    is_default: bool = False

    @property
    def closes(self) -> time:
        """When the last hour of a working day ends."""
        return self.spans[-1][1]

    def received_on(self, at: datetime, calendar: Calendar) -> date:
        """The day on which something counts as received: the next working day once they closed.

        Before opening and over lunch it is the same day.
        """
        here = at.astimezone(BEIJING)
        late = here.time() >= self.closes
        return calendar.next_working_day(here.date() + timedelta(days=late))

    def as_dict(self) -> dict[str, Any]:
        """The form in which authorities keep their hours."""
        spans = [[f"{begin:%H:%M}", f"{end:%H:%M}"] for begin, end in self.spans]
        return {"workdays": spans, "is_default": self.is_default}


def read(hours: Mapping[str, Any]) -> OfficeHours | None:
    """Hours from {"workdays": [["08:30", "12:00"], ["13:30", "17:00"]]}; None when none are given.

    Raises HoursMalformed when they are not in order, overlap, or are no times of day.
    """
    rows = hours.get("workdays") or []
    words = "工作时间写成[[“08:30”, “12:00”], [“13:30”, “17:00”]]，一段接一段，每段先开后关"
    try:
        spans = tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in rows)
    except (TypeError, ValueError) as wrong:
        raise HoursMalformed(words) from wrong
    flat = [moment for span in spans for moment in span]
    if any(moment.tzinfo for moment in flat) or any(
        later <= earlier for earlier, later in itertools.pairwise(flat)
    ):
        raise HoursMalformed(words)
    return OfficeHours(spans, bool(hours.get("is_default"))) if spans else None
