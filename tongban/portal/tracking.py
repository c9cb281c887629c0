"""A case as its applicant follows it: who holds it, until when, and what the applicant can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tongban.basics.refusals import NotFound
from tongban.cases import queries as cases
from tongban.cases import states
from tongban.cases.models import Case
from tongban.cases.queries import Light
from tongban.cases.standing import today
from tongban.cases.states import Party, State
from tongban.catalogue import queries as catalogue
from tongban.exchange import queries as exchange
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Authority
from tongban.portal.placenames import place_name

MARKS = {
    Party.APPLICANT: "app",
    Party.RECEIVER: "recv",
    Party.DECIDER: "deci",
    Party.CHANNEL: "chan",
    Party.NOBODY: "app",
}

# Two minutes are many times what a crossing takes; later than that people are told.
LATE_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class Office:
    """One of the offices of a case; without phone where this node does not know it."""

    name: str
    phone: str = ""
    address: str = ""
    hours: dict[str, object] | None = None


@dataclass(frozen=True)
class Holding:
    """Who holds a case now, in facts that the page puts into its sentence."""

    state: State
    holder: Party
    bound_for: str
    mark: str
    receiver: Office
    decider: Office
    receiving: str
    deciding: str
    light: Light
    is_online: bool
    has_ended: bool
    has_failed: bool = False  # whether a result that was sent did not arrive

    @property
    def office(self) -> Office | None:
        """The office that has the case in its hands; None while no office has."""
        return {Party.RECEIVER: self.receiver, Party.DECIDER: self.decider}.get(self.holder)

    @property
    def asks(self) -> bool:
        """Whether it is the applicant's turn to mend something."""
        return self.holder is Party.APPLICANT and self.state in {
            State.RETURNED,
            State.CORRECTION,
        }

    @property
    def destination(self) -> str:
        """Where a case on its way goes."""
        return {
            Party.RECEIVER.value: self.receiving,
            Party.DECIDER.value: self.deciding,
        }.get(self.bound_for, "")


def holding(case: Case, *, on: date | None = None) -> Holding:
    """Who holds the case, which offices it has, and how near its due day is."""
    return Holding(
        state=State(case.state),
        holder=Party(case.holder),
        bound_for=case.bound_for,
        mark=MARKS[Party(case.holder)],
        receiver=office(case.receiver_authority),
        decider=office(case.decider_authority),
        receiving=place_name(case.receiving_place),
        deciding=place_name(case.deciding_place),
        light=cases.light(case, on or today()),
        is_online=not case.receiver_authority,
        has_ended=State(case.state) in states.ENDED,
        has_failed=bool(case.posted.get("fate")),
    )


def office(code: str) -> Office:
    """An office by its code; the code alone where this node has not heard of it."""
    if not code:
        return Office("")
    try:
        found: Authority = jurisdictions.authority(code)
    except NotFound:
        return Office(code)
    return Office(found.name, found.phone, found.address, found.office_hours)


@dataclass(frozen=True)
class Stage:
    """One stop of a case's way; `when` is done, now or todo."""

    key: str
    mark: str
    when: str
    at: datetime | None


def stages(case: Case) -> list[Stage]:
    """The way of a case in the order of its mode, with what is done, what is now, what is ahead."""
    way = _BY_WINDOW if case.receiver_authority else _ONLINE
    now = _stop(case)
    order = [key for key, _mark in way]
    has_ended = State(case.state) in states.ENDED
    found = []
    for index, (key, mark) in enumerate(way):
        at = _reached(case, key)
        when = "done" if index < order.index(now) or (has_ended and at) else "todo"
        if key == now and not has_ended:
            when = "now"
        found.append(Stage(key, mark, when, at))
    return found


_ONLINE = (("submit", "app"), ("accept", "deci"), ("decide", "deci"), ("result", "app"))
_BY_WINDOW = (
    ("submit", "app"),
    ("receive", "recv"),
    ("accept", "deci"),
    ("decide", "deci"),
    ("result", "recv"),
)


def _stop(case: Case) -> str:
    """The stop at which a case stands; one that the applicant mends stands where it was asked."""
    state = State(case.state)
    if state in {State.SUBMITTED, State.RECEIVED, State.RETURNED}:
        return "receive"
    if state in _BEFORE_ACCEPTANCE:
        return "accept"
    if state in {State.WITHDRAWN, State.TERMINATED}:
        return "decide" if case.accepted_at else "accept"
    return "result" if state in {State.IN_DELIVERY, State.CLOSED} else "decide"


_BEFORE_ACCEPTANCE = frozenset(
    {
        State.HANDED_OVER,
        State.PENDING,
        State.CORRECTION,
        State.LAPSED,
        State.ORIGINALS,
        State.NOT_ACCEPTED,
    }
)


def _reached(case: Case, key: str) -> datetime | None:
    return {
        "submit": case.submitted_at,
        "receive": case.received_at,
        "accept": case.accepted_at,
        "decide": case.decided_at,
        "result": case.ended_at if case.state == State.CLOSED else None,
    }[key]


@dataclass(frozen=True)
class Late:
    """That something has not reached the other side: what to say depends on how far it came."""

    there: str
    since: datetime
    is_sent: bool
    is_parked: bool
    # The other node is out for now: nothing goes there until it is back.
    is_suspended: bool = False


def late(case: Case, *, at: datetime) -> Late | None:
    """What of this case is on its way to another node for longer than a crossing takes."""
    waiting = [
        one
        for one in exchange.transfers(case.number)
        if one.delivered_at is None and (at - one.created_at > LATE_AFTER or one.parked_reason)
    ]
    if not waiting:
        return None
    first = waiting[0]
    return Late(
        there=_node_name(first.recipient),
        since=first.created_at,
        is_sent=first.sent_at is not None,
        is_parked=bool(first.parked_reason),
        is_suspended=_is_out(first.recipient),
    )


def _is_out(code: str) -> bool:
    try:
        return jurisdictions.node(code).is_out
    except NotFound:
        return False


def _node_name(code: str) -> str:
    try:
        return jurisdictions.node(code).name
    except NotFound:
        return code


@dataclass(frozen=True)
class Row:
    """A case in a list."""

    case: Case
    name: str
    applicant: str
    held: Holding


def rows(found: Sequence[Case]) -> list[Row]:
    """Cases as lists show them: what, whose, who holds it."""
    names = cases.applicant_names(found)
    return [
        Row(case, catalogue.item(case.item).name, names[case.number], holding(case))
        for case in found
    ]
