"""Receipts: the other node says over its signature what became of a message we sent.

A receipt is itself never receipted. If one is lost, the message it speaks of is sent again some
day, found to be a duplicate there, and told of again.
"""

from datetime import datetime
from uuid import UUID

from django.db import connection

from tongban.exchange import outbox
from tongban.exchange.envelope import Envelope, Unreadable

TYPE = "exchange.receipt.v1"

HANDLED = "handled"
PARKED = "parked"
DROPPED = "dropped"


def owe(envelope: Envelope, *, state: str, at: datetime, code: str = "", reason: str = "") -> None:
    """Owe the sender of a message the word on it, within the caller's transaction."""
    owe_word(
        envelope.sender,
        envelope.subject,
        message=envelope.id,
        state=state,
        code=code,
        reason=reason,
        at=at,
    )


def owe_word(
    sender: str, subject: str, *, message: UUID, state: str, code: str, reason: str, at: datetime
) -> None:
    """Owe a node the word on one of its messages, when only the traces of it are at hand."""
    word = {"message": str(message), "state": state, "code": code, "reason": reason}
    outbox.tell([sender], TYPE, subject, word, at=at)


# Only the node a message went to can speak of it; a later "parked" never undoes "handled".
_NOTE_HANDLED = """
UPDATE exchange_outgoing
SET delivered_at = %(at)s, envelope = '', sent_at = COALESCE(sent_at, %(at)s),
    parked_at = NULL, parked_code = '', parked_reason = '', last_error = ''
WHERE message_id = %(message)s AND recipient = %(sender)s AND delivered_at IS NULL
"""
_NOTE_PARKED = """
UPDATE exchange_outgoing
SET parked_at = %(at)s, parked_code = %(code)s, parked_reason = %(reason)s
WHERE message_id = %(message)s AND recipient = %(sender)s AND delivered_at IS NULL
"""


def named(text: str) -> UUID:
    """The message that another message names; raises Unreadable."""
    try:
        return UUID(text)
    except ValueError as wrong:
        raise Unreadable("message") from wrong


def note(envelope: Envelope) -> None:
    """Write down a receipt that came; the second time changes nothing."""
    match envelope.data:
        case {
            "message": str(message),
            "state": "handled" | "parked" | "dropped" as state,
            "code": str(code),
            "reason": str(reason),
        }:
            facts = {
                "message": named(message),
                "sender": envelope.sender,
                "at": envelope.at,
                "code": code[:60] or state,
                "reason": reason[:500],
            }
        case _:
            raise Unreadable("receipt")
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_HANDLED if state == HANDLED else _NOTE_PARKED, facts)
