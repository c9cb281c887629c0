"""A message that says nothing: whether the way to another node is open, and how long it takes.

It goes the way of every other message (outbox, relay, mailbox, inbox, receipt), signed and
encrypted, so a receipt that comes back says that all of it works at both ends.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound
from tongban.exchange import outbox, registry
from tongban.exchange.envelope import Envelope
from tongban.exchange.models import Outgoing
from tongban.jurisdictions import queries as jurisdictions

PING = "exchange.ping.v1"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one ping; `error` is the word of our relay or of the other node."""

    recipient: str
    created_at: datetime
    sent_at: datetime | None
    # The other node's own moment, as its signed receipt has it.
    delivered_at: datetime | None
    error: str


@registry.handles(PING)
def take(envelope: Envelope) -> None:
    """Nothing happens; that it came is what the receipt says."""


@transaction.atomic
def send(recipients: Sequence[str], *, at: datetime) -> list[UUID]:
    """Owe each of these nodes one ping; a node that is named twice gets two.

    Refused, and nothing sent: NotFound for this node itself and for one that has not joined.
    """
    joined = {node.code for node in jurisdictions.nodes() if node.is_connected}
    for code in recipients:
        if code not in joined or code == settings.NODE_ID:
            raise NotFound(_("没有可以发往的节点%(code)s") % {"code": code}, node=code)
    return [
        message
        for code in recipients
        for message in outbox.tell([code], PING, f"ping-{secrets.token_hex(8)}", {}, at=at)
    ]


def are_confirmed(messages: Sequence[UUID]) -> bool:
    """Whether there is a receipt for each of these pings; a look that costs little."""
    return not Outgoing.objects.filter(message_id__in=messages, delivered_at=None).exists()


def fates(messages: Sequence[UUID]) -> list[Fate]:
    """What became of these pings so far, in the order they were sent."""
    rows = Outgoing.objects.filter(message_id__in=messages).order_by("id")
    facts = rows.values_list(
        "recipient", "created_at", "sent_at", "delivered_at", "parked_reason", "last_error"
    )
    return [
        Fate(to, made, sent, there, why or error) for to, made, sent, there, why, error in facts
    ]
