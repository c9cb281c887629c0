"""How many messages this process sent to whom, in spans of ten minutes: what beats tell the hub.

Counts of the last hour are told again and again, so a beat that is lost, or a hub that is away for a
while, loses nothing. Receipts do not count: they follow every message, and would say it twice.
"""

import secrets
import threading
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol

from tongban.exchange import flows, receipts
from tongban.worker.measures import Tried

# Tells this process from others of the node, and from itself in an earlier life.
PROCESS = secrets.token_hex(4)


class Tally:
    """The counts of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spans: dict[datetime, Counter[str]] = {}

    def count(self, rows: Iterable["Typed"], *, at: datetime) -> None:
        """Count what was sent of one batch."""
        sent = [row.recipient for row in rows if row.is_sent and row.type != receipts.TYPE]
        if sent:
            with self._lock:
                self._spans.setdefault(flows.span_of(at), Counter()).update(sent)

    def told(self, *, at: datetime) -> dict[str, dict[str, int]]:
        """What a beat says: for each span of the last hour how many went to whom."""
        oldest = flows.span_of(at - flows.TOLD_FOR)
        with self._lock:
            for span in [one for one in self._spans if one < oldest]:
                del self._spans[span]
            return {
                span.astimezone(UTC).isoformat(): dict(counts)
                for span, counts in self._spans.items()
            }


class Typed(Tried, Protocol):
    """A message of one try to send, and what kind it is."""

    @property
    def type(self) -> str: ...


SENT = Tally()
