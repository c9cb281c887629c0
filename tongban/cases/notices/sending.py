"""Sending what is owed, by whichever worker takes it first, and again after a failure.

A worker holds what it sends by a lease, so two workers never send the same thing at once. Should
one die between sending and writing it down, the other sends again when the lease has run out: a
second message is better than none, since it says no more than the first.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound
from tongban.cases.models import Case
from tongban.cases.notices import channels, desk_mailing, telling, wording
from tongban.cases.notices.channels import Letter, NotSent
from tongban.cases.notices.models import Channel, DeskNotice, Fate, Notice, Sending

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
BATCH = 20
# After each failure; one that has failed after the last wait is given up and shown as failed.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)


@dataclass(frozen=True)
class Message:
    """What a worker carries from the database to a channel."""

    sending: int
    lease: uuid.UUID
    attempt: int
    channel: Channel
    to: str
    title: str
    text: str


def send_due(*, at: datetime) -> int:
    """Send what is due, one by one; gives how many were sent. What fails is tried again later."""
    if not channels.ways():
        return 0
    sent = 0
    for message in claim(at=at):
        sent += _send(message, at=at)
    return sent


def _send(message: Message, *, at: datetime) -> bool:
    try:
        channels.send(message.channel, to=message.to, title=message.title, text=message.text)
    except NotSent as trouble:
        _failed(message, str(trouble), at=at)
        return False
    _end(message, {"fate": Fate.SENT, "ended_at": at, "trouble": ""})
    return True


@transaction.atomic
def claim(*, at: datetime) -> list[Message]:
    """Take some of what is due on a lease of two minutes; what another worker holds is passed over.

    What need not be sent any more is dropped here, and what falls into quiet hours waits.
    """
    free = Q(leased_until=None) | Q(leased_until__lte=at)
    rows = (
        Sending.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("notice__account", "desk_notice__officer__account")
        .filter(free, fate=Fate.WAITING, next_at__lte=at)
        .order_by("next_at", "id")[:BATCH]
    )
    return [message for row in rows if (message := _take(row, at=at))]


def _take(row: Sending, *, at: datetime) -> Message | None:
    channel, told = Channel(row.channel), row.told
    letter = (
        desk_mailing.letter(told, at=at)
        if isinstance(told, DeskNotice)
        else _letter(told, channel, at=at)
    )
    if letter is None:
        # Read meanwhile, or not wanted this way any more.
        _drop(row, at=at)
        return None
    if letter.not_before > at:
        row.next_at = letter.not_before
        row.save(update_fields=["next_at"])
        return None
    row.lease, row.leased_until = uuid.uuid4(), at + LEASE
    row.attempts += 1
    row.save(update_fields=["lease", "leased_until", "attempts"])
    return Message(row.pk, row.lease, row.attempts, channel, letter.to, letter.title, letter.text)


def _letter(notice: Notice, channel: Channel, *, at: datetime) -> Letter | None:
    case = Case.objects.filter(pk=notice.number).first()
    if case is None and notice.mandate_id is None:
        return None
    if channel is Channel.WEBHOOK:
        facts = wording.pushed(notice.kind, number=notice.number, at=notice.at.isoformat())
        return Letter("", at, *channels.pushed_words(facts))
    to = telling.address(notice, case, channel)
    if not to or notice.read_at is not None:
        return None
    return Letter(to, telling.wake(notice.account, at), *_said(notice, channel))


def _said(notice: Notice, channel: Channel) -> tuple[str, str]:
    if notice.mandate_id is not None:
        return wording.outside_mandate(channel)
    return wording.outside(notice.kind, channel, number=notice.number)


def _drop(row: Sending, *, at: datetime) -> None:
    row.fate, row.ended_at, row.lease, row.leased_until = Fate.DROPPED, at, None, None
    row.save(update_fields=["fate", "ended_at", "lease", "leased_until"])


def _failed(message: Message, trouble: str, *, at: datetime) -> None:
    log.info(
        "notice.not_sent",
        sending=message.sending,
        channel=message.channel.value,
        attempt=message.attempt,
        trouble=trouble,
    )
    if message.attempt > len(WAITS):
        _end(message, {"fate": Fate.FAILED, "ended_at": at, "trouble": trouble})
    else:
        _end(message, {"next_at": at + WAITS[message.attempt - 1], "trouble": trouble})


def _end(message: Message, columns: dict[str, object]) -> None:
    """Write down how it went, unless the lease has passed to another worker meanwhile."""
    mine = Sending.objects.filter(pk=message.sending, lease=message.lease)
    mine.update(lease=None, leased_until=None, **columns)


@transaction.atomic
def retry(*, sending_id: int, at: datetime) -> Sending:
    """Try something that failed once more, from the beginning; what did not fail stays as it is.

    Refused: NotFound.
    """
    row = Sending.objects.select_for_update().filter(pk=sending_id).first()
    if row is None:
        raise NotFound(_("没有这条提醒"))
    if row.fate == Fate.FAILED:
        row.fate, row.ended_at, row.attempts, row.next_at = Fate.WAITING, None, 0, at
        row.save(update_fields=["fate", "ended_at", "attempts", "next_at"])
    return row


def retry_all(*, at: datetime) -> int:
    """Try everything that failed once more, as after a gateway was down; gives how many."""
    failed = Sending.objects.filter(fate=Fate.FAILED)
    return failed.update(fate=Fate.WAITING, ended_at=None, attempts=0, next_at=at)


@dataclass(frozen=True)
class Health:
    """How the channels of this node are doing, for its operator."""

    ways: list[channels.Way]
    waiting: int
    late: int
    failed: int


# Longer than a worker takes to come round; what waits longer shows that none is running.
LATE_AFTER = timedelta(minutes=10)


def failed_count() -> int:
    """How many were given up."""
    return Sending.objects.filter(fate=Fate.FAILED).count()


def health(*, at: datetime) -> Health:
    """What is set up, how much waits, how much of it should have gone, how much failed."""
    waiting = Sending.objects.filter(fate=Fate.WAITING)
    return Health(
        ways=list(channels.ways().values()),
        waiting=waiting.count(),
        late=waiting.filter(next_at__lt=at - LATE_AFTER).count(),
        failed=failed_count(),
    )


def sendings(*, fate: str = "", limit: int = 100) -> list[Sending]:
    """The latest sendings, of one fate or of all."""
    rows = Sending.objects.select_related("notice", "desk_notice").order_by(
        Coalesce("notice__at", "desk_notice__at").desc(), "-id"
    )
    return list((rows.filter(fate=fate) if fate else rows)[:limit])
