"""What this node does with messages about the catalogue from other nodes."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from tongban.catalogue import messages
from tongban.catalogue.models import Publication
from tongban.catalogue.operations import copying, opening, publishing, renewing, retiring, taking
from tongban.catalogue.operations.taking import PublicationRefused
from tongban.exchange import inbox, outbox
from tongban.exchange.envelope import Envelope, Unreadable

# Imported for what they take: roll-outs, renewals of the lists, and rows that end.
__all__ = ["opening", "renewing", "retiring"]

# So many steps are told again at once; who misses more asks again from the next one on.
AT_ONCE = 200


@inbox.handles(messages.PUBLICATION)
def take_publication(envelope: Envelope) -> None:
    """Take a publisher's next step; one that comes too early waits, and what lacks is asked for."""
    try:
        one = messages.unpacked(envelope.data)
    except messages.PublicationUnreadable as wrong:
        raise Unreadable("publication") from wrong
    if envelope.subject != messages.subject(one.publisher):
        raise PublicationRefused(_("公布的节点和信封上写的不一致"))
    try:
        taking.take(one, sender=envelope.sender, at=datetime.now(UTC))
    except taking.MissingBefore as missing:
        raise inbox.Gap(missing.number) from missing


@outbox.resends(messages.PUBLICATION)
def resend_publications(*, subject: str, from_seq: int, recipient: str, at: datetime) -> None:
    """Tell a publisher's steps again. What is published is everybody's: any node may have them."""
    rows = Publication.objects.filter(
        publisher=messages.publisher_of(subject), number__gte=from_seq
    ).order_by("number")
    for row in rows[:AT_ONCE]:
        publishing.tell(row, [recipient], at=at)


@inbox.handles(messages.ASK)
def answer_copy(envelope: Envelope) -> None:
    """At the hub: tell a node what its copy lacks and how far everybody is; ask for what we lack."""
    copying.answer(_heads(envelope), node=envelope.sender, at=datetime.now(UTC))


@inbox.handles(messages.SAY)
def note_copy(envelope: Envelope) -> None:
    """At a node: what the hub says of how far every publisher has come."""
    copying.note(_heads(envelope), sender=envelope.sender, as_of=envelope.at)


def _heads(envelope: Envelope) -> dict[str, int]:
    try:
        return dict(messages.heads(envelope.data))
    except messages.PublicationUnreadable as wrong:
        raise Unreadable("heads") from wrong
