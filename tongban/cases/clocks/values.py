"""What a clock is made of, and what comes out of counting it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from tongban.basics.arrangements import Arrangement
from tongban.basics.calendar import Calendar
from tongban.basics.hours import OfficeHours


class Unit(StrEnum):
    """What a limit is counted in."""

    WORKDAY = "workday"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


UNIT_WORDS = {
    Unit.WORKDAY: "个工作日",
    Unit.DAY: "天",
    Unit.MONTH: "个月",
    Unit.YEAR: "年",
}


class Mark(StrEnum):
    """How far a rule can be relied on."""

    LAW = "law"  # read in a source of ours
    UNVERIFIED = "unverified"  # known law whose text nobody here has compared
    PRACTICE = "practice"  # what systems in use do; no document of ours says so
    DEFAULT = "default"  # the platform's own


MARK_WORDS = {
    Mark.LAW: "",
    Mark.UNVERIFIED: "未核对原文",
    Mark.PRACTICE: "在用系统的做法，待牵头单位确认",
    Mark.DEFAULT: "平台默认值，待牵头单位确认",
}


@dataclass(frozen=True)
class Rule:
    """Why something counts or does not: what the rule says, where it stands, how sure that is."""

    key: str
    words: str
    basis: str
    mark: Mark

    @property
    def source(self) -> str:
        """Document and article with how sure it is: 《行政许可法》第四十五条."""
        return "，".join(filter(None, (self.basis, MARK_WORDS[self.mark])))


@dataclass(frozen=True)
class Limit:
    """So many units; 0 is an instant item."""

    count: int
    unit: Unit = Unit.WORKDAY

    def __str__(self) -> str:
        return f"{self.count}{UNIT_WORDS[self.unit]}"


@dataclass(frozen=True)
class Stop:
    """A stretch that does not count; `until` None while it lasts. Stops may overlap."""

    since: datetime
    until: datetime | None
    rule: Rule
    holder: str = ""


@dataclass(frozen=True)
class Extension:
    """So many units more, in the limit's own unit, granted at a moment."""

    count: int
    at: datetime
    rule: Rule


@dataclass(frozen=True)
class Thresholds:
    """When a clock turns amber: this many units left or fewer, or this share of its limit."""

    amber_left: int = 1
    amber_share: int = 0
    basis: str = ""

    @property
    def is_default(self) -> bool:
        return not self.basis


@dataclass(frozen=True)
class Term:
    """One clock as it is given: a start, a limit, what happened to it.

    `least_left` units are there after every stop that ended, however few were left. `due_given` is
    a last day that somebody named on the record; it stands instead of the one counted. `changes`
    are moments at which the ledger begins a new line, and who holds from then on.
    """

    start: datetime
    limit: Limit
    rule: Rule
    calendar: Calendar
    kind: str = ""
    holder: str = ""
    stops: tuple[Stop, ...] = ()
    extensions: tuple[Extension, ...] = ()
    hours: OfficeHours | None = None
    ended: datetime | None = None
    least_left: int = 0
    due_given: date | None = None
    changes: tuple[tuple[datetime, str], ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)


@dataclass(frozen=True)
class Line:
    """One line of a ledger: from when to when, in whose hands, counted or not, under which rule.

    `used` and `left` are in the unit of counting; `adds` is what an extension put to the limit at
    that moment (such a line has no length).
    """

    since: datetime
    until: datetime
    holder: str
    counts: bool
    rules: tuple[Rule, ...]
    used: int
    left: int
    adds: int = 0

    @property
    def seconds(self) -> float:
        return (self.until - self.since).total_seconds()


class State(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    STOPPED = "stopped"
    ENDED = "ended"


@dataclass(frozen=True)
class Reckoning:
    """A clock worked out for a moment.

    `due_on` is the last day in time; None while the clock stands still. `total`, `used` and `left`
    are in `counted_in` (months and years are counted out in days); `left` is negative once late.
    `rolled_from` is the day it would have been, had that not been a day off.
    """

    term: Term
    at: datetime
    state: State
    counted_in: Unit
    total: int
    used: int
    left: int
    due_on: date | None
    rolled_from: date | None
    is_provisional: bool
    is_late: bool
    light: str  # ok | warn | bad | pause
    lines: tuple[Line, ...]
    rules: tuple[Rule, ...]
    documents: tuple[Arrangement, ...]
    remarks: tuple[str, ...]
