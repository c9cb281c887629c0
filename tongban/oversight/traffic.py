"""What the page of messages shows: what waits here, for whom, and since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from tongban.exchange import conditions, queries
from tongban.exchange.conditions import Finding
from tongban.exchange.models import Outgoing, Received
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties import queries as parties

# More than a person reads at once; the rest is counted, and the command line lists it.
SHOWN = 50
# Our own default: a message that is not confirmed after this is worth a look.
LATE_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Recipient:
    """What one node has not confirmed yet."""

    code: str
    name: str
    unsent: int
    unconfirmed: int
    parked: int
    oldest_at: datetime
    last_error: str
    is_late: bool


M = TypeVar("M", Received, Outgoing)


@dataclass(frozen=True, slots=True)
class Line(Generic[M]):
    """One message, with the name of the node at its other end."""

    row: M
    node: str
    name: str
    # Who sees to it, by name where we know one.
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Traffic:
    """The page of messages at one moment."""

    recipients: list[Recipient]
    unsent: int
    unconfirmed: int
    parked: list[Line[Received]]
    parked_count: int
    waiting: list[Line[Received]]
    waiting_count: int
    recent: list[Line[Received]]
    refused: list[Line[Outgoing]]
    findings: list[Finding]


def name_of(code: str) -> str:
    """A node's name, or nothing when the directory does not know it."""
    return next((node.name for node in jurisdictions.nodes() if node.code == code), "")


def _from(rows: Iterable[Received]) -> list[Line[Received]]:
    listed = list(rows)
    owners = {owner: _person(owner) for owner in {row.owner for row in listed} - {""}}
    return [Line(row, row.sender, name_of(row.sender), owners.get(row.owner, "")) for row in listed]


def _person(pseudonym: str) -> str:
    officer = parties.officer_by_pseudonym(pseudonym)
    return officer.name if officer else pseudonym


def _to(rows: Iterable[Outgoing]) -> list[Line[Outgoing]]:
    return [Line(row, row.recipient, name_of(row.recipient)) for row in rows]


def now_at(at: datetime) -> Traffic:
    """Read it all; a few counts and the oldest rows, never whole tables."""
    out = queries.why_out()
    recipients = [
        Recipient(
            late.recipient,
            name_of(late.recipient),
            late.unsent,
            late.unconfirmed,
            late.parked,
            late.oldest_at,
            out[late.recipient].message if late.recipient in out else late.last_error,
            at - late.oldest_at > LATE_AFTER,
        )
        for late in queries.undelivered_by_recipient()
    ]
    parked, waiting = queries.parked(), queries.waiting()
    return Traffic(
        recipients=recipients,
        unsent=sum(one.unsent for one in recipients),
        unconfirmed=sum(one.unconfirmed for one in recipients),
        parked=_from(parked[:SHOWN]),
        parked_count=parked.count(),
        waiting=_from(waiting[:SHOWN]),
        waiting_count=waiting.count(),
        recent=_from(queries.recent(limit=20)),
        refused=_to(queries.refused_elsewhere()[:SHOWN]),
        findings=conditions.findings(at=at),
    )
