"""What nodes say to each other about cases. A changed meaning is a new version of the type."""

from collections.abc import Sequence
from typing import Any

from tongban.record import chains, queries
from tongban.record.chains import Event, FileRef

EVENTS = "case.events.v1"
REQUEST = "case.request.v1"


def events_data(events: Sequence[Event]) -> dict[str, Any]:
    """Consecutive events of one case with their personal parts, as a message carries them."""
    parts = queries.part_bytes(event.sealed for event in events)
    return {
        "events": [event.packed() for event in events],
        "parts": {digest: data.decode() for digest, data in parts.items()},
    }


def read_events(data: dict[str, Any]) -> tuple[list[Event], dict[str, bytes]]:
    """The events and parts of a message; raises ChainBroken on anything unreadable."""
    events = [chains.unpack(packed) for packed in data["events"]]
    parts = {digest: text.encode() for digest, text in data["parts"].items()}
    for digest, part in parts.items():
        chains.open_part(digest, part)
    return events, parts


def files(events: Sequence[Event]) -> list[FileRef]:
    """The papers that must travel with these events, each once."""
    return list({file.digest: file for event in events for file in event.files}.values())
