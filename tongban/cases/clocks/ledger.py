"""The ledger of one case: from its events alone, who held it how long and what each clock did."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tongban.basics import calendar
from tongban.basics.arrangements import Arrangement
from tongban.basics.calendar import Calendar
from tongban.cases import standing
from tongban.cases.clocks import counting, rules, running
from tongban.cases.clocks.rules import KINDS, Kind
from tongban.cases.clocks.values import Line, Reckoning, Rule, Thresholds
from tongban.cases.standing import Standing
from tongban.cases.states import Party, State
from tongban.record.chains import Event


@dataclass(frozen=True)
class World:
    """What a ledger needs besides the events: calendars and thresholds of places."""

    calendar_of: Callable[[str], Calendar] = calendar.of
    thresholds_of: Callable[[str], Thresholds] = field(default=lambda _place: Thresholds())


@dataclass(frozen=True)
class Span:
    """A stretch in which one party held a case in one state. The last one lasts until now."""

    held: Standing
    since: datetime
    until: datetime

    @property
    def party(self) -> Party:
        return Party(self.held.holder)

    @property
    def state(self) -> State:
        return State(self.held.state)

    @property
    def seconds(self) -> float:
        return (self.until - self.since).total_seconds()


@dataclass(frozen=True)
class Clock:
    """One clock that ran on a case, and its reckoning."""

    kind: Kind
    reckoning: Reckoning

    @property
    def is_open(self) -> bool:
        return self.reckoning.term.ended is None


@dataclass(frozen=True)
class CaseLine:
    """One line of a case's ledger; `clock` names what it counts for, None when nothing runs."""

    span: Span
    since: datetime
    until: datetime
    clock: Clock | None
    counts: bool
    rules: tuple[Rule, ...]
    used: int
    left: int | None
    adds: int = 0


@dataclass(frozen=True)
class Ledger:
    """All of it; `held` sums to the time from submission to the end, or to now."""

    number: str
    at: datetime
    spans: tuple[Span, ...]
    clocks: tuple[Clock, ...]
    lines: tuple[CaseLine, ...]

    @property
    def held(self) -> dict[Party, float]:
        """Seconds in the hands of each, in the order in which they first held it."""
        seconds: dict[Party, float] = {}
        for span in self.spans:
            seconds[span.party] = seconds.get(span.party, 0.0) + span.seconds
        return seconds

    @property
    def running(self) -> Clock | None:
        """The clock of whoever holds the case now, if it runs."""
        if not self.spans:
            return None
        held = self.spans[-1].held
        kind = running.current(held.clocks, held.holder)
        return next((one for one in self.clocks if one.is_open and one.kind == kind), None)

    @property
    def due_on(self) -> date | None:
        """The last day in time for whoever holds the case; None while no clock of theirs runs."""
        return self.running.reckoning.due_on if self.running else None

    @property
    def documents(self) -> tuple[Arrangement, ...]:
        """The documents by which all its clocks counted."""
        return tuple(
            dict.fromkeys(one for clock in self.clocks for one in clock.reckoning.documents)
        )


def of_events(events: Iterable[Event], *, at: datetime, world: World | None = None) -> Ledger:
    """The ledger of a case as its events and the calendar have it at a moment.

    The same on every node that holds the same events and documents. Raises NotInTable as the fold
    does, and ValueError for no event at all.
    """
    given = list(events)
    spans, runs = _played(given, at)
    clocks = [_clock(run, spans, at, world or World()) for run in runs]
    clocks.sort(key=lambda clock: clock.reckoning.term.start)
    return Ledger(
        number=given[0].chain,
        at=at,
        spans=tuple(spans),
        clocks=tuple(clocks),
        lines=tuple(_lines(spans, clocks)),
    )


@dataclass(frozen=True)
class _Run:
    """One run of one kind of clock: as the fold has it at the end, and until when it ran."""

    kind: Kind
    kept: Mapping[str, Any]
    held: Standing
    ended: datetime | None


def _played(events: Sequence[Event], at: datetime) -> tuple[list[Span], list[_Run]]:
    """The stretches of a case, and every clock that the fold began.

    A hand that held it for no time at all keeps a span of no length.
    """
    if not events:
        raise ValueError("a case has at least one event")
    now, began = Standing(number=events[0].chain), None
    spans: list[Span] = []
    runs: list[_Run] = []
    for event in events:
        after = standing.apply(now, event)
        if began is None:
            began = event.at
        elif (after.holder, after.state) != (now.holder, now.state):
            spans.append(Span(now, began, event.at))
            began = event.at
        runs += [
            _Run(KINDS[key], kept, now, event.at)
            for key, kept in now.clocks.items()
            if key not in after.clocks
        ]
        now = after
    if began is not None and now.holder != Party.NOBODY:
        spans.append(Span(now, began, max(at, began)))
    runs += [_Run(KINDS[key], kept, now, None) for key, kept in now.clocks.items()]
    return spans, runs


def _clock(run: _Run, spans: Sequence[Span], at: datetime, world: World) -> Clock:
    start = datetime.fromisoformat(run.kept["start"])
    place = standing.place_of_clock(run.held, run.kind)
    ran = running.Ran(
        ended=run.ended,
        changes=[
            (max(span.since, start), span.party.value)
            for span in spans
            if span.until >= start and (run.ended is None or span.since < run.ended)
        ],
        thresholds=world.thresholds_of(place),
    )
    term = running.term(run.kind, run.kept, world.calendar_of(place), ran)
    return Clock(run.kind, counting.reckon(term, at=at))


def _lines(spans: Sequence[Span], clocks: Sequence[Clock]) -> Iterable[CaseLine]:
    """Every span in order, with what the clock that is about it did.

    Where two clocks look at a span (the acceptance clock standing still while the time runs that a
    notice gave), the line is of the one that people wait for. A case that was deemed accepted has
    two lines for the time before: the decision limit runs from the day on which the papers came.
    """
    for place, span in enumerate(spans):
        if not span.seconds and place + 1 < len(spans):
            continue
        found = False
        for clock in clocks:
            if clock.kind.is_given or clock.kind.is_beside:
                continue
            for line in _within(span, clock):
                found = True
                yield CaseLine(
                    span, line.since, line.until, clock, line.counts, line.rules, line.used,
                    line.left, line.adds,
                )  # fmt: skip
        if not found:
            rule = rules.STOP_TRANSIT if span.party is Party.CHANNEL else rules.NO_CLOCK
            yield CaseLine(
                span, since=span.since, until=span.until, clock=None, counts=False,
                rules=(rule,), used=0, left=None,
            )  # fmt: skip


def _within(span: Span, clock: Clock) -> list[Line]:
    """The lines of a clock that lie in a span; of no length only what was added there."""
    return [
        line
        for line in clock.reckoning.lines
        if (span.since <= line.since and line.until <= span.until and line.since < span.until)
        or (line.adds and span.since <= line.since < span.until)
    ]
