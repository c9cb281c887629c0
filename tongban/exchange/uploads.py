"""Which papers lie in the buckets of other nodes, and which need to lie there no longer."""

from datetime import datetime, timedelta

from django.db import connection

# Time for a message that was just written about the same paper to be noticed.
QUIET = timedelta(minutes=10)

_TAKE_FINISHED = """
DELETE FROM exchange_filesent AS paper
WHERE uploaded_at < %(before)s AND NOT EXISTS (
  SELECT FROM exchange_outgoing AS message
  WHERE message.recipient = paper.recipient AND message.delivered_at IS NULL
    AND message.files @> jsonb_build_array(jsonb_build_object('digest', paper.digest)))
RETURNING recipient, digest
"""


def take_finished(*, at: datetime) -> list[tuple[str, str]]:
    """Forget uploads that no unconfirmed message needs; gives (recipient, digest) of each.

    If a new message about such a paper is written in this very moment, its receiver finds the
    paper missing and asks for it again.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_FINISHED, {"before": at - QUIET})
        return list(cursor.fetchall())
