"""What the worker counts while it works; the page of metrics adds it to what the pages count.

With PROMETHEUS_MULTIPROC_DIR set, prometheus-client keeps these numbers in files that every process
of the node shares; without it they stay in this process, and only its own are seen.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from prometheus_client import Counter, Histogram

from tongban.exchange.envelope import Envelope

SENT = Counter("tongban_messages_sent", "Messages that a mailbox acknowledged", ["recipient"])
NOT_SENT = Counter("tongban_messages_not_sent", "Tries to send that failed", ["recipient"])
TAKEN = Counter("tongban_messages_taken", "Messages that arrived", ["sender", "outcome"])
TRANSIT = Histogram(
    "tongban_message_transit_seconds",
    "From the signature there to the commit here, both clocks involved",
    ["sender"],
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 15, 60, 300, 3600),
)
FALLS = Counter(
    "tongban_worker_part_falls", "Parts of the worker that fell and began anew", ["part"]
)


class Tried(Protocol):
    """A message of one try to send, as the relay keeps it."""

    @property
    def recipient(self) -> str: ...
    @property
    def is_sent(self) -> bool: ...


def count_sent(rows: Iterable[Tried]) -> None:
    """Count a batch: what went, and what did not."""
    for row in rows:
        (SENT if row.is_sent else NOT_SENT).labels(row.recipient).inc()


def count_taken(envelopes: Iterable[Envelope], outcome: str, *, at: datetime) -> None:
    """Count what arrived, and how long it was on its way; a clock that is behind counts as zero."""
    for one in envelopes:
        TAKEN.labels(one.sender, outcome).inc()
        TRANSIT.labels(one.sender).observe(max((at - one.at).total_seconds(), 0.0))
