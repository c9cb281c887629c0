"""Back-pressure: a node whose mailbox takes nothing is left alone for a while, and nobody else is.

A mailbox that is full refuses new mail (discard: new), so nothing in it is ever pushed out; what is
owed stays in the outbox. Trying every message of that node again and again would cost the others
their turn, so its first refusal pauses the node as a whole (exchange_pause). When the pause is over,
one message is tried: if it goes, all go, in their order.

A node that the directory has suspended, or that has left, is not tried at all. That is asked of the
directory's table at each look, so the edition that brings a node back sets free what waited for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import nats.errors
import nats.js.errors
from django.utils.translation import gettext as _
from psycopg import AsyncConnection

from tongban.exchange import editions, posting
from tongban.jurisdictions.models import Node
from tongban.worker.broker import BrokerAway

FULL, NO_MAILBOX, NO_ANSWER = "mailbox-full", "no-mailbox", "no-answer"
# The other node's key, and ours: without either nothing leaves for that node.
NO_KEY, OWN_KEY = "no-key", "own-key"
# JetStream's own numbers for a stream that holds as many bytes or messages as it may.
_FULL = {10077, 10074}

_OUT = ", ".join(f"'{state}'" for state in (Node.State.SUSPENDED, Node.State.LEFT))
_ALWAYS = ", ".join(f"'{kind}'" for kind in sorted(posting.ALWAYS))
# What may go to a node of `open`; `one` is the message.
MAY_GO = f"(NOT open.is_out OR one.type IN ({_ALWAYS}))"
# The nodes that something is owed to, found with one look into the index for each, and of them those
# that are not paused; `is_probe` for one whose pause is just over. One that `is_out` is among them
# only while it is owed what goes there all the same.
OPEN = f"""
  peers AS (
    (SELECT recipient FROM exchange_outgoing WHERE sent_at IS NULL ORDER BY recipient LIMIT 1)
    UNION ALL
    SELECT (SELECT further.recipient FROM exchange_outgoing AS further
            WHERE further.sent_at IS NULL AND further.recipient > peers.recipient
            ORDER BY further.recipient LIMIT 1)
    FROM peers WHERE peers.recipient IS NOT NULL),
  open AS (
    SELECT peers.recipient, pause.recipient IS NOT NULL AS is_probe, node.code IS NOT NULL AS is_out
    FROM peers
    LEFT JOIN exchange_pause AS pause ON pause.recipient = peers.recipient
    LEFT JOIN jurisdictions_node AS node ON node.code = peers.recipient AND node.state IN ({_OUT})
    WHERE peers.recipient IS NOT NULL
      AND (pause.until IS NULL OR pause.until <= clock_timestamp())
      AND (node.code IS NULL OR EXISTS (
        SELECT FROM exchange_outgoing AS one
        WHERE one.recipient = peers.recipient AND one.subject = '{editions.SUBJECT}'
          AND one.type IN ({_ALWAYS}) AND one.sent_at IS NULL
          AND (one.retry_at IS NULL OR one.retry_at <= now()))))"""  # noqa: S608 - our own constants

# Twice as long each time, half a minute at most; a try costs one message and one answer.
_PAUSE = """
INSERT INTO exchange_pause AS known (recipient, code, reason, since, until, tries)
VALUES (%(recipient)s, %(code)s, %(reason)s, clock_timestamp(),
  clock_timestamp() + interval '0.5 s', 1)
ON CONFLICT (recipient) DO UPDATE SET code = excluded.code, reason = excluded.reason,
  tries = known.tries + 1,
  until = clock_timestamp()
    + least(interval '30 s', interval '0.5 s' * power(2, least(known.tries, 10)))
"""
_RESUME = "DELETE FROM exchange_pause WHERE recipient = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the broker did not take something, in words; with a code when it is about the node."""

    words: str
    code: str = ""


def refusal(error: Exception) -> Refusal:
    """What an operator reads about a failure to send, and whether all for that node would fail."""
    name = type(error).__name__
    if isinstance(error, BrokerAway | nats.errors.ConnectionClosedError):
        return Refusal(_("连不上消息服务器"))
    if isinstance(error, nats.js.errors.NoStreamResponseError):
        return Refusal(_("消息服务器上没有对方的信箱（%(error)s）") % {"error": name}, NO_MAILBOX)
    if isinstance(error, nats.js.errors.APIError) and error.err_code in _FULL:
        return Refusal(_("对方的信箱满了，要等对方收取"), FULL)
    detail = str(error).removeprefix("nats: ")
    words = _("没有发出去（%(error)s）") % {"error": f"{name}: {detail}" if detail else name}
    return Refusal(words, NO_ANSWER if isinstance(error, TimeoutError) else "")


async def pause(link: AsyncConnection[Any], refused: dict[str, Refusal]) -> None:
    """Leave nodes alone for a while, each for the reason it gave; longer each time in a row."""
    # In one order, so that two relays never wait for each other in a ring.
    for recipient in sorted(refused):
        why = refused[recipient]
        facts = {"recipient": recipient, "code": why.code, "reason": why.words[:500]}
        await link.execute(_PAUSE, facts)


async def resume(link: AsyncConnection[Any], recipients: Iterable[str]) -> None:
    """Nodes whose mailboxes take mail again."""
    await link.execute(_RESUME, [sorted(recipients)])
