"""Several nodes in one test database: a schema for each, so that the very code runs on all sides.

Reference tables (places, nodes, catalogue) are shared; whatever a node writes of its own lies in
its schema, which is found before the public one while the test stands at that node.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.test import override_settings
from django.utils.timezone import now

from tongban.exchange import inbox, posting
from tongban.exchange.envelope import Envelope
from tongban.exchange.inbox import Outcome
from tongban.exchange.models import Outgoing, Received
from tongban.exchange.tests import alone
from tongban.jurisdictions import operations as directory
from tongban.jurisdictions.models import Node
from tongban.record import papers
from tongban.trust import signing

OWN = (
    "record_entry",
    "record_sealed",
    "record_receiptstatement",
    "record_receiptword",
    "record_stamp",
    "record_stampedhead",
    "exchange_outgoing",
    "exchange_received",
    "exchange_reconciliation",
    "exchange_contradiction",
)


@dataclass
class Country:
    """Nodes that talk to each other; `at(code)` is where the test stands."""

    folder: Path
    tables: tuple[str, ...]
    keys: dict[str, Path] = field(default_factory=dict)

    @contextmanager
    def at(self, code: str) -> Iterator[None]:
        """Stand at a node: its number, its key, its papers, its tables."""
        with connection.cursor() as cursor:
            cursor.execute("SHOW search_path")
            before = cursor.fetchone()[0]
            cursor.execute(f"SET search_path TO node{code}, public")
        try:
            with override_settings(
                NODE_ID=code, NODE_KEY_FILE=self.keys[code], DATA_DIR=self.folder / code
            ):
                yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"SET search_path TO {before}")

    def mail(self) -> list[tuple[str, Envelope]]:
        """Every message that was written since the last look, with whom it is for."""
        found = []
        for code in self.keys:
            with self.at(code):
                for row in Outgoing.objects.filter(sent_at=None).order_by("id"):
                    raw = alone.sealed(row.message_id, bytes(row.envelope), at=row.created_at)
                    found.append((row.recipient, raw, code))
                    Outgoing.objects.filter(pk=row.pk).update(sent_at=row.created_at)
        return [(to, self._opened(to, raw, sender)) for to, raw, sender in found]

    def _opened(self, to: str, raw: bytes, sender: str) -> Envelope:
        with self.at(to):
            return posting.opened(raw, published_by=sender, at=now())

    def deliver(self, to: str, envelope: Envelope, *, at: datetime) -> Outcome:
        """One message, with its papers, into one node."""
        for paper in envelope.files:
            with self.at(envelope.sender):
                content = b"".join(papers.chunks(paper.digest))
            with self.at(to):
                papers.put(io.BytesIO(content), expect=paper.digest)
        with self.at(to):
            return inbox.receive(envelope, at=at)

    def carry(
        self,
        *,
        at: datetime,
        shuffle: Callable[[list[tuple[str, Envelope]]], Sequence[tuple[str, Envelope]]] = list,
    ) -> None:
        """Carry until nobody owes anything any more; `shuffle` may reorder, repeat or hold back."""
        for _ in range(30):
            mail = self.mail()
            if not mail:
                return
            for to, envelope in shuffle(mail):
                self.deliver(to, envelope, at=at)
        raise AssertionError("the nodes never come to an end")

    def parked(self, code: str) -> list[str]:
        """The reasons for which messages were set aside at a node."""
        with self.at(code):
            rows = Received.objects.filter(state=Received.State.PARKED).order_by("id")
            return [row.reason for row in rows]


def country(folder: Path, *codes: str, tables: Sequence[str] = (), at: datetime) -> Country:
    """Nodes with keys and empty tables of their own; `tables` are those of the domain tried."""
    made = Country(folder, (*OWN, *tables))
    for code in codes:
        pem = signing.new_key()
        made.keys[code] = folder / f"{code}.key"
        made.keys[code].write_bytes(pem)
        signer = signing.signer_from_pem(pem)
        Node.objects.update_or_create(
            code=code,
            defaults={"name": code, "public_key": signer.public_key, "key_id": signer.key_id},
        )
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA node{code}")
            for table in made.tables:
                cursor.execute(
                    f"CREATE TABLE node{code}.{table} (LIKE public.{table} INCLUDING ALL)"
                )
    directory.stamp(at=at)
    return made
