"""One message in one envelope, as tests write it; what leaves the program leaves together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tongban.exchange import posting
from tongban.exchange.envelope import close_envelope, sign_envelopes
from tongban.exchange.letters import Envelope, Paper
from tongban.trust.suites import Signer


def seal_envelope(
    *,
    message_id: UUID,
    type: str,
    sender: str,
    recipient: str,
    subject: str,
    at: datetime,
    data: Any,
    signer: Signer,
    to: str = "",
    files: Sequence[Paper] = (),
    sequence: int | None = None,
    answers: UUID | None = None,
) -> bytes:
    """The bytes of a message: encrypted to the key `to`, unless that is empty, and signed."""
    letter = Envelope(
        id=message_id, type=type, sender=sender, recipient=recipient, subject=subject, at=at,
        data=data, files=tuple(files), sequence=sequence, answers=answers,
    )  # fmt: skip
    [raw] = sign_envelopes([close_envelope(letter, signer=signer, to=to)], signer=signer)
    return raw


def sealed(message_id: UUID, kept: bytes, *, at: datetime) -> bytes:
    """The envelope of one letter of the outbox; raises what it cannot go for."""
    [found] = posting.sealed_together([(message_id, kept)], at=at)
    if isinstance(found, Exception):
        raise found
    return found
