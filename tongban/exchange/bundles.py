"""Events of one chain as a message carries them from node to node, and what of them is news."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from tongban.exchange import inbox, outbox
from tongban.jurisdictions import keys as directory
from tongban.record import chains, queries
from tongban.record.chains import ChainBroken, Event, FileRef, Head


def pack(events: Sequence[Event]) -> dict[str, Any]:
    """Consecutive events of one chain with their personal parts, as a message carries them."""
    parts = queries.part_bytes(event.sealed for event in events)
    return {
        "events": [event.packed() for event in events],
        "parts": {digest: data.decode() for digest, data in parts.items()},
    }


def unpack(data: dict[str, Any]) -> tuple[list[Event], dict[str, bytes]]:
    """The events and parts of a message; raises ChainBroken on anything unreadable."""
    events = [chains.unpack(packed) for packed in data["events"]]
    parts = {digest: text.encode() for digest, text in data["parts"].items()}
    for digest, part in parts.items():
        chains.open_part(digest, part)
    return events, parts


def files(events: Sequence[Event]) -> list[FileRef]:
    """The papers that must travel with these events, each once."""
    return list({file.digest: file for event in events for file in event.files}.values())


def owe(recipients: Collection[str], kind: str, events: Sequence[Event], *, at: datetime) -> None:
    """Owe consecutive events of one chain to nodes, with their papers, in a message of a kind."""
    outbox.tell(
        recipients,
        kind,
        events[0].chain,
        pack(events),
        files=files(events),
        sequence=events[-1].seq,
        at=at,
    )


def check_signed(event: Event, *, sender: str) -> None:
    """Refuse (ChainBroken) an event that its author's node did not sign with a key that counted then.

    One signed before its key was revoked is believed only when its author's own node brings it, in
    an envelope under a key that counts now: whoever stole the old key can date an event back, but
    cannot send as its node.
    """
    key = directory.signing_key(event.author.node, event.key_id)
    if key is not None:
        before_revocation = key.revoked_at is None or (
            event.at < key.revoked_at and sender == event.author.node
        )
        if key.has_ended(event.at) or not before_revocation:
            raise ChainBroken(event.chain, event.seq, f"key {event.key_id} did not count any more")
    chains.check_signed(event, lambda *_: key.text if key else None)


def forked(events: Sequence[Event], end: Head | None) -> tuple[Event, str] | None:
    """The first event that we have otherwise, with the hash of ours; None when all agree."""
    known = [event for event in events if end and event.seq <= end.seq]
    if not known:
        return None
    ours = {event.seq: event.hash for event in queries.events(known[0].chain)}
    return next(((one, ours[one.seq]) for one in known if ours[one.seq] != one.hash), None)


def fresh(events: Sequence[Event], end: Head | None) -> list[Event]:
    """Those that come after what we have. Raises Gap when one between is missing."""
    seen = end.seq if end else 0
    found = [event for event in events if event.seq > seen]
    if found and found[0].seq > seen + 1:
        raise inbox.Gap(seen + 1)
    return found
