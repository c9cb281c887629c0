"""What the hub writes down about the nodes; counts and moments, nothing about any person."""

from datetime import datetime
from typing import Any

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


def note_mailbox(node: str, *, messages: int, size: int, limit: int, at: datetime) -> None:
    """Keep how many messages and bytes wait in a node's mailbox, and how many bytes it may hold."""
    NodeContact.objects.update_or_create(
        node=node[:8],
        defaults={
            "mailbox_messages": messages,
            "mailbox_bytes": size,
            "mailbox_limit": max(limit, 0),
            "mailbox_seen_at": at,
        },
    )
