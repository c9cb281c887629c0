"""What an operator can do about messages: try again, drop with a reason, send again."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound, Refused
from tongban.exchange import inbox, outbox, receipts
from tongban.exchange.inbox import Outcome
from tongban.exchange.models import FileSent, Outgoing, Received

log = structlog.get_logger(__name__)

# A message that is not confirmed for so long is looked at; twice as long at each further time.
FORGOTTEN = timedelta(minutes=2)
# And one is passed over only when what was sent so much later is confirmed: lanes have no order.
OVERTAKEN = timedelta(seconds=30)


class NotParked(Refused):
    """Only a parked message can be tried again or dropped by hand."""

    code = "message-not-parked"


class ReasonMissing(Refused):
    """Dropping a message takes a reason, which its sender gets to read."""

    code = "reason-missing"
    status = 422


@transaction.atomic
def take_on(received_id: int, *, by: str, at: datetime) -> None:
    """Say that one sees to a parked message, so that nobody else does it, too.

    Taking it over from somebody is possible, for people fall ill; the log has both names. The second
    time by the same person changes nothing. Refused: NotFound, NotParked.
    """
    row = _locked(received_id)
    if row.owner == by[:150]:
        return
    before = row.owner
    row.owner, row.owned_at = by[:150], at
    row.save(update_fields=["owner", "owned_at"])
    log.info("exchange.taken_on", received=received_id, by=by, before=before)


def retry(received_id: int, *, by: str, at: datetime) -> Outcome:
    """Try a parked message again. Refused: NotFound, NotParked (also the second time)."""
    with transaction.atomic():
        row = _locked(received_id)
        outcome = inbox.try_parked(row, at=at)
        _settled(row, by, at)
    log.info("exchange.retried", received=received_id, outcome=str(outcome), by=by)
    subject = Received.objects.values_list("subject", flat=True).get(pk=received_id)
    if subject:
        inbox.try_waiting(subject, at=at)
    return outcome


def retry_all(*, by: str, at: datetime) -> dict[Outcome, int]:
    """Try every parked message again, the oldest first; how many ended how."""
    counts: dict[Outcome, int] = {}
    parked = Received.objects.filter(state=Received.State.PARKED).order_by("id")
    for received_id in list(parked.values_list("pk", flat=True)):
        try:
            outcome = retry(received_id, by=by, at=at)
        except NotParked:  # settled by another one's success, or by another operator
            continue
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


@transaction.atomic
def drop(received_id: int, *, reason: str, by: str, at: datetime) -> None:
    """Give a parked message up; its sender is told the reason when it is certain who that is.

    Refused: NotFound, NotParked, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing(_("请写明作废的理由，对方节点会看到"))
    row = _locked(received_id)
    row.state, row.reason = Received.State.DROPPED, reason.strip()[:500]
    row.save(update_fields=["state", "reason"])
    _settled(row, by, at)
    if row.is_verified:
        word = receipts.Word(row.message_id, receipts.DROPPED, "dropped", row.reason)
        receipts.owe_words(row.sender, row.subject, [word], at=at)
    transaction.on_commit(lambda: log.info("exchange.dropped", received=received_id, by=by))


def send_again(recipient: str, *, by: str) -> int:
    """Send all that a node has not confirmed once more, after the broker lost what it kept.

    Harmless at any time: what is there already is found to be a duplicate. Gives the number.
    """
    undelivered = Outgoing.objects.filter(
        recipient=recipient, delivered_at=None, sent_at__isnull=False
    )
    count = undelivered.exclude(envelope=b"").update(sent_at=None, retry_at=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [outbox.CHANNEL])
    log.info("exchange.sent_again", recipient=recipient, count=count, by=by)
    return count


_FORGOTTEN = """
UPDATE exchange_outgoing SET sent_at = NULL, retry_at = NULL, attempts = attempts + 1
WHERE id IN (
  SELECT lost.id FROM exchange_outgoing AS lost
  JOIN (SELECT recipient, min(id) AS oldest FROM exchange_outgoing
        WHERE delivered_at IS NULL AND sent_at < %(before)s GROUP BY recipient) AS silent
    USING (recipient)
  CROSS JOIN LATERAL (
    SELECT sent_at FROM exchange_outgoing AS known
    WHERE known.id > silent.oldest AND known.recipient = silent.recipient
      AND known.delivered_at IS NOT NULL AND known.sent_at IS NOT NULL
    ORDER BY known.id DESC LIMIT 1) AS confirmed
  WHERE lost.delivered_at IS NULL AND lost.parked_at IS NULL AND lost.envelope <> ''
    AND lost.sent_at < %(at)s::timestamptz - %(first)s * power(2, least(lost.attempts, 9))
    AND lost.sent_at < confirmed.sent_at - %(overtaken)s
  ORDER BY lost.id LIMIT 1000
  FOR UPDATE OF lost SKIP LOCKED)
RETURNING recipient
"""


def send_forgotten_again(*, at: datetime) -> Counter[str]:
    """Send again what a node did not confirm although it confirmed what was sent after it.

    So the broker lost it, or the word on it. A node that confirms nothing is away, and its mailbox
    keeps what it has: that is not sent twice. The same message waits twice as long each time, since
    the other node may have it and wait for something before it. Gives how many for each node.
    """
    facts: dict[str, Any] = {
        "at": at,
        "before": at - FORGOTTEN,
        "first": FORGOTTEN,
        "overtaken": OVERTAKEN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FORGOTTEN, facts)
        found = Counter(recipient for (recipient,) in cursor.fetchall())
        if found:
            cursor.execute("SELECT pg_notify(%s, '')", [outbox.CHANNEL])
    if found:
        log.warning("exchange.forgotten_sent_again", **{f"to_{k}": n for k, n in found.items()})
    return found


def send_older_again(moment: datetime, *, by: str) -> int:
    """Send again what was sent before our mailbox was made and is not confirmed; gives the number."""
    lost = Outgoing.objects.filter(delivered_at=None, sent_at__lt=moment)
    return send_all_again(by=by) if lost.exists() else 0


def send_all_again(*, by: str) -> int:
    """Send everything that nobody confirmed once more, its papers too; gives the number.

    For a broker that lost its mailboxes and buckets. Harmless at any time, as `send_again` is.
    """
    waiting = Outgoing.objects.filter(delivered_at=None, sent_at__isnull=False)
    recipients = list(waiting.order_by().values_list("recipient", flat=True).distinct())
    FileSent.objects.filter(recipient__in=recipients).delete()
    return sum(send_again(recipient, by=by) for recipient in recipients)


def _locked(received_id: int) -> Received:
    row = Received.objects.select_for_update().filter(pk=received_id).first()
    if row is None:
        raise NotFound(_("没有编号为%(id)d的报文") % {"id": received_id})
    if row.state != Received.State.PARKED:
        raise NotParked(_("这份报文已不在搁置中，请刷新后再看"))
    return row


def _settled(row: Received, by: str, at: datetime) -> None:
    Received.objects.filter(pk=row.pk).update(settled_by=by[:150], settled_at=at)
