"""Where a parcel stands, as a fold of its events; the same function on every node.

`apply` judges: an event that the table of moves does not allow, or whose author's node does not
hold the pen, is refused with NotInTable. What a sheet is called and an applicant's address are
personal; they lie in the sealed part of the first event, here is only its digest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.delivery import rules, states
from tongban.delivery.states import Move, Outcome, Party, State
from tongban.exchange.shared_chains import NotInTable
from tongban.record.chains import Author, Event

MOST_SHEETS = 60


class Purpose(StrEnum):
    """Why a parcel is sent."""

    PAPERS = "papers"
    RESULT = "result"
    RETURN = "return"


PURPOSES: dict[Purpose, Promise] = {
    Purpose.PAPERS: _("寄申请材料"),
    Purpose.RESULT: _("寄办理结果"),
    Purpose.RETURN: _("退还材料"),
}


@dataclass(frozen=True, slots=True)
class End:
    """One end of a parcel: an authority by its code, or with an empty code the applicant."""

    node: str
    place: str
    authority: str = ""

    @property
    def is_applicant(self) -> bool:
        """Whether a person or company and no office stands at this end."""
        return not self.authority

    @property
    def party(self) -> tuple[str, str]:
        """Who stands here, wherever in its place: node and authority."""
        return self.node, self.authority


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper in a parcel. `origin` names the same paper in the parcel that first carried it."""

    key: str
    case: str
    spec: str
    is_original: bool
    count: int
    origin: str
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything the tables of a node say about a parcel."""

    number: str
    purpose: str
    sender: End
    recipient: End
    state: str
    packed_at: datetime
    sealed: str
    since: datetime
    handed_at: datetime | None = None
    arrived_at: datetime | None = None
    ended_at: datetime | None = None
    courier: str = ""
    waybill: str = ""
    due_on: date | None = None
    told: str = ""  # the sealed part with the latest reason or note
    head_seq: int = 0
    head_hash: str = ""
    sheets: tuple[Sheet, ...] = ()

    @property
    def pen(self) -> str:
        """The node that writes the next event."""
        with_sender = states.pen_is_with_sender(State(self.state))
        return self.sender.node if with_sender else self.recipient.node

    @property
    def nodes(self) -> list[str]:
        """The nodes of both ends."""
        return sorted({self.sender.node, self.recipient.node})

    @property
    def is_whole(self) -> bool:
        """Whether every sheet arrived as it was packed."""
        return all(sheet.outcome == Outcome.OK for sheet in self.sheets)


def apply(standing: Standing | None, event: Event) -> Standing:
    """Where a parcel stands after one more event; raises NotInTable, KeyError, ValueError."""
    after = _packed(event) if standing is None else _moved(standing, event)
    after = replace(after, head_seq=event.seq, head_hash=event.hash)
    return replace(after, due_on=rules.due_on(State(after.state), after.since))


def _packed(event: Event) -> Standing:
    if event.kind != states.PACK:
        raise NotInTable(f"parcel {event.chain} begins with {event.kind}")
    content = event.content
    sender, recipient = _end(content["from"]), _end(content["to"])
    _check_author(sender, event.author, "sender")
    if sender.is_applicant and recipient.is_applicant:
        raise NotInTable("a parcel has an office at one end at least")
    if sender.party == recipient.party:
        raise NotInTable("a parcel has two ends")
    return Standing(
        number=event.chain,
        purpose=Purpose(content["purpose"]),
        sender=sender,
        recipient=recipient,
        state=State.PACKED,
        packed_at=event.at,
        since=event.at,
        sealed=event.sealed,
        sheets=_sheets(event.chain, content["sheets"], one_case=_has_applicant(sender, recipient)),
    )


def _has_applicant(*ends: End) -> bool:
    return any(end.is_applicant for end in ends)


def _end(said: Mapping[str, Any]) -> End:
    end = End(said["node"], said["place"], said["authority"])
    if not all(isinstance(part, str) for part in (end.node, end.place, end.authority)):
        raise NotInTable("an end that is no end")
    return end


def _sheets(number: str, said: list[Mapping[str, Any]], *, one_case: bool) -> tuple[Sheet, ...]:
    sheets = tuple(
        Sheet(
            key=one["key"],
            case=one["case"],
            spec=one["spec"],
            is_original=bool(one["is_original"]),
            count=one["count"],
            origin=one["origin"] or f"{number}#{one['key']}",
        )
        for one in said
    )
    if not 1 <= len(sheets) <= MOST_SHEETS or len({sheet.key for sheet in sheets}) != len(sheets):
        raise NotInTable("a parcel holds 1 to 60 papers, each with its own key")
    if any(type(sheet.count) is not int or not 1 <= sheet.count <= 9999 for sheet in sheets):
        raise NotInTable("a paper has 1 to 9999 sheets")
    if one_case and len({sheet.case for sheet in sheets}) > 1:
        # What an applicant is sent must show nothing of anybody else's case.
        raise NotInTable("a parcel from or to an applicant is about one case")
    return sheets


def _moved(standing: Standing, event: Event) -> Standing:
    move = states.BY_NAME.get(event.kind)
    if move is None or State(standing.state) not in move.sources:
        raise NotInTable(f"{event.kind} is not possible in state {standing.state}")
    _check_move_author(standing, move, event.author)
    if move is states.SIGNED_FOR and not standing.recipient.is_applicant:
        raise NotInTable("an office signs for itself")
    if move.name in states.WANTS_REASON and not event.sealed:
        raise NotInTable(f"{move.name} needs a reason")
    return _noted(standing, move, event)


def _check_move_author(standing: Standing, move: Move, author: Author) -> None:
    if author.node != standing.pen:
        raise NotInTable(f"node {author.node} does not hold the pen of {standing.number}")
    if move.by is Party.COURIER:
        return
    end = standing.sender if move.by is Party.SENDER else standing.recipient
    _check_author(end, author, move.by)


def _check_author(end: End, author: Author, role: str) -> None:
    if (author.node, author.authority, author.role) != (end.node, end.authority, role):
        raise NotInTable(f"{author.authority or author.role} is not the {role}")


def _noted(standing: Standing, move: Move, event: Event) -> Standing:
    at = event.at
    # Another scan on the same road does not give the parcel more time.
    since = standing.since if move.target == standing.state else at
    after = replace(standing, state=move.target, since=since)
    if event.sealed:
        after = replace(after, told=event.sealed)
    match move:
        case states.HAND_OVER:
            content = event.content
            after = replace(after, courier=str(content["courier"]), waybill=str(content["waybill"]))
            return replace(after, handed_at=at)
        case states.ARRIVE:
            return replace(after, arrived_at=at)
        case states.RECEIVE | states.SIGNED_FOR:
            seen = event.content.get("sheets", {}) if move is states.RECEIVE else None
            after = replace(after, ended_at=at, arrived_at=after.arrived_at or at)
            return replace(after, sheets=_seen(standing, seen))
        case states.CANCEL | states.TAKE_BACK:
            return replace(after, ended_at=at)
    return after


def _seen(standing: Standing, seen: Mapping[str, str] | None) -> tuple[Sheet, ...]:
    """The sheets with what was seen of each; a courier's receipt says nothing about what is inside."""
    if seen is None:
        return standing.sheets
    if set(seen) != {sheet.key for sheet in standing.sheets}:
        raise NotInTable("every sheet is ticked, and no other")
    return tuple(
        replace(sheet, outcome=Outcome(seen[sheet.key]).value) for sheet in standing.sheets
    )
