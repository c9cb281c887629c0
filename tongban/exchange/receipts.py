"""Receipts: the other node says over its signature what became of a message we sent.

A receipt is itself never receipted. If one is lost, the message it speaks of is sent again some
day, found to be a duplicate there, and told of again.

Where a message brought events of a chain, the receipt holds a statement besides (record.statements):
signed on its own, kept by both nodes, and shown to whoever is given the evidence of that chain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from tongban.basics import canonical
from tongban.exchange import outbox
from tongban.exchange.envelope import Envelope, Unreadable
from tongban.jurisdictions import queries as jurisdictions
from tongban.record import statements
from tongban.trust import signing

TYPE = "exchange.receipt.v1"

HANDLED = "handled"
PARKED = "parked"
DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Word:
    """What became of one message."""

    message: UUID
    state: str
    code: str = ""
    reason: str = ""
    # The receipt that can be shown to others, where the message brought events of a chain.
    shown: bytes = b""


def word_on(envelope: Envelope, state: str, *, code: str = "", reason: str = "") -> Word:
    """What became of a message that came."""
    shown = _shown(envelope, state) if state == HANDLED else b""
    return Word(envelope.id, state, code, reason, shown)


def _shown(envelope: Envelope, state: str) -> bytes:
    """The receipt for the last event in a message; empty for messages that bring none."""
    match envelope.data:
        case {"events": [*_, {"body": str(body)}]} if envelope.sequence:
            return statements.word(
                by=settings.NODE_ID,
                to=envelope.sender,
                message=str(envelope.id),
                type=envelope.type,
                chain=envelope.subject,
                seq=envelope.sequence,
                head=canonical.digest(body.encode()),
                state=state,
            )
    return b""


def owe(envelope: Envelope, *, state: str, at: datetime, code: str = "", reason: str = "") -> None:
    """Owe the sender of a message the word on it, within the caller's transaction."""
    word = word_on(envelope, state, code=code, reason=reason)
    owe_words(envelope.sender, envelope.subject, [word], at=at)


def owe_words(sender: str, subject: str, words: Sequence[Word], *, at: datetime) -> None:
    """Owe a node the words on several of its messages in one receipt."""
    said = [
        {"message": str(w.message), "state": w.state, "code": w.code, "reason": w.reason}
        for w in words
    ]
    answers = words[0].message if len(words) == 1 else None
    data: dict[str, Any] = {"words": said}
    if shown := [word.shown for word in words if word.shown]:
        signer = signing.load_signer(settings.NODE_KEY_FILE)
        statement = statements.make(shown, by=settings.NODE_ID, to=sender, at=at, signer=signer)
        statements.keep(statement)
        data["statement"] = statement.packed()
    outbox.tell([sender], TYPE, subject, data, at=at, answers=answers)


# Only the node a message went to can speak of it; a later "parked" never undoes "handled". `num_nulls`
# keeps the database from the index of what is undelivered: before it has counted the table it takes that
# for short, and would look through all of it for each receipt instead of for the messages by their names.
_NOTE_HANDLED = """
UPDATE exchange_outgoing
SET delivered_at = %(at)s, envelope = '', sent_at = COALESCE(sent_at, %(at)s),
    parked_at = NULL, parked_code = '', parked_reason = '', last_error = ''
WHERE message_id = ANY(%(messages)s) AND recipient = %(sender)s AND num_nulls(delivered_at) = 1
"""
_NOTE_PARKED = """
UPDATE exchange_outgoing
SET parked_at = %(at)s, parked_code = %(code)s, parked_reason = %(reason)s
WHERE message_id = %(message)s AND recipient = %(sender)s AND num_nulls(delivered_at) = 1
"""


def note(envelope: Envelope) -> None:
    """Write down a receipt that came; the second time changes nothing. Raises Unreadable."""
    words = _words(envelope)
    _keep_statement(envelope)
    handled = [word.message for word in words if word.state == HANDLED]
    with connection.cursor() as cursor:
        if handled:
            facts: dict[str, Any] = {
                "messages": handled,
                "sender": envelope.sender,
                "at": envelope.at,
            }
            cursor.execute(_NOTE_HANDLED, facts)
        for word in words:
            if word.state != HANDLED:
                facts = {
                    "message": word.message,
                    "sender": envelope.sender,
                    "at": envelope.at,
                    "code": word.code[:60] or word.state,
                    "reason": word.reason[:500],
                }
                cursor.execute(_NOTE_PARKED, facts)


def _keep_statement(envelope: Envelope) -> None:
    """Keep what the other node signed about chains; a statement that is not right is not believed."""
    if "statement" not in envelope.data:
        return
    try:
        found = statements.unpack(
            envelope.data["statement"],
            by=envelope.sender,
            to=settings.NODE_ID,
            key_of=jurisdictions.public_key,
        )
    except statements.NotASaying as wrong:
        raise Unreadable("statement") from wrong
    statements.keep(found)


def named(text: str) -> UUID:
    """The message that another message names; raises Unreadable."""
    try:
        return UUID(text)
    except ValueError as wrong:
        raise Unreadable("message") from wrong


def _words(envelope: Envelope) -> list[Word]:
    match envelope.data:
        case {"words": list(said)}:
            return [_word(one) for one in said]
    raise Unreadable("receipt")


def _word(said: object) -> Word:
    match said:
        case {
            "message": str(message),
            "state": "handled" | "parked" | "dropped" as state,
            "code": str(code),
            "reason": str(reason),
        }:
            return Word(named(message), state, code, reason)
    raise Unreadable("receipt")
