"""Adding to the record. Nothing here changes or removes what is written."""

from django.db import IntegrityError, transaction

from tongban.basics import sealing
from tongban.record import chains
from tongban.record.chains import Event
from tongban.record.models import Entry, Sealed


class ChainMovedOn(Exception):
    """Another event took this place in the chain first; the caller's lock was missing."""


def row_of(event: Event) -> Entry:
    """The row that keeps an event."""
    return Entry(
        chain=event.chain,
        seq=event.seq,
        kind=event.kind,
        at=event.at,
        body=event.body.decode(),
        hash=event.hash,
        key_id=event.key_id,
        signature=event.signature,
    )


def append(event: Event, *, part: bytes | None = None) -> None:
    """Write an event at the end of its chain, with its personal part.

    The database refuses a second event in the same place, so a chain cannot fork.
    """
    if part is not None:
        keep_part(event.sealed, part)
    try:
        with transaction.atomic():
            row_of(event).save(force_insert=True)
    except IntegrityError as taken:
        raise ChainMovedOn(event.chain) from taken


def keep_part(digest: str, data: bytes) -> None:
    """Keep a personal part that an event names; the same part twice is one row."""
    chains.open_part(digest, data)
    Sealed.objects.bulk_create(
        [Sealed(digest=digest, data=sealed(digest, data))], ignore_conflicts=True
    )


def sealed(digest: str, data: bytes) -> bytes:
    """The bytes of a part as they lie in the database."""
    return sealing.seal(data, context=digest.encode())
