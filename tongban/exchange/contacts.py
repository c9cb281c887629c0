"""What the hub writes down about the nodes; counts and moments, nothing about any person."""

from datetime import datetime
from typing import Any

from tongban.exchange import flows
from tongban.exchange.models import NodeContact


def note_beat(node: str, beat: dict[str, Any], *, at: datetime) -> None:
    """Keep what a node said of itself; raises ValueError, KeyError or TypeError for nonsense.

    The broker makes sure that a node speaks on its own subject only, so `node` is certain.
    """
    said_at = datetime.fromisoformat(beat["at"])
    oldest = datetime.fromisoformat(beat["oldest"]) if beat.get("oldest") else None
    skew = round((said_at - at).total_seconds() * 1000)
    NodeContact.objects.update_or_create(
        node=node[:8],
        defaults={
            "last_contact_at": at,
            "outbox_waiting": max(int(beat["outbox"]), 0),
            "oldest_waiting_at": oldest,
            "parked": max(int(beat["parked"]), 0),
            "version": str(beat["version"])[:40],
            "clock_skew_ms": max(min(skew, 2**31 - 1), -(2**31)),
        },
    )
    # A node of an older version does not say what it sent, and is heard all the same.
    if beat.get("sent"):
        flows.note(node[:8], str(beat["process"]), beat["sent"], at=at)


def note_mailbox(
    node: str,
    *,
    messages: int,
    size: int,
    limit: int,
    most: int = 0,
    oldest_at: datetime | None,
    at: datetime,
) -> None:
    """Keep how many messages and bytes wait in a node's mailbox, since when, and how many it may hold.

    `limit` in bytes, `most` in messages; 0 and less mean that there is no such limit.
    """
    NodeContact.objects.update_or_create(
        node=node[:8],
        defaults={
            "mailbox_messages": messages,
            "mailbox_bytes": size,
            "mailbox_limit": max(limit, 0),
            "mailbox_message_limit": max(most, 0),
            "mailbox_seen_at": at,
            "mailbox_oldest_at": oldest_at if messages else None,
        },
    )
