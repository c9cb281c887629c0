"""What nodes ask of each other's exchange itself: messages again, papers again."""

from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext as _

from tongban.basics.refusals import Refused
from tongban.exchange import outbox, receipts, registry
from tongban.exchange.envelope import Envelope, Paper, UnknownType, Unreadable
from tongban.exchange.models import FileSent, Outgoing

RESEND = "exchange.resend.v1"
PAPERS_AGAIN = "exchange.papers_again.v1"
PAPERS = "exchange.papers.v1"


class NothingSent(Refused):
    """Asked for papers of a message that this node never sent to the one who asks."""

    code = "nothing-sent"


def is_ours(kind: str) -> bool:
    """Whether a type belongs to the exchange itself; such messages wait behind no other."""
    return kind.startswith("exchange.")


def ask_for_messages(envelope: Envelope, gap: registry.Gap, *, at: datetime) -> None:
    """Ask the sender of a message for those that have to come before it."""
    word = {"type": gap.kind or envelope.type, "from": gap.next_seq}
    outbox.tell([envelope.sender], RESEND, envelope.subject, word, at=at, answers=envelope.id)


def ask_for_papers(envelope: Envelope, *, at: datetime) -> None:
    """Ask the sender of a message for its papers once more."""
    word = {"message": str(envelope.id)}
    outbox.tell([envelope.sender], PAPERS_AGAIN, envelope.subject, word, at=at, answers=envelope.id)


@registry.handles(RESEND)
def resend(envelope: Envelope) -> None:
    """Tell messages of a subject again; the domain they belong to sees who may have them."""
    match envelope.data:
        case {"type": str(kind), "from": int(from_seq)} if from_seq > 0:
            resender = registry.resender(kind)
        case _:
            raise Unreadable("resend")
    if resender is None:
        raise UnknownType(kind)
    resender(subject=envelope.subject, from_seq=from_seq, recipient=envelope.sender, at=now())


@registry.handles(PAPERS_AGAIN)
def send_papers_again(envelope: Envelope) -> None:
    """Upload the papers of a message anew, only if that message went to the one who asks."""
    match envelope.data:
        case {"message": str(message)}:
            sent = Outgoing.objects.filter(
                message_id=receipts.named(message), recipient=envelope.sender
            ).first()
        case _:
            raise Unreadable("papers_again")
    if sent is None:
        raise NothingSent(_("本节点没有给对方发过这份报文"))
    papers = [Paper(f["digest"], f["size"], f["mediatype"]) for f in sent.files]
    digests = [paper.digest for paper in papers]
    FileSent.objects.filter(recipient=envelope.sender, digest__in=digests).delete()
    outbox.tell(
        [envelope.sender], PAPERS, envelope.subject, {}, at=now(), files=papers,
        answers=envelope.id,
    )  # fmt: skip


@registry.handles(PAPERS)
def take_papers(envelope: Envelope) -> None:
    """Nothing to do: the papers came beside it, and the inbox now tries again what waits."""
