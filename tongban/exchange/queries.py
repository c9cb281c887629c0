"""Reads with a name: how far a message came, what is late, what is parked, how the nodes are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from tongban.exchange import posting, receipts
from tongban.exchange.faults import NodeIsOut
from tongban.exchange.models import NodeContact, Outgoing, Pause, Received
from tongban.jurisdictions import queries as jurisdictions


@dataclass(frozen=True, slots=True)
class Transfer:
    """How far one message came: owed, sent (the mailbox has it), delivered (committed there)."""

    message_id: UUID
    recipient: str
    type: str
    sequence: int | None
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    parked_reason: str
    last_error: str


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits in the outbox: how many messages, and since when the oldest does."""

    count: int
    oldest_at: datetime | None


_FIELDS = (
    "message_id",
    "recipient",
    "type",
    "sequence",
    "created_at",
    "sent_at",
    "delivered_at",
    "parked_reason",
    "last_error",
)


def transfers(subject: str) -> list[Transfer]:
    """The messages that this node owes or sent about a subject, oldest first; no receipts.

    "Answered", the third truth, is not here: it is a move in the domain's own history.
    """
    return transfers_of([subject]).get(subject, [])


def transfers_of(subjects: Iterable[str]) -> dict[str, list[Transfer]]:
    """The same for many subjects in one query, for lists."""
    found: dict[str, list[Transfer]] = {}
    rows = Outgoing.objects.filter(subject__in=list(subjects)).exclude(type__startswith="exchange.")
    for subject, *values in rows.order_by("id").values_list("subject", *_FIELDS):
        found.setdefault(subject, []).append(Transfer(*values))
    return found


def outbox_depth() -> Depth:
    """What has not reached the mailboxes yet."""
    unsent = Outgoing.objects.filter(sent_at=None)
    facts = unsent.aggregate(count=Count("id"), oldest=Min("created_at"))
    return Depth(facts["count"], facts["oldest"])


def waiting_since(recipient: str) -> datetime | None:
    """Since when the oldest message to a node has been on its way without being confirmed there.

    None when it has everything; a page calls a node late when this is long ago.
    """
    undelivered = Outgoing.objects.filter(recipient=recipient, delivered_at=None)
    oldest = undelivered.exclude(type=receipts.TYPE).aggregate(at=Min("created_at"))["at"]
    return oldest if isinstance(oldest, datetime) else None


def undelivered(*, before: datetime | None = None) -> QuerySet[Outgoing]:
    """Messages that their recipients have not confirmed, the oldest first."""
    rows = Outgoing.objects.filter(delivered_at=None).exclude(type=receipts.TYPE)
    if before is not None:
        rows = rows.filter(created_at__lt=before)
    return rows.order_by("id").defer("envelope")


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What one node has not confirmed: not sent yet, sent, and set aside there."""

    recipient: str
    unsent: int
    unconfirmed: int
    parked: int
    oldest_at: datetime
    last_error: str


def undelivered_by_recipient() -> list[Undelivered]:
    """The same as counts for each node; `last_error` is one of those that stand at its rows."""
    return [
        Undelivered(**facts)
        for facts in undelivered()
        .order_by()
        .values("recipient")
        .annotate(
            unsent=Count("id", filter=Q(sent_at=None)),
            unconfirmed=Count("id", filter=Q(sent_at__isnull=False, parked_at=None)),
            parked=Count("id", filter=Q(parked_at__isnull=False)),
            oldest_at=Min("created_at"),
            last_error=Max("last_error"),
        )
        .order_by("recipient")
    ]


@dataclass(frozen=True, slots=True)
class Held:
    """A node that something is owed to and nothing can be sent to: why, and since when."""

    recipient: str
    code: str
    reason: str
    since: datetime


def held() -> list[Held]:
    """All such nodes: those that take no mail just now, and those that the directory says are out.

    For the latter, since when the oldest message waits.
    """
    owed = Outgoing.objects.filter(recipient=OuterRef("recipient"), sent_at=None)
    found = {
        pause.recipient: Held(pause.recipient, pause.code, pause.reason, pause.since)
        for pause in Pause.objects.filter(Exists(owed))
    }
    found |= {one.recipient: one for one in _held_as_out()}
    return [found[recipient] for recipient in sorted(found)]


def why_out() -> dict[str, NodeIsOut]:
    """The nodes that are suspended or have left, each with what is said of a message to it."""
    return {node.code: posting.out(node) for node in jurisdictions.nodes() if node.is_out}


def _held_as_out() -> list[Held]:
    why = why_out()
    if not why:
        return []
    owed = Outgoing.objects.filter(recipient__in=why, sent_at=None)
    oldest = (
        owed.exclude(type__in=posting.ALWAYS).values("recipient").annotate(at=Min("created_at"))
    )
    return [
        Held(row["recipient"], why[row["recipient"]].code, why[row["recipient"]].message, row["at"])
        for row in oldest
    ]


def refused_elsewhere() -> QuerySet[Outgoing]:
    """Our messages that another node has and cannot handle, with its own words; newest first."""
    return undelivered().filter(parked_at__isnull=False).order_by("-parked_at")


def parked() -> QuerySet[Received]:
    """Messages that a person has to look at, the oldest first."""
    return Received.objects.filter(state=Received.State.PARKED).order_by("id").defer("envelope")


def waiting() -> QuerySet[Received]:
    """Messages that wait for something before them or for their next try."""
    return Received.objects.filter(state=Received.State.WAITING).order_by("id").defer("envelope")


def recent(*, limit: int = 50) -> list[Received]:
    """What came last, whatever became of it."""
    return list(Received.objects.order_by("-id").defer("envelope")[:limit])


def contacts() -> list[NodeContact]:
    """The hub's view of all nodes it has heard of or keeps a mailbox for."""
    return list(NodeContact.objects.order_by("node"))


# A node says every five seconds that it is there; after this it has missed several in a row.
SILENT_AFTER = timedelta(seconds=20)
