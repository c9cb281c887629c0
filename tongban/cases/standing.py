"""Where a case stands, as a fold of its events; the same function on every node.

`apply` is the only place that knows what an event does to a case. It is also the judge of events
from elsewhere: an event that the table of moves does not allow to its author is refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
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


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything the tables of a node say about a case; places are 6-digit divisions.

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
        return {
            Party.APPLICANT: self.applicant_node,
            Party.RECEIVER: self.receiver_node,
            Party.DECIDER: self.decider_node,
        }.get(Party(party), "")

    @property
    def holder_node(self) -> str:
        """The node that may move the case now: while it travels, the one it is bound for."""
        return self.node_of(self.bound_for if self.holder == Party.CHANNEL else self.holder)


def fold(events: Iterable[Event]) -> Standing:
    """Where a case stands after all its events."""
    standing: Standing | None = None
    for event in events:
        standing = apply(standing or Standing(number=event.chain), event)
    if standing is None:
        raise ValueError("a case has at least one event")
    return standing


def apply(standing: Standing, event: Event) -> Standing:
    """Where a case stands after one more event; raises NotInTable."""
    if event.kind == states.ARRIVE:
        after = _arrive(standing, event)
    elif event.kind in states.NOTES:
        after = _written_down(standing, event)
    elif event.kind == states.CHANGE_RULES:
        after = _ruled(standing, event)
    else:
        after = _moved(standing, event)
    clocks = running.advance(standing.clocks, _happened(after, event))
    due = running.due_on(clocks, after.holder, lambda kind: calendar_of(after, kind))
    return replace(after, clocks=clocks, due_on=due, head_seq=event.seq, head_hash=event.hash)


def _happened(after: Standing, event: Event) -> Happened:
    content = event.content
    return Happened(
        state=State(after.state),
        holder=Party(after.holder),
        at=event.at,
        limits=after.limits,
        accepted_at=after.accepted_at,
        extended_by=content["days"] if event.kind == states.EXTEND.name else 0,
        given=content.get("answer_by") or content.get("until") or "",
        given_days=content.get("days", 0) if event.kind == states.BEGIN_SPECIAL.name else 0,
    )


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


def _arrive(standing: Standing, event: Event) -> Standing:
    if standing.holder != Party.CHANNEL or event.author.role != "system":
        raise NotInTable(f"case {standing.number} is not on its way")
    _check_node(standing, event.author)
    return _held(
        replace(standing, bound_for=""),
        Party(standing.bound_for),
        states.after_arrival(State(standing.state)),
        event.at,
    )


def _written_down(standing: Standing, event: Event) -> Standing:
    """What does not move a case, written by the node that holds it."""
    _check_node(standing, event.author)
    judging.check_note(standing, event)
    if event.kind == states.ATTEMPT_DELIVERY:
        return replace(standing, attempts=standing.attempts + 1)
    if event.kind == states.ADD_PAPER:
        return replace(standing, papers=_papers(standing, event))
    if event.kind == states.CHANGE_CONTACT:
        return replace(standing, particulars=event.sealed)
    return standing


def _ruled(standing: Standing, event: Event) -> Standing:
    """Other rules for a running case; the limits stay those that began to run."""
    author, content = event.author, event.content
    if standing.holder != Party.DECIDER or State(standing.state) not in states.RULES_CHANGE_IN:
        raise NotInTable(f"the rules of case {standing.number} cannot change now")
    if author.role != "system" or author.node != standing.decider_node:
        raise NotInTable(f"only the deciding node changes the rules of {standing.number}")
    version, local = content["version"], content["local"]
    if type(version) is not int or not isinstance(local, str) or version < standing.item_version:
        raise NotInTable(f"not a later version: {version} {local}")
    return replace(standing, item_version=version, local_version=local)


def _moved(standing: Standing, event: Event) -> Standing:
    move = states.BY_NAME.get(event.kind)
    if move is None:
        raise NotInTable(f"unknown move {event.kind}")
    if State(standing.state) not in move.sources:
        raise NotInTable(f"{move.name} is not possible in state {standing.state}")
    if move is states.SUBMIT or move is states.SUBMIT_ONLINE:
        standing = _opened(standing, event)
    if not states.only_in(Mode(standing.mode), move):
        raise NotInTable(f"{move.name} does not belong to mode {standing.mode}")
    _check_author(standing, move, event.author)
    judging.check_move(standing, move, event)
    return _passed(_noted(standing, move, event), move, event)


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
    authority = {
        Party.RECEIVER: standing.receiver_authority,
        Party.DECIDER: standing.decider_authority,
    }.get(move.by, "")
    if authority and author.role != judging.SYSTEM and author.authority != authority:
        raise NotInTable(f"{move.name} belongs to authority {authority}")
    return None


def _opened(standing: Standing, event: Event) -> Standing:
    content: dict[str, Any] = event.content
    places, nodes, authorities = content["places"], content["nodes"], content["authorities"]
    return replace(
        standing,
        item=content["item"],
        item_version=content["version"],
        # Events from before places had versions of their own do not name any.
        local_version=content.get("local", ""),
        mode=content["mode"],
        applicant_kind=content["applicant_kind"],
        applicant_place=places["applicant"],
        receiving_place=places["receiving"],
        deciding_place=places["deciding"],
        evaluating_place=places["evaluating"],
        applicant_node=nodes["applicant"],
        receiver_node=nodes["receiver"],
        decider_node=nodes["decider"],
        receiver_authority=authorities["receiver"],
        decider_authority=authorities["decider"],
        limits=content["limits"],
        is_two_person=content.get("two_person", False),
        submitted_at=event.at,
        told=sorted({nodes["applicant"], nodes["receiver"]} - {""}),
    )


def _noted(standing: Standing, move: Move, event: Event) -> Standing:
    """What a move leaves behind besides state and holder."""
    content = event.content
    if content.get("particulars"):
        standing = replace(standing, particulars=event.sealed)
    if content.get("materials"):
        standing = replace(standing, papers=_papers(standing, event))
    return replace(standing, **_changes(standing, move, event))


def _changes(standing: Standing, move: Move, event: Event) -> dict[str, Any]:
    """The columns that a move changes by itself."""
    content, at, officer = event.content, event.at, event.author.officer
    match move:
        case states.RECEIVE | states.HAND_OVER:
            receivers = sorted({*standing.receivers, officer} - {""})
            received = {"received_at": at} if move is states.RECEIVE else {}
            return {"receivers": receivers, **received}
        case states.ACCEPT:
            return {"accepted_at": at}
        case states.DEEM_ACCEPTED:
            return {"accepted_at": standing.arrived_at, "is_deemed": True}
        case states.ASK_CORRECTION:
            return {"corrections": standing.corrections + 1}
        case states.BEGIN_SPECIAL:
            told = {"kind": content["kind"], "since": at.isoformat(), "until": content["until"]}
            return {"procedure": told}
        case states.SUSPEND:
            return {"procedure": {"kind": "suspension", "since": at.isoformat()}}
        case states.END_SPECIAL | states.RESUME:
            return {"procedure": {}}
        case states.EXTEND:
            return {"extended": standing.extended + content["days"]}
    return _decided(move, event)


def _decided(move: Move, event: Event) -> dict[str, Any]:
    content, at = event.content, event.at
    match move:
        case states.BEGIN_JOINT:
            return {"joint": "running"}
        case states.END_JOINT:
            return {"joint": content["outcome"]}
        case states.PROPOSE:
            return {"proposal": {"decision": content["decision"], "by": event.author.officer}}
        case states.SEND_BACK_PROPOSAL:
            return {"proposal": {}}
        case states.APPROVE | states.DENY:
            return {"decided_at": at, "decision": move.name, "proposal": {}}
        case states.CORRECT_DECISION:
            # The document in the old words is not handed out any more.
            return {"result": {}, "posted": {}}
        case states.ISSUE_RESULT | states.REISSUE_RESULT:
            return {"result": content["result"], "posted": {}}
        case states.REOPEN:
            return {"ended_at": None, "posted": {}}
    return _sent(move, content)


def _sent(move: Move, content: dict[str, Any]) -> dict[str, Any]:
    match move:
        case states.DELIVER_BY_POST:
            return {"posted": {"parcel": content["parcel"], "fate": ""}}
        case states.POST_FAILED:
            return {"posted": {"parcel": content["parcel"], "fate": content["fate"]}}
        case states.RETURN_RESULT:
            return {"posted": {"parcel": "", "fate": content["fate"]}}
    return {}


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


def _passed(standing: Standing, move: Move, event: Event) -> Standing:
    """Hand the baton on: within a node at once, between nodes through the channel."""
    target = states.target_of(move, standing.decision)
    if move.to is Party.NOBODY:
        ended = replace(standing, ended_at=event.at, bound_for="", procedure={})
        return _held(ended, Party.NOBODY, target, event.at)
    there = standing.node_of(move.to)
    told = sorted({*standing.told, there})
    if there == event.author.node:
        at_home = replace(standing, told=told)
        return _held(at_home, move.to, states.after_arrival(target), event.at)
    return _held(replace(standing, bound_for=move.to, told=told), Party.CHANNEL, target, event.at)


def _held(standing: Standing, holder: Party, state: State, at: datetime) -> Standing:
    taken = replace(standing, holder=holder, state=state)
    if holder != standing.holder:
        taken = replace(taken, held_since=at)
    if state is State.PENDING and holder is Party.DECIDER:
        taken = replace(taken, arrived_at=at)
    return taken


def today() -> date:
    """The day it is in Beijing; for pages, never for what is written."""
    return _day(datetime.now(UTC))


def _day(at: datetime) -> date:
    # Legal days are Beijing days; moments are kept in UTC.
    return at.astimezone(BEIJING).date()
