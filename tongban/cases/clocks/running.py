"""Which clocks of a case run: kept by the fold, event after event, as plain values.

An open clock is its start, its limit, what stopped it and what was added: nothing is counted here.
`term` makes it the question that `counting` answers, so the tables of a case, its ledger and the
calculator all come to their days by the one function.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from tongban.basics import hours
from tongban.basics.calendar import Calendar
from tongban.cases.clocks import counting, rules
from tongban.cases.clocks.rules import KINDS, Kind
from tongban.cases.clocks.values import Extension, Limit, Stop, Term, Thresholds, Unit
from tongban.cases.states import Party, State

# By kind: {"start", "limit": [count, unit], "stops": [[since, until or null, rule]],
# "more": [[count, at, rule]], "given": day or "", "rule": key}; moments in UTC. One of an instant
# item has "hours" besides, when the event that began it told them.
Clocks = dict[str, dict[str, Any]]


@dataclass(slots=True)
class Happened:
    """What an event did, as far as time goes: where the case stands now, and since when.

    A value; not frozen, which would take longer to make than to use, once an event.
    """

    state: State
    holder: Party
    at: datetime
    limits: Mapping[str, object]
    accepted_at: datetime | None = None
    extended_by: int = 0
    # What a notice named: its last day, and how many working days it gave.
    given: str = ""
    given_days: int = 0
    # The hours of the office, as the event that begins the clock of an instant item tells them.
    hours: Mapping[str, Any] | None = None


def advance(clocks: Clocks, now: Happened) -> Clocks:
    """The open clocks after an event: begun, stopped, going on, or gone because their time is over.

    What is open is never changed in place: a clock that goes on as it did is the very same value.
    """
    after: Clocks = {}
    for kind, stopped_by in _at_work(now.state, now.holder):
        clock = clocks.get(kind.key)
        if clock is not None:
            after[kind.key] = _going_on(clock, now.at, stopped_by)
        # A notice names its last day when it is written, also if it has yet to reach the applicant.
        elif (not stopped_by or (kind.is_given and now.given)) and (begun := _begun(kind, now)):
            after[kind.key] = _going_on(begun, now.at, stopped_by)
    if now.extended_by and (clock := after.get("decide")):
        more = [now.extended_by, _moment(now.at), rules.EXTEND.key]
        after["decide"] = {**clock, "more": [*clock["more"], more]}
    return after


@cache
def _at_work(state: State, holder: Party) -> tuple[tuple[Kind, str], ...]:
    """The clocks that are open while a case stands so, each with the rule that stops it, if any."""
    here = {(state, None), (state, holder)}
    found = []
    for kind in KINDS.values():
        stopped = next((kind.pausing[pair] for pair in here if pair in kind.pausing), None)
        if kind.running & here:
            found.append((kind, ""))
        elif stopped:
            rule = rules.STOP_TRANSIT if holder is Party.CHANNEL else stopped
            found.append((kind, rule.key))
    return tuple(found)


def _begun(kind: Kind, now: Happened) -> dict[str, Any] | None:
    limit = _limit(kind, now)
    if limit is None:
        return None
    start, rule = now.at, kind.rule
    if kind.key == "decide" and now.accepted_at and now.accepted_at < now.at:
        # Deemed accepted: the law has the time run from the day the papers came.
        start, rule = now.accepted_at, rules.DEEMED
    begun: dict[str, Any] = {
        "start": _moment(start),
        "limit": [limit.count, limit.unit.value],
        "stops": [],
        "more": [],
        "given": now.given if kind.is_given else "",
        "rule": rule.key,
    }
    return begun | ({"hours": now.hours} if now.hours and not limit.count else {})


def _limit(kind: Kind, now: Happened) -> Limit | None:
    """The limit that the case took along on submission: working days, or a count with its unit."""
    if kind.is_given and now.given_days:
        return Limit(now.given_days)
    if not kind.limit_key:
        return kind.usual
    value: object = now.limits.get(kind.limit_key)
    if isinstance(value, dict):
        return Limit(int(value["count"]), Unit(value["unit"]))
    return Limit(value) if isinstance(value, int) else None


def _going_on(clock: dict[str, Any], at: datetime, stopped_by: str) -> dict[str, Any]:
    stops = clock["stops"]
    stands_by = stops[-1][2] if stops and stops[-1][1] is None else ""
    if stands_by == stopped_by:
        return clock
    if stands_by:
        stops = [*stops[:-1], [stops[-1][0], _moment(at), stands_by]]
    if stopped_by:
        stops = [*stops, [_moment(at), None, stopped_by]]
    return {**clock, "stops": stops}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


@dataclass(frozen=True)
class Ran:
    """What is told of a clock besides itself, for a ledger; a due day needs nothing of it."""

    ended: datetime | None = None
    changes: Sequence[tuple[datetime, str]] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)


def term(kind: Kind, clock: Mapping[str, Any], calendar: Calendar, ran: Ran | None = None) -> Term:
    """An open clock as the question that `counting` answers."""
    known = ran or Ran()
    count, unit = clock["limit"]
    return Term(
        kind=kind.key,
        start=datetime.fromisoformat(clock["start"]),
        limit=Limit(count, Unit(unit)),
        rule=rules.BY_KEY[clock["rule"]],
        calendar=calendar,
        holder=kind.party.value,
        stops=tuple(_stop(*stop, ended=known.ended) for stop in clock["stops"]),
        extensions=tuple(
            Extension(more, datetime.fromisoformat(at), rules.BY_KEY[rule])
            for more, at, rule in clock["more"]
        ),
        hours=hours.read(clock.get("hours") or {}),
        ended=known.ended,
        least_left=kind.least_left,
        due_given=date.fromisoformat(clock["given"]) if clock["given"] else None,
        changes=tuple(known.changes),
        thresholds=known.thresholds,
    )


def _stop(since: str, until: str | None, rule: str, *, ended: datetime | None) -> Stop:
    end = datetime.fromisoformat(until) if until else ended
    holder = Party.CHANNEL.value if rule == rules.STOP_TRANSIT.key else ""
    return Stop(datetime.fromisoformat(since), end, rules.BY_KEY[rule], holder)


def current(clocks: Clocks, holder: str) -> Kind | None:
    """The clock of whoever holds the case: the one begun last, and one that runs before one that stands."""
    mine = [
        (not _stands(clock), clock["start"], place, kind)
        for place, kind in enumerate(KINDS.values())
        if kind.party == holder and (clock := clocks.get(kind.key))
    ]
    return max(mine, key=lambda one: one[:3])[3] if mine else None


def _stands(clock: Mapping[str, Any]) -> bool:
    return bool(clock["stops"]) and clock["stops"][-1][1] is None


def due_on(clocks: Clocks, holder: str, calendar_of: Callable[[Kind], Calendar]) -> date | None:
    """The last day in time for whoever holds the case; None while no clock of theirs runs."""
    kind = current(clocks, holder)
    if kind is None:
        return None
    return counting.last_day(term(kind, clocks[kind.key], calendar_of(kind)))
