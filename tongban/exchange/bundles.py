"""Events of one chain as a message carries them from node to node."""

from collections.abc import Sequence
from typing import Any

from tongban.record import chains, queries
from tongban.record.chains import Event, FileRef


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
