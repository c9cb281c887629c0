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
from tongban.cases import states
from tongban.cases.states import Mode, Move, Party, State
from tongban.record.chains import Author, Event

BEIJING = ZoneInfo("Asia/Shanghai")


class NotInTable(Exception):
    """An event that the table of moves does not allow at this point of its case."""


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


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything the tables of a node say about a case; places are 6-digit divisions."""

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
    corrections: int = 0
    acceptance_used: int = 0
    due_on: date | None = None
    limits: dict[str, int] = field(default_factory=dict)
    particulars: str = ""
    result: dict[str, str] = field(default_factory=dict)
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
    elif event.kind == states.ANSWER_REQUEST:
        _check_node(standing, event.author)
        after = standing
    elif event.kind == states.CHANGE_RULES:
        after = _ruled(standing, event)
    else:
        after = _moved(standing, event)
    return replace(after, head_seq=event.seq, head_hash=event.hash)


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
    return _passed(_noted(standing, move, event), move, event)


def _check_author(standing: Standing, move: Move, author: Author) -> None:
    if move is states.WITHDRAW:
        # Whoever holds the case writes the withdrawal down, at the applicant's request.
        return _check_node(standing, author)
    if standing.holder != move.by or author.role != move.by:
        raise NotInTable(f"{move.name} belongs to {move.by}, the case is held by {standing.holder}")
    _check_node(standing, author)
    authority = {
        Party.RECEIVER: standing.receiver_authority,
        Party.DECIDER: standing.decider_authority,
    }.get(move.by, "")
    if authority and author.authority != authority:
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
    at = event.at
    match move:
        case states.RECEIVE:
            return replace(standing, received_at=at)
        case states.ACCEPT:
            return replace(standing, accepted_at=at)
        case states.ASK_CORRECTION:
            used = calendar.working_days_between(_day(standing.arrived_at or at), _day(at))
            return replace(
                standing,
                corrections=standing.corrections + 1,
                acceptance_used=standing.acceptance_used + used,
            )
        case states.APPROVE | states.DENY:
            return replace(standing, decided_at=at, decision=move.name)
        case states.ISSUE_RESULT:
            return replace(standing, result=content["result"])
    return standing


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
        )
        for material in event.content["materials"]
    ]
    replaced = {paper.spec for paper in added}
    return (*(paper for paper in standing.papers if paper.spec not in replaced), *added)


def _passed(standing: Standing, move: Move, event: Event) -> Standing:
    """Hand the baton on: within a node at once, between nodes through the channel."""
    if move.to is Party.NOBODY:
        ended = replace(standing, ended_at=event.at, bound_for="")
        return _held(ended, Party.NOBODY, move.target, event.at)
    there = standing.node_of(move.to)
    told = sorted({*standing.told, there})
    if there == event.author.node:
        at_home = replace(standing, told=told)
        return _held(at_home, move.to, states.after_arrival(move.target), event.at)
    return _held(
        replace(standing, bound_for=move.to, told=told), Party.CHANNEL, move.target, event.at
    )


def _held(standing: Standing, holder: Party, state: State, at: datetime) -> Standing:
    taken = replace(standing, holder=holder, state=state)
    if holder != standing.holder:
        taken = replace(taken, held_since=at)
    if state is State.PENDING and holder is Party.DECIDER:
        taken = replace(taken, arrived_at=at)
    return replace(taken, due_on=_due_on(taken, at))


def _due_on(standing: Standing, at: datetime) -> date | None:
    """The last day in time for whoever holds the case; None while no clock runs.

    Receiver: its service limit from the day after submission. Decider: the acceptance limit from
    the day after arrival, less what was used before a correction was asked; once accepted, the
    decision limit from the day after acceptance (行政许可法 arts. 32, 42; days are working days).
    """
    limits, state = standing.limits, State(standing.state)
    if standing.holder == Party.RECEIVER and state in {State.SUBMITTED, State.RECEIVED}:
        return calendar.add_working_days(_day(standing.submitted_at or at), limits["receive"])
    if standing.holder == Party.DECIDER and state is State.PENDING:
        left = max(limits["accept"] - standing.acceptance_used, 1)
        return calendar.add_working_days(_day(standing.arrived_at or at), left)
    if standing.holder == Party.DECIDER and state is State.UNDER_REVIEW:
        return calendar.add_working_days(_day(standing.accepted_at or at), limits["decide"])
    return None


def today() -> date:
    """The day it is in Beijing; for pages, never for what is written."""
    return _day(datetime.now(UTC))


def _day(at: datetime) -> date:
    # Legal days are Beijing days; moments are kept in UTC.
    return at.astimezone(BEIJING).date()
