"""One attempt at one message, and what is written down of how it went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from tongban.basics import sealing
from tongban.basics.refusals import Refused
from tongban.exchange import letters, receipts, registry, requests
from tongban.exchange.envelope import Envelope, Fault, UnknownType
from tongban.exchange.models import Received
from tongban.exchange.registry import Gap
from tongban.record import papers

log = structlog.get_logger(__name__)

# A handler that fails for a reason of ours is tried so often, at growing distances, then parked.
TRIES = 8
FIRST_WAIT = timedelta(seconds=1)
FIRST_WAIT_FOR_OTHERS = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)
# What waits behind something that was refused here waits for a person. To have that sent again
# brings the same refusal, unless its cause is gone meanwhile: a key that came late, a mend.
FIRST_WAIT_AFTER_REFUSAL, LONGEST_WAIT_AFTER_REFUSAL = timedelta(hours=1), timedelta(days=1)
LOOK_AGAIN = timedelta(seconds=30)


class Outcome(StrEnum):
    """What became of a message."""

    HANDLED = "handled"
    DUPLICATE = "duplicate"
    WAITING = "waiting"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Ask:
    """What the sender may be asked for at this attempt, so that it is not asked at every one."""

    messages: bool
    papers: bool


class PapersMissing(Exception):
    """Files of a message have not arrived, or not as they were sent."""


class NotPlain(Exception):
    """The handler did not simply succeed; everything of this try has to be rolled back."""


class Attempt(Protocol):
    """One way to attempt a message."""

    def __call__(
        self, row_id: int, envelope: Envelope, *, count: int, ask: Ask, at: datetime
    ) -> Outcome: ...


def handle(envelope: Envelope) -> None:
    """Run the handler without a savepoint, which is two ways to the database less.

    Raises NotPlain when it does anything but succeed, and OperationalError.
    """
    try:
        _handle(envelope)
    except (OperationalError, InterfaceError):
        raise
    except Exception as any_reason:
        raise NotPlain from any_reason


def plainly(row_id: int, envelope: Envelope, *, count: int, ask: Ask, at: datetime) -> Outcome:
    """The plain way: handle and owe the receipt; raises as `handle` does."""
    del row_id, count, ask
    handle(envelope)
    receipts.owe(envelope, state=receipts.HANDLED, at=at)
    return Outcome.HANDLED


def attempt(row_id: int, envelope: Envelope, *, count: int, ask: Ask, at: datetime) -> Outcome:
    """Run the handler in a savepoint of the caller's transaction and write down what became of it.

    `count` is the number of this attempt, from 1. Raises OperationalError when the database is
    away; nothing is written then.
    """
    try:
        with transaction.atomic():
            _handle(envelope)
    except Gap as gap:
        return _wait_for(gap, row_id, envelope, count=count, asks=ask.messages, at=at)
    except PapersMissing:
        if ask.papers:
            requests.ask_for_papers(envelope, at=at)
        reason = _("随附文件没有到齐，已请对方补发")
        retry_at = at + _pause(FIRST_WAIT_FOR_OTHERS, count)
        return wait(row_id, envelope, "papers-missing", reason, retry_at=retry_at, count=count)
    except (Refused, Fault) as refusal:
        registry.keep(refusal, envelope, at=at)
        return _park(row_id, envelope, refusal.code, refusal.message, count=count, at=at)
    except (OperationalError, InterfaceError):
        raise
    except Exception as bug:  # noqa: BLE001 - whatever it is, the message must not be lost
        return _failed(row_id, envelope, bug, count=count, at=at)
    _write(
        row_id,
        state="handled",
        code="",
        reason="",
        envelope=b"",
        retry_at=None,
        attempts=count,
        handled_at=at,
    )
    receipts.owe(envelope, state=receipts.HANDLED, at=at)
    return Outcome.HANDLED


def _wait_for(
    gap: Gap, row_id: int, envelope: Envelope, *, count: int, asks: bool, at: datetime
) -> Outcome:
    kind = gap.kind or envelope.type
    is_refused = Received.objects.filter(
        sender=envelope.sender, subject=envelope.subject, type=kind, state=Received.State.PARKED
    ).exists()
    if asks and (count > 1 or not is_refused):
        requests.ask_for_messages(envelope, gap, at=at)
    if is_refused:
        reason = _("第%(seq)d号报文没有接受，要先处理它") % {"seq": gap.next_seq}
        pause = _pause(FIRST_WAIT_AFTER_REFUSAL, count, longest=LONGEST_WAIT_AFTER_REFUSAL)
    else:
        reason = _("缺少第%(seq)d号起的报文，已请对方补发") % {"seq": gap.next_seq}
        pause = _pause(FIRST_WAIT_FOR_OTHERS, count)
    return wait(row_id, envelope, "gap", reason, retry_at=at + pause, count=count)


def wait(
    row_id: int,
    envelope: Envelope,
    code: str,
    reason: str,
    *,
    retry_at: datetime | None,
    count: int = 1,
) -> Outcome:
    """Keep a message, encrypted, until its next try; without `retry_at` until another frees it."""
    _write(
        row_id,
        state="waiting",
        code=code,
        reason=reason[:500],
        envelope=kept(envelope),
        handled_at=None,
        retry_at=retry_at,
        attempts=count,
    )
    return Outcome.WAITING


def kept(envelope: Envelope) -> bytes:
    """A message that was opened, as it lies in the database."""
    return sealing.seal(letters.pack(envelope), context=envelope.id.bytes)


def _handle(envelope: Envelope) -> None:
    handler = registry.handler(envelope.type)
    if handler is None:
        raise UnknownType(envelope.type)
    if not all(papers.has(paper.digest) for paper in envelope.files):
        raise PapersMissing
    handler(envelope)


def _failed(
    row_id: int, envelope: Envelope, bug: Exception, *, count: int, at: datetime
) -> Outcome:
    name = type(bug).__name__
    facts = {"type": envelope.type, "id": str(envelope.id), "error": name, "attempt": count}
    log.error("inbox.handler_failed", **facts, exc_info=bug)
    reason = _("办理时出错（%(error)s），已试%(count)d次") % {"error": name, "count": count}
    if count >= TRIES:
        return _park(row_id, envelope, "handler-failed", reason, count=count, at=at)
    retry_at = at + _pause(FIRST_WAIT, count)
    return wait(row_id, envelope, "handler-failed", reason, retry_at=retry_at, count=count)


def _park(
    row_id: int, envelope: Envelope, code: str, reason: str, *, count: int, at: datetime
) -> Outcome:
    """Set a message aside for a person, and tell its sender why."""
    _write(
        row_id,
        state="parked",
        code=code[:60],
        reason=reason[:500],
        envelope=kept(envelope),
        handled_at=None,
        retry_at=None,
        attempts=count,
    )
    receipts.owe(envelope, state=receipts.PARKED, code=code, reason=reason, at=at)
    log.warning("inbox.parked", type=envelope.type, id=str(envelope.id), code=code)
    return Outcome.PARKED


def _pause(first: timedelta, count: int, *, longest: timedelta = LONGEST_WAIT) -> timedelta:
    doublings: int = min(count - 1, 12)
    return min(first * (1 << doublings), longest)


def _write(row_id: int, **facts: Any) -> None:
    Received.objects.filter(pk=row_id).update(**facts)
