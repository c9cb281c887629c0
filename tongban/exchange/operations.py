"""What an operator can do about messages: try again, drop with a reason, send again."""

from datetime import datetime

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound, Refused
from tongban.exchange import inbox, outbox, receipts
from tongban.exchange.inbox import Outcome
from tongban.exchange.models import Outgoing, Received

log = structlog.get_logger(__name__)


class NotParked(Refused):
    """Only a parked message can be tried again or dropped by hand."""

    code = "message-not-parked"


class ReasonMissing(Refused):
    """Dropping a message takes a reason, which its sender gets to read."""

    code = "reason-missing"
    status = 422


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


def _locked(received_id: int) -> Received:
    row = Received.objects.select_for_update().filter(pk=received_id).first()
    if row is None:
        raise NotFound(_("没有编号为%(id)d的报文") % {"id": received_id})
    if row.state != Received.State.PARKED:
        raise NotParked(_("这份报文已不在搁置中，请刷新后再看"))
    return row


def _settled(row: Received, by: str, at: datetime) -> None:
    Received.objects.filter(pk=row.pk).update(settled_by=by[:150], settled_at=at)
