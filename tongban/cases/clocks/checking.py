"""Clocks tried on histories nobody thought of: two nodes, and a second way of counting.

Each history is played on two nodes that share nothing but bytes: the second gets the events in any
order, some twice, and the calendar's documents backwards. Each clock is also counted day by day, as
one does with a finger on a calendar.
"""

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tongban.basics import arrangements, calendar
from tongban.basics.calendar import Calendar
from tongban.basics.hours import BEIJING, OfficeHours, day_in_beijing
from tongban.basics.hours import read as read_hours
from tongban.cases import judging, standing, states
from tongban.cases.clocks import counting, ledger, rules, writing
from tongban.cases.clocks.ledger import World
from tongban.cases.clocks.values import Extension, Limit, Stop, Term, Unit
from tongban.cases.standing import Standing
from tongban.cases.states import MOVES, Mode, Move, Party, State
from tongban.record.chains import Author, Event

HOURS: OfficeHours | None = read_hours({"workdays": [["08:30", "12:00"], ["13:30", "17:00"]]})
_FIRST, _LAST = datetime(2004, 1, 5, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
_WINDOW, _BUREAU = "W" * 18, "B" * 18
# How long something takes: seconds, minutes, hours, days, weeks; over New Year, too.
_GAPS = (1, 60, 3600, 6 * 3600, 86400, 2 * 86400, 5 * 86400, 12 * 86400, 40 * 86400)
MOST_EVENTS = 24
_RARE = frozenset({states.WITHDRAW, states.TERMINATE, states.REOPEN, states.DEEM_ACCEPTED})
_BY_ITSELF = frozenset(
    {
        states.DEEM_ACCEPTED,
        *judging.LAPSES,
        states.DELIVER_BY_POST,
        states.POST_FAILED,
        states.CLOSE_BY_POST,
    }
)
_DECISIONS = frozenset({states.APPROVE.name, states.DENY.name})
_SIGNED = {"countersigned_by": "the leader"}


@dataclass(frozen=True)
class Difference:
    """A history on which two ways did not agree; its seed makes it again."""

    seed: int
    what: str
    ours: object
    theirs: object


@dataclass
class Report:
    """What a run of checks came to."""

    histories: int = 0
    events: int = 0
    clocks: int = 0
    differences: list[Difference] = field(default_factory=list)


def check(
    histories: int, *, first_seed: int = 0, tell: Callable[[int], None] = lambda _done: None
) -> Report:
    """Try so many histories; each is one case and one clock given by hand."""
    report, other = Report(), _other_nodes_calendar()
    for seed in range(first_seed, first_seed + histories):
        rng = random.Random(seed)  # noqa: S311 - a history that can be made again
        report.differences += _check_case(seed, rng, other, report)
        report.differences += check_term(seed, a_term(rng), rng)
        report.clocks += 1
        report.histories += 1
        tell(report.histories)
    return report


def _other_nodes_calendar() -> Calendar:
    """The same documents as another node got them: as text, the last one first."""
    rows = [one.as_dict() for one in reversed(calendar.shipped().documents)]
    return Calendar(arrangements.read(json.dumps({"arrangements": rows}), needs_source=False))


def _check_case(
    seed: int, rng: random.Random, other: Calendar, report: Report
) -> Iterable[Difference]:
    events = a_history(rng)
    report.events += len(events)
    at = events[-1].at + timedelta(seconds=rng.choice(_GAPS))
    delivered = [_carried(event) for event in events for _ in range(rng.choice((1, 1, 2)))]
    rng.shuffle(delivered)
    shipped = World(calendar_of=lambda _place: calendar.shipped())
    theirs_world = World(calendar_of=lambda _place: other)
    ours = ledger.of_events(events, at=at, world=shipped)
    theirs = ledger.of_events(_in_order(delivered), at=at, world=theirs_world)
    report.clocks += len(ours.clocks)
    if writing.ledger(ours) != writing.ledger(theirs):
        yield Difference(seed, "two nodes", writing.ledger(ours), writing.ledger(theirs))
    case = standing.fold(events)
    due = case.due_on
    if ours.due_on != due:
        yield Difference(seed, "due day of the case", ours.due_on, due)
    whole = (at if case.holder != Party.NOBODY else events[-1].at) - events[0].at
    if sum(ours.held.values()) != whole.total_seconds():
        yield Difference(seed, "sum of holdings", ours.held, whole)
    for clock in ours.clocks:
        term = clock.reckoning.term
        if not term.due_given:
            yield from check_term(seed, term, rng, at=at)


def _in_order(delivered: Iterable[Event]) -> list[Event]:
    """What an inbox makes of a shuffled delivery: each event once, by its sequence number."""
    return [event for _, event in sorted({event.seq: event for event in delivered}.items())]


def _carried(event: Event) -> Event:
    """An event as it comes out at the other end: written as text and read again."""
    text = json.dumps([asdict(event.author), event.at.isoformat(), event.content])
    author, at, content = json.loads(text)
    at = datetime.fromisoformat(at)
    return event._replace(author=Author(**author), at=at, content=content)


def check_term(
    seed: int, term: Term, rng: random.Random, *, at: datetime | None = None
) -> Iterable[Difference]:
    """A clock against counting by finger, against its stops in any order, and its own sums."""
    horizon = at or term.start + timedelta(seconds=rng.choice(_GAPS) * rng.randrange(1, 4))
    found = counting.reckon(term, at=horizon)
    finger = by_finger(term)
    if found.due_on != finger:
        yield Difference(seed, "counting by finger", found.due_on, (finger, term))
    shuffled = list(term.stops)
    rng.shuffle(shuffled)
    again = counting.reckon(replace(term, stops=tuple(shuffled)), at=horizon)
    if (again.due_on, again.used, again.left) != (found.due_on, found.used, found.left):
        yield Difference(seed, "order of stops", found.due_on, again.due_on)
    if sum(line.seconds for line in found.lines) != (found.at - term.start).total_seconds():
        yield Difference(seed, "lines leave no gap", found.lines, term)
    if sum(line.used for line in found.lines) != found.used:
        yield Difference(seed, "sum of days used", found.lines, found.used)


def by_finger(term: Term) -> date | None:
    """The last day, found by going from day to day; slow, and without the fast way's ideas."""
    stops = [stop for stop in term.stops if stop.until is None or stop.until >= term.start]
    first = day_in_beijing(term.start)
    days = [
        (
            max(day_in_beijing(one.since), first),
            day_in_beijing(one.until) if one.until else date.max,
        )
        for one in stops
    ]
    wanted = _wanted(term, first)
    if wanted == 0:
        return _instant(term, [stop for stop in stops if stop.until != stop.since])
    finger = _Finger(term, days, first, wanted)
    while not finger.is_done:
        finger.step()
    return finger.due


class _Finger:
    """A finger on a calendar, day by day."""

    def __init__(self, term: Term, days: list[tuple[date, date]], first: date, wanted: int) -> None:
        self.term, self.days, self.wanted = term, days, wanted
        self.first = self.day = first
        self.used = 0
        self.reached: date | None = None
        self.is_done = False
        # Beyond the last day that a stop names nothing more can happen but days going by.
        self.last_named = max([d for pair in days for d in pair if d != date.max], default=first)

    @property
    def due(self) -> date | None:
        return _moved(self.term, self.reached) if self.reached else None

    def step(self) -> None:
        """Look at the day under the finger, then move on."""
        day = self.day
        is_off = any(began < day <= ended for began, ended in self.days)
        works = self.term.limit.unit is not Unit.WORKDAY or self.term.calendar.is_working_day(day)
        if day > self.first and works and not is_off:
            self.used += 1
        self._reach(is_off=is_off)
        self._stop()
        self._resume()
        if self.reached and day > self.last_named:
            self.is_done = True
        self.day += timedelta(days=1)

    def _reach(self, *, is_off: bool) -> None:
        if self.used >= self.wanted and self.reached is None and not is_off:
            self.reached = self.day

    def _stop(self) -> None:
        """A stop that begins today, before the time was up, puts off what is left, be it nothing."""
        ends = [ended for began, ended in self.days if began == self.day]
        if not ends:
            return
        if self.due is not None and self.due >= self.day:
            self.reached = None
        self.is_done = self.is_done or date.max in ends

    def _resume(self) -> None:
        ends_today = any(ended == self.day for _, ended in self.days)
        goes_on = any(began <= self.day < ended for began, ended in self.days)
        if not ends_today or goes_on:
            return
        least = self.term.least_left
        if least and self.wanted - self.used < least:
            self.wanted, self.reached = self.used + least, None
        self._reach(is_off=False)


def _moved(term: Term, day: date) -> date:
    while not term.calendar.is_working_day(day):
        day += timedelta(days=1)
    return day


def _wanted(term: Term, first: date) -> int:
    """The limit in days to be counted; a month later is the same number, or the month's last day."""
    count = term.limit.count + sum(extension.count for extension in term.extensions)
    if term.limit.unit in {Unit.WORKDAY, Unit.DAY}:
        return count
    year, month = first.year, first.month
    for _ in range(count * (12 if term.limit.unit is Unit.YEAR else 1)):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for day in range(first.day, 0, -1):
        try:
            return (date(year, month, day) - first).days
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def _instant(term: Term, stops: list[Stop]) -> date | None:
    moment = term.start
    while True:
        here = moment.astimezone(BEIJING)
        closed = term.hours is not None and here.time() >= term.hours.spans[-1][1]
        due = _moved(term, here.date() + timedelta(days=int(closed)))
        later = [
            stop.until
            for stop in stops
            if day_in_beijing(stop.since) <= due and (stop.until is None or stop.until > moment)
        ]
        if not later:
            return due
        if None in later:
            return None
        moment = max(one for one in later if one)


def a_history(rng: random.Random) -> list[Event]:
    """The events of a case that goes its way by the table of moves, with waits in between."""
    span = (_LAST - _FIRST).total_seconds()
    now = _FIRST + timedelta(seconds=rng.randrange(int(span)))
    mode = rng.choice(list(Mode))
    places = {"receiver": "22", "decider": rng.choice(("22", "35"))}
    case, events = Standing(number="22010420261116000427L"), list[Event]()
    for _ in range(rng.randrange(1, MOST_EVENTS)):
        move = _a_move(rng, case, mode)
        if move is None:
            break
        now = _late_enough(case, move, now)
        event = _an_event(rng, case, move, now, mode, places)
        case = standing.apply(case, event)
        events.append(event)
        now += timedelta(seconds=rng.choice(_GAPS) * rng.randrange(4))
        if case.holder == Party.CHANNEL and rng.random() < 0.9:
            arrived = _bare(case, states.ARRIVE, Author(case.holder_node, "system"), now, {})
            case = standing.apply(case, arrived)
            events.append(arrived)
            now += timedelta(seconds=rng.choice(_GAPS) * rng.randrange(4))
    return events


def _a_move(rng: random.Random, case: Standing, mode: Mode) -> Move | None:
    """One of the moves that the holder may make; withdrawing is rare."""
    if case.holder == Party.CHANNEL:
        return None
    online = not states.COMPOSITIONS[mode].window
    able = [
        move
        for move in MOVES
        if State(case.state) in move.sources
        and states.only_in(mode, move)
        and (move is states.WITHDRAW or move.held_by == case.holder)
        and (move not in _RARE or rng.random() < 0.1)
        and not (case.state == State.DRAFT and online != (move is states.SUBMIT_ONLINE))
        and not (move is states.EXTEND and case.extended)
        and not (move in judging.LAPSES and not _answer_by(case, move))
        and not (move is states.APPROVE and not judging.may_approve(case.mode, case.joint))
        and not (case.proposal and move.name in _DECISIONS - {case.proposal["decision"]})
        and judging.may_be_posted(case, move)
    ]  # fmt: skip
    return rng.choice(able) if able else None


def _answer_by(case: Standing, lapse: Move) -> str:
    """The last day that a notice gave to answer; empty without one."""
    given: str = case.clocks.get(judging.LAPSES[lapse], {}).get("given", "")
    return given


def _late_enough(case: Standing, move: Move, at: datetime) -> datetime:
    """What nobody answers lapses no earlier than the day after the last one."""
    if move not in judging.LAPSES:
        return at
    day_after = datetime.fromisoformat(_answer_by(case, move)).replace(tzinfo=BEIJING) + timedelta(
        days=1
    )
    return max(at, day_after)


def _an_event(
    rng: random.Random,
    case: Standing,
    move: Move,
    at: datetime,
    mode: Mode,
    nodes: dict[str, str],
) -> Event:
    content = _submission(rng, mode, nodes) if case.state == State.DRAFT else {}
    content |= _said(rng, case, move, at)
    role = Party.APPLICANT if move is states.WITHDRAW else move.by
    authority = {Party.RECEIVER: _WINDOW, Party.DECIDER: _BUREAU}.get(role, "")
    node = case.holder_node or case.decider_node if case.state != State.DRAFT else "22"
    # Another officer than the one who proposed; a receiver is somebody else anyway.
    officer = f"{role.value}-{'second' if case.proposal else 'first'}" if authority else ""
    author = Author(node, role, authority=authority, officer=officer)
    if move in _BY_ITSELF:
        author = Author(node, "system")
    return _bare(case, move.name, author, at, content)


def _said(rng: random.Random, case: Standing, move: Move, at: datetime) -> dict[str, Any]:
    """What the notice of a move says, as far as clocks and the judge look at it."""
    match move:
        case states.ASK_CORRECTION if rng.random() < 0.8:
            return {"answer_by": _later(at, 10), **_SIGNED}
        case states.ASK_CORRECTION | states.REOPEN | states.CORRECT_DECISION:
            return _SIGNED
        case states.GIVE_MORE_TIME:
            return {"answer_by": _later(at, rng.randrange(1, 21)), **_SIGNED}
        case states.BEGIN_SPECIAL:
            days = rng.randrange(1, 31)
            kind = rng.choice(list(states.SPECIAL_KINDS))
            return {"kind": kind, "days": days, "until": _later(at, days)}
        case states.EXTEND:
            return {"days": rng.randrange(1, judging.most_extension(case.mode) + 1), **_SIGNED}
        case states.PROPOSE:
            is_open = judging.may_approve(case.mode, case.joint)
            return {"decision": rng.choice(sorted(_DECISIONS)) if is_open else states.DENY.name}
        case states.END_JOINT:
            return {"outcome": rng.choice(("done", "refused"))}
        case states.ISSUE_RESULT | states.REISSUE_RESULT:
            return {"result": {"digest": "b" * 64, "title": "示例", "number": "1"}}
    return _sent(rng, case, move)


def _sent(rng: random.Random, case: Standing, move: Move) -> dict[str, Any]:
    match move:
        case states.DELIVER_BY_POST:
            return {"parcel": f"p22-{case.head_seq}"}
        case states.POST_FAILED:
            return case.posted | {"fate": rng.choice(list(states.FATES))}
        case states.CLOSE_BY_POST:
            return {"parcel": case.posted["parcel"]}
        case states.RETURN_RESULT:
            return {"fate": rng.choice(list(states.FATES))}
    return {}


def _later(at: datetime, days: int) -> str:
    return calendar.shipped().add_working_days(day_in_beijing(at), days).isoformat()


def _submission(rng: random.Random, mode: Mode, nodes: dict[str, str]) -> dict[str, Any]:
    by_window = states.COMPOSITIONS[mode].window
    return {
        "item": "2020-2-06",
        "version": 1,
        "mode": mode.value,
        "applicant_kind": "person",
        "places": {
            "applicant": "220104",
            "receiving": "220104" if by_window else "",
            "deciding": "350100",
            "evaluating": "220104",
        },
        "nodes": {
            "applicant": "22",
            "receiver": nodes["receiver"] if by_window else "",
            "decider": nodes["decider"],
        },
        "authorities": {"receiver": _WINDOW if by_window else "", "decider": _BUREAU},
        "limits": {
            "receive": rng.randrange(1, 4),
            "accept": rng.randrange(1, 8),
            "decide": rng.randrange(1, 46),
        },
    }


def _bare(
    case: Standing, kind: str, author: Author, at: datetime, content: dict[str, Any]
) -> Event:
    """An event without its signature: what is tried here is time, not proof."""
    seq = case.head_seq + 1
    return Event(
        chain=case.number, seq=seq, prev=case.head_hash, kind=kind, author=author, at=at,
        content=content, sealed="c" * 64, files=(), body=b"", hash=f"{seq:064x}", key_id="", signature="",
    )  # fmt: skip


def a_term(rng: random.Random) -> Term:
    """A clock given by hand: any unit, stops that overlap or touch, extensions, hours."""
    span = int((_LAST - _FIRST).total_seconds())
    start = _FIRST + timedelta(seconds=rng.randrange(span))
    unit = rng.choice(list(Unit))
    most = {Unit.WORKDAY: 60, Unit.DAY: 120, Unit.MONTH: 14, Unit.YEAR: 5}[unit]
    count = rng.choice((0, 1, 2, rng.randrange(most)))
    stops = tuple(_a_stop(rng, start) for _ in range(rng.choice((0, 0, 1, 2, 3, 4))))
    extensions = tuple(
        Extension(rng.randrange(1, 11), start + timedelta(days=rng.randrange(60)), rules.EXTEND)
        for _ in range(rng.choice((0, 0, 0, 1, 2)))
    )
    return Term(
        start=start,
        limit=Limit(count, unit),
        rule=rules.OTHER,
        calendar=calendar.shipped(),
        stops=stops,
        extensions=extensions,
        hours=rng.choice((None, HOURS)),
        least_left=rng.choice((0, 0, 1)),
    )


def _a_stop(rng: random.Random, start: datetime) -> Stop:
    since = start + timedelta(seconds=rng.choice(_GAPS) * rng.randrange(5))
    lasts = timedelta(seconds=rng.choice(_GAPS) * rng.randrange(4))
    until = None if rng.random() < 0.05 else since + lasts
    return Stop(since, until, rng.choice(list(rules.STOPS.values())))
