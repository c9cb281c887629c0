"""Which papers lie in the buckets of other nodes, which are on their way there, which may leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection, transaction

from tongban.basics import sealing
from tongban.exchange import posting
from tongban.exchange.models import FileSent, FileUnderway
from tongban.trust import streams
from tongban.trust.streams import Beginning

# Time for a message that was just written about the same paper to be noticed.
QUIET = timedelta(minutes=1)
# An upload that was left for so long begins anew: the bucket forgets its pieces some day.
TOO_OLD = timedelta(days=7)

_TAKE_FINISHED = """
DELETE FROM exchange_filesent AS paper
WHERE uploaded_at < %(before)s AND NOT EXISTS (
  SELECT FROM exchange_outgoing AS message
  WHERE message.recipient = paper.recipient AND message.delivered_at IS NULL
    AND message.files @> jsonb_build_array(jsonb_build_object('digest', paper.digest)))
RETURNING recipient, digest
"""


@dataclass(frozen=True)
class Underway:
    """An upload: the name of its pieces, the key and what it is sealed with, if it is.

    `left_over` is the name of one that was given up, whose pieces may still lie there.
    """

    name: str
    key: str
    beginning: Beginning | None
    left_over: str = ""


@transaction.atomic
def begin(recipient: str, digest: str, *, bound: bytes, at: datetime) -> Underway:
    """Begin to upload a paper, or go on: the second time gives the same, while its key counts.

    Raises posting.NoKeyToSealTo.
    """
    key = posting.key_to_seal_to(recipient, at=at)
    context = f"upload {digest} to {recipient}".encode()
    beginning = streams.begin(key, bound=bound) if key else None
    fresh = FileUnderway(
        recipient=recipient, digest=digest, name=uuid4().hex, key=key, begun_at=at,
        content=sealing.seal(beginning.content, context=context) if beginning else b"",
        head=beginning.head if beginning else b"",
    )  # fmt: skip
    # Of two who begin at once, the second goes on with what the first wrote down.
    FileUnderway.objects.bulk_create([fresh], ignore_conflicts=True)
    row = FileUnderway.objects.select_for_update().get(recipient=recipient, digest=digest)
    if row.name == fresh.name:
        return Underway(fresh.name, key, beginning)
    if row.key == key and at - row.begun_at < TOO_OLD:
        content = sealing.unseal(row.content, context=context) if key else b""
        return Underway(row.name, key, Beginning(content, bytes(row.head)) if key else None)
    left_over, fresh.pk = row.name, row.pk
    fresh.save()
    return Underway(fresh.name, key, beginning, left_over=left_over)


@transaction.atomic
def done(recipient: str, digest: str, *, size: int, at: datetime) -> None:
    """The bucket has the whole paper; no message about it needs another upload."""
    FileUnderway.objects.filter(recipient=recipient, digest=digest).delete()
    FileSent.objects.update_or_create(
        recipient=recipient, digest=digest, defaults={"size": size, "uploaded_at": at}
    )


def take_finished(*, at: datetime) -> list[tuple[str, str]]:
    """Forget uploads that no unconfirmed message needs; gives (recipient, digest) of each.

    If a new message about such a paper is written in this very moment, its receiver finds the
    paper missing and asks for it again.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_FINISHED, {"before": at - QUIET})
        return list(cursor.fetchall())
