"""The ledger of one case: from its events alone, who held it how long and what each clock did."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from tongban.basics import calendar
from tongban.basics.arrangements import Arrangement
from tongban.basics.calendar import Calendar
from tongban.cases import standing
from tongban.cases.clocks import counting, rules
from tongban.cases.clocks.rules import KINDS, Kind
from tongban.cases.clocks.values import (
    Limit,
    Line,
    Reckoning,
    Rule,
    Stop,
    Term,
    Thresholds,
    Unit,
)
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
        holder = self.spans[-1].party if self.spans else Party.NOBODY
        mine = [one for one in self.clocks if one.is_open and one.kind.party == holder]
        return mine[-1] if mine else None

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
    spans, is_over = _spans(given, at)
    known = world or World()
    told = _Told(spans, given, is_over, at, known)
    clocks = [clock for kind in KINDS.values() for clock in _clocks(kind, told)]
    clocks.sort(key=lambda clock: clock.reckoning.term.start)
    return Ledger(
        number=given[0].chain,
        at=at,
        spans=tuple(spans),
        clocks=tuple(clocks),
        lines=tuple(_lines(spans, clocks)),
    )


@dataclass(frozen=True)
class _Told:
    """What is known of a case, for each kind of clock to look through."""

    spans: Sequence[Span]
    events: Sequence[Event]
    is_over: bool
    at: datetime
    world: World


def _spans(events: Sequence[Event], at: datetime) -> tuple[list[Span], bool]:
    """The stretches of a case, and whether it has ended.

    A hand that held it for no time at all keeps a span of no length.
    """
    if not events:
        raise ValueError("a case has at least one event")
    now, began = Standing(number=events[0].chain), None
    spans: list[Span] = []
    for event in events:
        after = standing.apply(now, event)
        if began is None:
            began = event.at
        elif (after.holder, after.state) != (now.holder, now.state):
            spans.append(Span(now, began, event.at))
            began = event.at
        now = after
    if began is not None and now.holder != Party.NOBODY:
        spans.append(Span(now, began, max(at, began)))
    return spans, now.holder == Party.NOBODY


def _is_in(pairs: frozenset[tuple[State, Party | None]], span: Span) -> bool:
    return bool(pairs & {(span.state, None), (span.state, span.party)})


def _clocks(kind: Kind, told: _Told) -> list[Clock]:
    """Each run of a kind of clock over a case: from its first running span until it ends."""
    found, place, spans = [], 0, told.spans
    while place < len(spans):
        if not _is_in(kind.running, spans[place]):
            place += 1
            continue
        end = place
        while end < len(spans) and _is_in(kind.running | kind.pausing, spans[end]):
            end += 1
        ended = told.is_over or end < len(spans)
        term = _term(kind, spans[place:end], told, ended=ended)
        if term:
            found.append(Clock(kind, counting.reckon(term, at=told.at)))
        place = end
    return found


def _term(kind: Kind, run: Sequence[Span], told: _Told, *, ended: bool) -> Term | None:
    held = run[0].held
    limit = _limit(kind, held)
    if limit is None:
        return None
    place = held.receiving_place if kind.party is Party.RECEIVER else held.deciding_place
    start = run[0].since
    return Term(
        kind=kind.key,
        start=start,
        limit=limit,
        rule=kind.rule,
        calendar=told.world.calendar_of(place),
        holder=kind.party.value,
        stops=tuple(_stops(kind, run, open_at_end=not ended)),
        ended=run[-1].until if ended else None,
        least_left=kind.least_left,
        due_given=_given(kind, told.events, start),
        changes=tuple((span.since, span.party.value) for span in run),
        thresholds=told.world.thresholds_of(place),
    )


def _limit(kind: Kind, held: Standing) -> Limit | None:
    """The limit that the case took along on submission: working days, or a count with its unit."""
    if not kind.limit_key:
        return kind.usual
    value: object = held.limits.get(kind.limit_key)
    if isinstance(value, dict):
        return Limit(int(value["count"]), Unit(value["unit"]))
    return Limit(value) if isinstance(value, int) else None


def _stops(kind: Kind, run: Sequence[Span], *, open_at_end: bool) -> Iterable[Stop]:
    for place, span in enumerate(run):
        if _is_in(kind.running, span):
            continue
        is_last = place + 1 == len(run)
        until = None if is_last and open_at_end else span.until
        rule = rules.STOP_TRANSIT if span.party is Party.CHANNEL else kind.pause_rule
        yield Stop(span.since, until, rule, span.party.value)


def _given(kind: Kind, events: Sequence[Event], start: datetime) -> date | None:
    """The last day that the notice of correction names; the record keeps it."""
    if kind.key != "correction":
        return None
    named = [event.content.get("answer_by") for event in events if event.at == start]
    return next((date.fromisoformat(day) for day in named if day), None)


def _lines(spans: Sequence[Span], clocks: Sequence[Clock]) -> Iterable[CaseLine]:
    """Every span in order, with what the clock that is about it did; the applicant's own beside it.

    Where two clocks look at a span (the acceptance clock standing still while the applicant's time
    runs), the line is the office's: that is the one that people wait for.
    """
    for place, span in enumerate(spans):
        if not span.seconds and place + 1 < len(spans):
            continue
        found = False
        for clock in clocks:
            if clock.kind.key == "correction":
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
