"""Where a case stands, as a fold of its events; the same function on every node.

`apply` is the only place that knows what an event does to a case. It is also the judge of events
from elsewhere: an event that the table of moves does not allow to its author is refused.

Inside, a standing is changed in place, event after event: a copy for each of its changes was most
of what folding a record cost. Nobody outside sees that; what `apply` is given stays as it was.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from tongban.basics import calendar
from tongban.cases import judging, states
from tongban.cases.clocks import running
from tongban.cases.clocks.rules import Kind
from tongban.cases.clocks.running import Clocks, Happened
from tongban.cases.judging import NotInTable
from tongban.cases.states import Mode, Move, Party, State
from tongban.record.chains import Author, Event

BEIJING = ZoneInfo("Asia/Shanghai")
# Looked up, not called as `State(word)`: that takes ten times as long, four times an event.
_STATES = {state.value: state for state in State}
_PARTIES = {party.value: party for party in Party}


@dataclass(frozen=True, slots=True)
class Paper:
    """One material of a case: the latest paper handed in for a thing that was asked."""

    spec: str
    name: str
    digest: str
    size: int
    media_type: str
    grade: str
    seq: int
    source: str = ""
    made_from: str = ""


@dataclass(slots=True)
class Standing:
    """Everything the tables of a node say about a case; places are 6-digit divisions.

    A value: whoever was handed one leaves it as it is, and so do we.

    `receivers` are the pseudonyms of those who took the papers in; `procedure` is what stops the
    clock now ("kind", "since", "until"), `proposal` what awaits a second officer ("decision",
    "by"); `extended` counts working days; `joint` is "", running, done or refused; `posted` is the
    parcel that the result went by and what became of it ("parcel", "fate": "" or one of FATES).
    """

    number: str
    item: str = ""
    item_version: int = 0
    local_version: str = ""
    mode: str = ""
    applicant_kind: str = ""
    applicant_place: str = ""
    receiving_place: str = ""
    deciding_place: str = ""
    evaluating_place: str = ""
    applicant_node: str = ""
    receiver_node: str = ""
    decider_node: str = ""
    receiver_authority: str = ""
    decider_authority: str = ""
    state: str = State.DRAFT
    holder: str = Party.APPLICANT
    bound_for: str = ""
    held_since: datetime | None = None
    submitted_at: datetime | None = None
    received_at: datetime | None = None
    arrived_at: datetime | None = None
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    ended_at: datetime | None = None
    decision: str = ""
    is_deemed: bool = False
    is_two_person: bool = False
    corrections: int = 0
    extended: int = 0
    attempts: int = 0
    receivers: list[str] = field(default_factory=list)
    procedure: dict[str, str] = field(default_factory=dict)
    proposal: dict[str, str] = field(default_factory=dict)
    joint: str = ""
    clocks: Clocks = field(default_factory=dict)
    due_on: date | None = None
    limits: dict[str, int] = field(default_factory=dict)
    particulars: str = ""
    result: dict[str, str] = field(default_factory=dict)
    posted: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    head_seq: int = 0
    head_hash: str = ""
    papers: tuple[Paper, ...] = ()

    def node_of(self, party: str) -> str:
        """The node at which a party acts; empty for the channel and for nobody."""
        if party == Party.DECIDER:
            return self.decider_node
        if party == Party.RECEIVER:
            return self.receiver_node
        return self.applicant_node if party == Party.APPLICANT else ""

    @property
    def holder_node(self) -> str:
        """The node that may move the case now: while it travels, the one it is bound for."""
        return self.node_of(self.bound_for if self.holder == Party.CHANNEL else self.holder)


# All values of a standing in the order in which it takes them, and what it holds.
_values: Callable[[Standing], tuple[Any, ...]] = attrgetter(*Standing.__slots__)


def fold(events: Iterable[Event]) -> Standing:
    """Where a case stands after all its events; raises NotInTable."""
    standing: Standing | None = None
    for event in events:
        if standing is None:
            standing = Standing(number=event.chain)
        _take(standing, event)
    if standing is None:
        raise ValueError("a case has at least one event")
    _count(standing)
    return standing


def apply(standing: Standing, event: Event) -> Standing:
    """Where a case stands after one more event; raises NotInTable."""
    after = Standing(*_values(standing))
    _take(after, event)
    _count(after)
    return after


def _take(standing: Standing, event: Event) -> None:
    """Let a standing of our own take one more event; one that refuses it is of no more use."""
    if event.kind == states.ARRIVE:
        _arrive(standing, event)
    elif event.kind in states.NOTES:
        _write_down(standing, event)
    elif event.kind == states.CHANGE_RULES:
        _rule(standing, event)
    else:
        _move(standing, event)
    standing.clocks = running.advance(standing.clocks, _happened(standing, event))
    standing.head_seq, standing.head_hash = event.seq, event.hash


def _count(standing: Standing) -> None:
    """The last day of whoever holds the case. No event asks for it, so it is counted once, last."""
    standing.due_on = running.due_on(
        standing.clocks, standing.holder, lambda kind: calendar_of(standing, kind)
    )


def _happened(after: Standing, event: Event) -> Happened:
    content = event.content
    return Happened(
        state=_STATES[after.state],
        holder=_PARTIES[after.holder],
        at=event.at,
        limits=after.limits,
        accepted_at=after.accepted_at,
        extended_by=content["days"] if event.kind == states.EXTEND.name else 0,
        given=content.get("answer_by") or content.get("until") or "",
        given_days=content.get("days", 0) if event.kind == states.BEGIN_SPECIAL.name else 0,
        hours=content.get("hours") if event.kind in _BEGIN_TO_DECIDE else None,
    )


_BEGIN_TO_DECIDE = frozenset({states.ACCEPT.name, states.DEEM_ACCEPTED.name})


def place_of_clock(standing: Standing, kind: Kind) -> str:
    """The place by whose calendar and thresholds a clock of a case counts."""
    if kind.party is Party.RECEIVER:
        return standing.receiving_place
    return standing.deciding_place


def calendar_of(standing: Standing, kind: Kind) -> calendar.Calendar:
    """The calendar by which a clock of a case counts."""
    return calendar.of(place_of_clock(standing, kind))


def _check_node(standing: Standing, author: Author) -> None:
    if author.node != standing.holder_node:
        raise NotInTable(f"node {author.node} does not hold case {standing.number}")


def _arrive(standing: Standing, event: Event) -> None:
    if standing.holder != Party.CHANNEL or event.author.role != "system":
        raise NotInTable(f"case {standing.number} is not on its way")
    _check_node(standing, event.author)
    there, standing.bound_for = _PARTIES[standing.bound_for], ""
    _hold(standing, there, states.after_arrival(_STATES[standing.state]), event.at)


def _write_down(standing: Standing, event: Event) -> None:
    """What does not move a case, written by the node that holds it."""
    _check_node(standing, event.author)
    judging.check_note(standing, event)
    if event.kind == states.ATTEMPT_DELIVERY:
        standing.attempts += 1
    elif event.kind == states.ADD_PAPER:
        standing.papers = _papers(standing, event)
    elif event.kind == states.CHANGE_CONTACT:
        standing.particulars = event.sealed


def _rule(standing: Standing, event: Event) -> None:
    """Other rules for a running case; the limits stay those that began to run."""
    author, content = event.author, event.content
    if standing.holder != Party.DECIDER or State(standing.state) not in states.RULES_CHANGE_IN:
        raise NotInTable(f"the rules of case {standing.number} cannot change now")
    if author.role != "system" or author.node != standing.decider_node:
        raise NotInTable(f"only the deciding node changes the rules of {standing.number}")
    version, local = content["version"], content["local"]
    if type(version) is not int or not isinstance(local, str) or version < standing.item_version:
        raise NotInTable(f"not a later version: {version} {local}")
    standing.item_version, standing.local_version = version, local


def _move(standing: Standing, event: Event) -> None:
    move = states.BY_NAME.get(event.kind)
    if move is None:
        raise NotInTable(f"unknown move {event.kind}")
    if _STATES[standing.state] not in move.sources:
        raise NotInTable(f"{move.name} is not possible in state {standing.state}")
    if move is states.SUBMIT or move is states.SUBMIT_ONLINE:
        _open(standing, event)
    if not states.only_in(Mode(standing.mode), move):
        raise NotInTable(f"{move.name} does not belong to mode {standing.mode}")
    _check_author(standing, move, event.author)
    judging.check_move(standing, move, event)
    _note(standing, move, event)
    _pass_on(standing, move, event)


def _check_author(standing: Standing, move: Move, author: Author) -> None:
    if move is states.WITHDRAW:
        # Whoever holds the case writes the withdrawal down, at the applicant's request.
        return _check_node(standing, author)
    if standing.holder != move.held_by or author.role not in judging.roles(move):
        raise NotInTable(f"{move.name} belongs to {move.by}, the case is held by {standing.holder}")
    if move.held_by is Party.NOBODY:
        if author.node != standing.node_of(move.by):
            raise NotInTable(f"node {author.node} has no say in case {standing.number}")
    else:
        _check_node(standing, author)
    authority = ""
    if move.by is Party.RECEIVER:
        authority = standing.receiver_authority
    elif move.by is Party.DECIDER:
        authority = standing.decider_authority
    if authority and author.role != judging.SYSTEM and author.authority != authority:
        raise NotInTable(f"{move.name} belongs to authority {authority}")
    return None


def _open(standing: Standing, event: Event) -> None:
    content: dict[str, Any] = event.content
    places, nodes, authorities = content["places"], content["nodes"], content["authorities"]
    standing.item, standing.item_version = content["item"], content["version"]
    # Events from before places had versions of their own do not name any.
    standing.local_version = content.get("local", "")
    standing.mode, standing.applicant_kind = content["mode"], content["applicant_kind"]
    standing.applicant_place = places["applicant"]
    standing.receiving_place = places["receiving"]
    standing.deciding_place = places["deciding"]
    standing.evaluating_place = places["evaluating"]
    standing.applicant_node = nodes["applicant"]
    standing.receiver_node = nodes["receiver"]
    standing.decider_node = nodes["decider"]
    standing.receiver_authority = authorities["receiver"]
    standing.decider_authority = authorities["decider"]
    standing.limits = content["limits"]
    standing.is_two_person = content.get("two_person", False)
    standing.submitted_at = event.at
    standing.told = sorted({nodes["applicant"], nodes["receiver"]} - {""})


def _note(standing: Standing, move: Move, event: Event) -> None:
    """What a move leaves behind besides state and holder."""
    content = event.content
    if content.get("particulars"):
        standing.particulars = event.sealed
    if content.get("materials"):
        standing.papers = _papers(standing, event)
    if leaves := _LEAVES.get(move.name):
        leaves(standing, event)


def _take_in(standing: Standing, event: Event) -> None:
    standing.receivers = sorted({*standing.receivers, event.author.officer} - {""})


def _receive(standing: Standing, event: Event) -> None:
    _take_in(standing, event)
    standing.received_at = event.at


def _accept(standing: Standing, event: Event) -> None:
    standing.accepted_at = event.at


def _deem_accepted(standing: Standing, _event: Event) -> None:
    standing.accepted_at, standing.is_deemed = standing.arrived_at, True


def _ask_correction(standing: Standing, _event: Event) -> None:
    standing.corrections += 1


def _begin_special(standing: Standing, event: Event) -> None:
    kind, until = event.content["kind"], event.content["until"]
    standing.procedure = {"kind": kind, "since": event.at.isoformat(), "until": until}


def _suspend(standing: Standing, event: Event) -> None:
    standing.procedure = {"kind": "suspension", "since": event.at.isoformat()}


def _go_on(standing: Standing, _event: Event) -> None:
    standing.procedure = {}


def _extend(standing: Standing, event: Event) -> None:
    standing.extended += event.content["days"]


def _begin_joint(standing: Standing, _event: Event) -> None:
    standing.joint = "running"


def _end_joint(standing: Standing, event: Event) -> None:
    standing.joint = event.content["outcome"]


def _propose(standing: Standing, event: Event) -> None:
    standing.proposal = {"decision": event.content["decision"], "by": event.author.officer}


def _send_back(standing: Standing, _event: Event) -> None:
    standing.proposal = {}


def _decide(standing: Standing, event: Event) -> None:
    standing.decided_at, standing.decision, standing.proposal = event.at, event.kind, {}


def _correct_decision(standing: Standing, _event: Event) -> None:
    # The document in the old words is not handed out any more.
    standing.result, standing.posted = {}, {}


def _issue(standing: Standing, event: Event) -> None:
    standing.result, standing.posted = event.content["result"], {}


def _reopen(standing: Standing, _event: Event) -> None:
    standing.ended_at, standing.posted = None, {}


def _post(standing: Standing, event: Event) -> None:
    standing.posted = {"parcel": event.content["parcel"], "fate": ""}


def _fail_by_post(standing: Standing, event: Event) -> None:
    standing.posted = {"parcel": event.content["parcel"], "fate": event.content["fate"]}


def _return_result(standing: Standing, event: Event) -> None:
    standing.posted = {"parcel": "", "fate": event.content["fate"]}


# The columns that a move changes by itself; a move that is not here changes none.
_LEAVES: dict[str, Callable[[Standing, Event], None]] = {
    states.RECEIVE.name: _receive,
    states.HAND_OVER.name: _take_in,
    states.ACCEPT.name: _accept,
    states.DEEM_ACCEPTED.name: _deem_accepted,
    states.ASK_CORRECTION.name: _ask_correction,
    states.BEGIN_SPECIAL.name: _begin_special,
    states.SUSPEND.name: _suspend,
    states.END_SPECIAL.name: _go_on,
    states.RESUME.name: _go_on,
    states.EXTEND.name: _extend,
    states.BEGIN_JOINT.name: _begin_joint,
    states.END_JOINT.name: _end_joint,
    states.PROPOSE.name: _propose,
    states.SEND_BACK_PROPOSAL.name: _send_back,
    states.APPROVE.name: _decide,
    states.DENY.name: _decide,
    states.CORRECT_DECISION.name: _correct_decision,
    states.ISSUE_RESULT.name: _issue,
    states.REISSUE_RESULT.name: _issue,
    states.REOPEN.name: _reopen,
    states.DELIVER_BY_POST.name: _post,
    states.POST_FAILED.name: _fail_by_post,
    states.RETURN_RESULT.name: _return_result,
}


def _papers(standing: Standing, event: Event) -> tuple[Paper, ...]:
    files = {file.digest: file for file in event.files}
    added = [
        Paper(
            spec=material["spec"],
            name=material["name"],
            digest=material["digest"],
            size=files[material["digest"]].size,
            media_type=files[material["digest"]].media_type,
            grade=material["grade"],
            seq=event.seq,
            source=material.get("source", ""),
            made_from=material.get("made_from", ""),
        )
        for material in event.content["materials"]
    ]
    replaced = {paper.spec for paper in added}
    return (*(paper for paper in standing.papers if paper.spec not in replaced), *added)


def _pass_on(standing: Standing, move: Move, event: Event) -> None:
    """Hand the baton on: within a node at once, between nodes through the channel."""
    target = states.target_of(move, standing.decision)
    if move.to is Party.NOBODY:
        standing.ended_at, standing.bound_for, standing.procedure = event.at, "", {}
        _hold(standing, Party.NOBODY, target, event.at)
        return
    there = standing.node_of(move.to)
    if there not in standing.told:
        standing.told = sorted({*standing.told, there})
    if there == event.author.node:
        _hold(standing, move.to, states.after_arrival(target), event.at)
        return
    standing.bound_for = move.to
    _hold(standing, Party.CHANNEL, target, event.at)


def _hold(standing: Standing, holder: Party, state: State, at: datetime) -> None:
    if holder != standing.holder:
        standing.held_since = at
    standing.holder, standing.state = holder, state
    if state is State.PENDING and holder is Party.DECIDER:
        standing.arrived_at = at


def today() -> date:
    """The day it is in Beijing; for pages, never for what is written."""
    return _day(datetime.now(UTC))


def _day(at: datetime) -> date:
    # Legal days are Beijing days; moments are kept in UTC.
    return at.astimezone(BEIJING).date()
