"""Taking in what other nodes send: once each, in order for each subject, nothing ever dropped.

A message ends as handled, as waiting (something before it is missing, or a try failed and the
next is due) or as parked (it cannot be handled until a person does something). All that is
decided about one message is one transaction; the caller acknowledges to the broker after it.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tongban.basics import canonical, sealing
from tongban.exchange import attempts, posting, receipts, requests
from tongban.exchange.attempts import Outcome
from tongban.exchange.envelope import Envelope, Fault, IdReused
from tongban.exchange.models import Received
from tongban.exchange.registry import Gap, handles

__all__ = [
    "Gap",
    "Outcome",
    "due_subjects",
    "handles",
    "park",
    "receive",
    "receive_plainly",
    "try_parked",
    "try_waiting",
]


def receive(envelope: Envelope, *, at: datetime) -> Outcome:
    """Handle a message once, however often it is delivered.

    The trace and the effect commit together. The caller acknowledges only after this returns,
    so a crash in between costs a redelivery, never a loss. A message that was handled before
    changes nothing; its sender is told again, for the first receipt may not have arrived.
    Raises IdReused for another message under the same id, and OperationalError while the database
    is away; nothing is written then.
    """
    if envelope.type == receipts.TYPE:
        receipts.note(envelope)
        return Outcome.HANDLED
    try:
        return _receive(envelope, at, attempts.plainly)
    except attempts.NotPlain:
        # All of it was rolled back. Now with a savepoint around the handler, so that what it
        # objects to is written down in the transaction, and under the lock, that found it out.
        return _receive(envelope, at, attempts.attempt)


def _receive(envelope: Envelope, at: datetime, attempt: attempts.Attempt) -> Outcome:
    with transaction.atomic():
        taken = _take_in(envelope, at)
        if taken is None:
            _tell_again(envelope, at)
            return Outcome.DUPLICATE
        row_id, has_waiting, is_behind = taken
        if is_behind and not requests.is_ours(envelope.type):
            reason = _("同一事项前面的报文还没办完")
            # Freed by the one before it; the date is for a crash between the two.
            retry_at = at + attempts.LOOK_AGAIN
            return attempts.wait(row_id, envelope, "behind", reason, retry_at=retry_at)
        ask = attempts.Ask(messages=not has_waiting, papers=True)
        outcome = attempt(row_id, envelope, count=1, ask=ask, at=at)
    if has_waiting and outcome is not Outcome.WAITING:
        try_waiting(envelope.subject, at=at)
    return outcome


def receive_plainly(envelopes: Sequence[Envelope], *, at: datetime) -> bool:
    """Handle several messages in one transaction when there is nothing to object to in any.

    The order within a subject is kept. False means that nothing was written, and that each has to
    be taken in by itself (`receive`). Raises OperationalError as that does.
    """
    # All in the order of their subjects, so that two who hold several locks never wait in a ring.
    in_order = sorted(envelopes, key=lambda one: one.subject)
    try:
        with transaction.atomic():
            handled = _handled_plainly(in_order, at)
            for sender in {envelope.sender for envelope in handled}:
                its = [envelope for envelope in handled if envelope.sender == sender]
                words = [receipts.word_on(envelope, receipts.HANDLED) for envelope in its]
                receipts.owe_words(sender, its[0].subject, words, at=at)
    except (attempts.NotPlain, Fault):
        return False
    return True


def _handled_plainly(envelopes: Sequence[Envelope], at: datetime) -> list[Envelope]:
    """Those that owe their senders a word; raises NotPlain for anything unusual."""
    fresh = _take_in_all([one for one in envelopes if one.type != receipts.TYPE], at)
    handled = []
    for envelope in envelopes:
        name = (envelope.sender, envelope.id)
        if envelope.type == receipts.TYPE:
            receipts.note(envelope)
        elif name in fresh:
            # The same once more, in the same batch, is a duplicate.
            fresh.remove(name)
            attempts.handle(envelope)
            handled.append(envelope)
        else:
            _tell_again(envelope, at)
    return handled


def park(raw: bytes, fault: Fault, *, published_by: str, at: datetime) -> None:
    """Keep a message that could not be opened, with the reason; the same bytes twice are one row.

    Its own claims are not believed: it is filed under the node that the broker saw publish it
    and under a name made of its bytes, so it cannot take the place of a genuine message.
    """
    message_id = uuid5(NAMESPACE_URL, canonical.digest(raw))
    row = Received(
        sender=published_by[:8],
        message_id=message_id,
        state=Received.State.PARKED,
        is_verified=False,
        code=fault.code,
        reason=fault.message[:500],
        envelope=sealing.seal(raw, context=message_id.bytes),
        received_at=at,
    )
    Received.objects.bulk_create([row], ignore_conflicts=True)


def try_waiting(subject: str, *, at: datetime) -> int:
    """Try what waits for this subject again, in order; gives how many were handled.

    Goes round until a round changes nothing, since each message handled may free others.
    """
    handled = 0
    while True:
        outcomes = _one_round(subject, at)
        handled += outcomes.count(Outcome.HANDLED)
        if not {Outcome.HANDLED, Outcome.PARKED} & set(outcomes):
            return handled


def due_subjects(*, at: datetime, limit: int = 100) -> list[str]:
    """Subjects with a message whose next try is due."""
    due = Received.objects.filter(state=Received.State.WAITING, retry_at__lte=at)
    return list(due.order_by("subject").values_list("subject", flat=True).distinct()[:limit])


def try_parked(row: Received, *, at: datetime) -> Outcome:
    """Try a parked message again, as an operator asked; the caller has locked the row.

    One that could not be opened is opened anew with what the directory knows now; if it then
    turns out to be a message we have, it is dropped as a duplicate.
    """
    try:
        envelope = _opened(row)
    except Fault as fault:
        row.code, row.reason, row.attempts = fault.code, fault.message[:500], row.attempts + 1
        row.save(update_fields=["code", "reason", "attempts"])
        return Outcome.PARKED
    _lock(envelope.subject)
    if not row.is_verified and not _is_new(row, envelope):
        return Outcome.DUPLICATE
    ask = attempts.Ask(messages=True, papers=True)
    return attempts.attempt(row.pk, envelope, count=row.attempts + 1, ask=ask, at=at)


def _one_round(subject: str, at: datetime) -> list[Outcome]:
    """Try each waiting message of a subject once; none overtakes another of its kind and sender."""
    waiting = Received.objects.filter(subject=subject, state=Received.State.WAITING)
    outcomes: list[Outcome] = []
    stuck: set[tuple[str, str]] = set()
    for row in list(waiting.order_by("sequence", "id")):
        if (row.type, row.sender) in stuck:
            continue
        outcome = _try_one(row.pk, subject, at) if _may_try(row, at) else Outcome.WAITING
        if outcome is Outcome.WAITING:
            stuck.add((row.type, row.sender))
        outcomes.append(outcome)
    return outcomes


def _may_try(row: Received, at: datetime) -> bool:
    """What failed for a reason of ours has its own pace; everything else may go at once."""
    return row.code != "handler-failed" or row.retry_at is None or row.retry_at <= at


@transaction.atomic
def _try_one(row_id: int, subject: str, at: datetime) -> Outcome:
    """One more attempt at a waiting message; a duplicate when another worker just settled it."""
    _lock(subject)
    row = Received.objects.filter(pk=row_id, state=Received.State.WAITING).first()
    if row is None:
        return Outcome.DUPLICATE
    is_due = row.retry_at is None or row.retry_at <= at
    try:
        envelope = _opened(row)
    except Fault as fault:
        # The directory lost the key since; a person has to look.
        row.state, row.code, row.reason = Received.State.PARKED, fault.code, fault.message[:500]
        row.save(update_fields=["state", "code", "reason"])
        return Outcome.PARKED
    ask = attempts.Ask(messages=is_due, papers=is_due)
    return attempts.attempt(row_id, envelope, count=row.attempts + is_due, ask=ask, at=at)


def _opened(row: Received) -> Envelope:
    kept = sealing.unseal(bytes(row.envelope), context=row.message_id.bytes)
    if row.is_verified:
        return posting.reopened(kept)
    # A key counts as it did when the message came; one that was revoked since counts no more.
    return posting.opened(kept, published_by=row.sender, at=row.received_at)


def _is_new(row: Received, envelope: Envelope) -> bool:
    """Give a row the names of its opened message; dropped when that message is here already."""
    known = Received.objects.filter(sender=envelope.sender, message_id=envelope.id)
    if known.exclude(pk=row.pk).exists():
        row.state, row.reason = Received.State.DROPPED, _("这份报文此前已收到")
        row.save(update_fields=["state", "reason"])
        return False
    row.message_id, row.type, row.is_verified = envelope.id, envelope.type, True
    row.subject, row.sequence = envelope.subject, envelope.sequence
    row.envelope, row.fingerprint = attempts.kept(envelope), fingerprint(envelope)
    row.save()
    return True


def _lock(subject: str) -> None:
    """Hold a subject until the transaction ends: order per subject, and no waiting row unseen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 22))", [subject])


def fingerprint(envelope: Envelope) -> str:
    """A keyed hash of what a message says, the same however often it is encrypted anew."""
    said = [envelope.type, envelope.subject, envelope.sequence, envelope.data]
    listed = [paper.digest for paper in envelope.files]
    return sealing.match(canonical.dumps([*said, listed]).decode())


_TAKE_IN = "SELECT * FROM exchange_take_in(%s, %s, %s, %s, %s::int, %s, %s)"


def _take_in(envelope: Envelope, at: datetime) -> tuple[int, bool, bool] | None:
    """Lock the subject and write the trace of a message; None when it is there already.

    With the new row's id: whether anything of its subject waits, and whether something of its
    own sender waits that it must not overtake.
    """
    facts: list[Any] = [
        envelope.sender,
        envelope.id,
        envelope.type,
        envelope.subject,
        envelope.sequence,
        at,
        fingerprint(envelope),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_IN, facts)
        row: tuple[int, bool, bool] | None = cursor.fetchone()
    return row


_TAKE_IN_ALL = "SELECT * FROM exchange_take_in_all(%s, %s::jsonb, %s)"


def _take_in_all(envelopes: Sequence[Envelope], at: datetime) -> set[tuple[str, UUID]]:
    """Lock the subjects of messages, in this order, and write their traces; the names of the new.

    Raises NotPlain when anything waits for one of their subjects.
    """
    if not envelopes:
        return set()
    messages = [
        {
            "sender": one.sender,
            "message": str(one.id),
            "type": one.type,
            "subject": one.subject,
            "sequence": one.sequence,
            "fingerprint": fingerprint(one),
        }
        for one in envelopes
    ]
    subjects = list(dict.fromkeys(one.subject for one in envelopes))
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_IN_ALL, [subjects, json.dumps(messages), at])
        rows = cursor.fetchall()
    if any(has_waiting for _, _, has_waiting in rows):
        raise attempts.NotPlain
    return {(sender, message) for sender, message, _ in rows}


def _tell_again(envelope: Envelope, at: datetime) -> None:
    """Repeat the receipt of a message that came twice; one that still waits has none yet.

    Raises IdReused when the other one said something else.
    """
    row = Received.objects.filter(sender=envelope.sender, message_id=envelope.id).first()
    if row is not None and row.fingerprint not in ("", fingerprint(envelope)):
        raise IdReused(envelope.sender)
    if row is not None and row.state != Received.State.WAITING:
        receipts.owe(envelope, state=row.state, code=row.code, reason=row.reason, at=at)
