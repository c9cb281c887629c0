"""What the page of messages shows: what waits here, for whom, and since when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tongban.exchange import queries
from tongban.exchange.models import Outgoing, Received
from tongban.jurisdictions import queries as jurisdictions

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


@dataclass(frozen=True, slots=True)
class Traffic:
    """The page of messages at one moment."""

    recipients: list[Recipient]
    unsent: int
    unconfirmed: int
    parked: list[Received]
    parked_count: int
    waiting: list[Received]
    waiting_count: int
    recent: list[Received]
    refused: list[Outgoing]


def name_of(code: str) -> str:
    """A node's name, or its code when the directory does not know it."""
    names = {node.code: node.name for node in jurisdictions.nodes()}
    return names.get(code, code)


def now_at(at: datetime) -> Traffic:
    """Read it all; a few counts and the oldest rows, never whole tables."""
    recipients = [
        Recipient(
            late.recipient,
            name_of(late.recipient),
            late.unsent,
            late.unconfirmed,
            late.parked,
            late.oldest_at,
            late.last_error,
            at - late.oldest_at > LATE_AFTER,
        )
        for late in queries.undelivered_by_recipient()
    ]
    parked, waiting = queries.parked(), queries.waiting()
    return Traffic(
        recipients=recipients,
        unsent=sum(one.unsent for one in recipients),
        unconfirmed=sum(one.unconfirmed for one in recipients),
        parked=list(parked[:SHOWN]),
        parked_count=parked.count(),
        waiting=list(waiting[:SHOWN]),
        waiting_count=waiting.count(),
        recent=queries.recent(limit=20),
        refused=list(queries.refused_elsewhere()[:SHOWN]),
    )
