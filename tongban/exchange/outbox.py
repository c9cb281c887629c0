"""What this node owes to others: written in the transaction of the move, sent by the relay."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from tongban.basics import sealing
from tongban.exchange import envelope, letters
from tongban.exchange.envelope import Envelope, Paper
from tongban.exchange.registry import resends

__all__ = [
    "CHANNEL",
    "COLUMNS",
    "FROM_RECORDS",
    "PLACEHOLDERS",
    "RECORDS",
    "SLEEP_LOCK",
    "TABLE",
    "Owed",
    "envelopes_for",
    "resends",
    "tell",
    "write",
]


class FileLike(Protocol):
    """A paper as the record knows it (`record.chains.FileRef`), or as an envelope does."""

    @property
    def digest(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def media_type(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Owed:
    """One message ready to be written; its fields are the columns of INSERT, in order."""

    message_id: UUID
    recipient: str
    type: str
    subject: str
    sequence: int | None
    envelope: bytes
    files: str
    created_at: datetime

    def record(self) -> dict[str, Any]:
        """The row as JSON, for RECORDS; PostgreSQL reads the bytes in its own hexadecimal."""
        return {
            "message_id": str(self.message_id),
            "recipient": self.recipient,
            "type": self.type,
            "subject": self.subject,
            "sequence": self.sequence,
            "envelope": "\\x" + self.envelope.hex(),
            "files": json.loads(self.files),
            "created_at": self.created_at.isoformat(),
        }

    def values(self) -> tuple[Any, ...]:
        return (
            self.message_id,
            self.recipient,
            self.type,
            self.subject,
            self.sequence,
            self.envelope,
            self.files,
            self.created_at,
        )


TABLE = "exchange_outgoing"
# What the relay listens to, and the lock that it holds alone while it sleeps (migration 0002).
CHANNEL = "exchange_outgoing"
SLEEP_LOCK = 722001
COLUMNS = (
    "message_id, recipient, type, subject, sequence, envelope, files, created_at, attempts,"
    " last_error, parked_code, parked_reason"
)
# For an SQL statement of one's own: INSERT INTO {TABLE} ({COLUMNS}) SELECT {FROM_RECORDS} FROM …,
# jsonb_to_recordset(%(…)s::jsonb) AS {RECORDS}, where the JSON is a list of `Owed.record()`.
RECORDS = (
    "o(message_id uuid, recipient text, type text, subject text, sequence int, envelope bytea,"
    " files jsonb, created_at timestamptz)"
)
FROM_RECORDS = (
    "o.message_id, o.recipient, o.type, o.subject, o.sequence, o.envelope, o.files, o.created_at,"
    " 0, '', '', ''"
)
# One row's placeholders, for an INSERT of `Owed.values()`.
PLACEHOLDERS = "(%s, %s, %s, %s, %s, %s, %s::jsonb, %s, 0, '', '', '')"


def envelopes_for(
    recipients: Iterable[str],
    type: str,
    subject: str,
    data: Any,
    *,
    at: datetime,
    files: Sequence[FileLike] = (),
    sequence: int | None = None,
    answers: UUID | None = None,
) -> list[Owed]:
    """The rows of a message, one for each recipient but this node itself.

    For a caller that writes them within an SQL statement of its own (RECORDS, `Owed.record()`);
    everybody else uses `tell`. Raises envelope.TooLarge.
    """
    names = {recipients} if isinstance(recipients, str) else set(recipients)
    papers = [Paper(file.digest, file.size, file.media_type) for file in files]
    said = letters.inner(
        subject=subject, data=data, files=papers, sequence=sequence, answers=answers
    )
    envelope.check_size(said)
    listed = json.dumps(said["files"])
    owed = []
    for recipient in sorted(names - {settings.NODE_ID}):
        letter = Envelope(
            id=uuid4(), type=type, sender=settings.NODE_ID, recipient=recipient,
            subject=subject, at=at, data=data, files=tuple(papers), sequence=sequence,
            answers=answers,
        )  # fmt: skip
        kept = sealing.seal(letters.pack(letter), context=letter.id.bytes)
        owed.append(Owed(letter.id, recipient, type, subject, sequence, kept, listed, at))
    return owed


def tell(
    recipients: Iterable[str],
    type: str,
    subject: str,
    data: Any,
    *,
    at: datetime,
    files: Sequence[FileLike] = (),
    sequence: int | None = None,
    answers: UUID | None = None,
) -> list[UUID]:
    """Owe a message to other nodes, within the caller's transaction; it leaves after the commit.

    Nothing is owed to this node itself. `sequence` is the place of the message among those of
    its subject, where it has one; `answers` is the message that this one answers. Telling twice is
    two messages. Raises envelope.TooLarge.
    """
    owed = envelopes_for(
        recipients, type, subject, data, at=at, files=files, sequence=sequence, answers=answers
    )
    write(owed)
    return [row.message_id for row in owed]


def write(owed: Sequence[Owed]) -> None:
    """Owe messages that are made already, all in one statement within the caller's transaction."""
    if owed:
        rows = ", ".join([PLACEHOLDERS] * len(owed))
        values = [value for row in owed for value in row.values()]
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE} ({COLUMNS}) VALUES {rows}", values)  # noqa: S608
