"""The directory of nodes on its way: the hub issues editions and tells them, each node adopts them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotAllowed
from tongban.exchange import outbox
from tongban.exchange.envelope import Envelope, Unreadable
from tongban.exchange.registry import Gap, handles, keeps, resends
from tongban.jurisdictions import adopting, directory, edition
from tongban.jurisdictions.directory import Entry
from tongban.jurisdictions.edition import HUB, EditionRefused
from tongban.jurisdictions.models import DirectoryEdition
from tongban.trust import keeping, store

log = structlog.get_logger(__name__)
TYPE = "directory.edition.v1"
SUBJECT = "directory"
# So many editions are told again at once; who misses more asks again from the next one on.
AT_ONCE = 50


class NotTheHub(NotAllowed):
    """Only the hub keeps the directory; the others adopt it."""

    code = "not-the-hub"

    def __init__(self) -> None:
        super().__init__(_("节点名录只在国家枢纽签发"))


class NotFromTheHub(NotAllowed):
    """An edition that another node sent: the signature would be good, the sender has no business."""

    code = "not-from-the-hub"

    def __init__(self, sender: str) -> None:
        super().__init__(_("节点名录由枢纽发出，这一份是节点%(node)s发来的") % {"node": sender})


@transaction.atomic
def issue(nodes: Sequence[Entry], *, at: datetime) -> DirectoryEdition:
    """Sign the next edition with this hub's key, adopt it here and owe it to every node.

    The same nodes as in the edition in force: that one, and nothing is issued. Refused: NotTheHub,
    DirectoryMalformed for what no node could adopt. Raises trust.store.StoreTrouble.
    """
    check_is_hub()
    row = adopting.held()
    before = edition.read(bytes(row.signed)) if row else None
    wanted = sorted(nodes, key=lambda one: one.code)
    if row and before and list(before.nodes) == wanted:
        return row
    signer = store.load(settings.NODE_KEY_FILE).signer()
    raw = edition.make(
        number=before.number + 1 if before else 1,
        issued_at=at,
        previous=before.digest if before else "",
        nodes=wanted,
        signer=signer,
    )
    [own] = directory.keys_of(HUB, {"public_key": signer.public_key})
    if before is not None and all(key.public != own.public for key in before.hub.signing_keys()):
        # Nobody would believe it: the edition before has to name the key first.
        raise EditionRefused("wrong-signer", key=signer.key_id)
    adopted = adopting.adopt(raw, at=at, how=adopting.How.ISSUED, own_key=own)
    tell(adopted.row, [node.code for node in wanted], at=at)
    return adopted.row


def check_is_hub() -> None:
    """Refused at every other node: NotTheHub."""
    if not settings.IS_HUB:
        raise NotTheHub


def tell(row: DirectoryEdition, recipients: Sequence[str], *, at: datetime) -> None:
    """Owe an edition to nodes; each message carries the whole of it."""
    data = {"edition": bytes(row.signed).decode()}
    outbox.tell(recipients, TYPE, SUBJECT, data, sequence=row.number, at=at)


def own_entry(*, name: str, base_url: str, contact: directory.Contact, at: datetime) -> Entry:
    """This hub as its directory lists it. Raises trust.store.StoreTrouble, DirectoryMalformed."""
    said = keeping.as_introduced(store.load(settings.NODE_KEY_FILE))
    return Entry(
        HUB, base_url.rstrip("/"), directory.keys_of(HUB, said), name=name, contact=contact,
        introduced_at=at,
    )  # fmt: skip


@handles(TYPE)
def take_edition(envelope: Envelope) -> None:
    """Adopt the edition in a message of the hub; what it needs of those before is asked for."""
    raw = raw_of(envelope)
    if envelope.sender != HUB:
        raise NotFromTheHub(envelope.sender)
    try:
        adopting.adopt(raw, at=datetime.now(UTC), how=adopting.How.MAIL)
    except EditionRefused as refusal:
        if refusal.why == "older" and _was_adopted(raw):
            return
        before = adopting.held()
        if refusal.why == "wrong-signer" and before and _is_far_ahead(raw, before):
            # The hub has changed its key in one of those that we have not seen.
            raise Gap(before.number + 1) from refusal
        raise


@resends(TYPE)
def resend_editions(*, subject: str, from_seq: int, recipient: str, at: datetime) -> None:
    """Tell editions again. What they say is for every node."""
    del subject
    rows = DirectoryEdition.objects.filter(number__gte=from_seq).order_by("pk")
    for row in rows[:AT_ONCE]:
        tell(row, [recipient], at=at)


def raw_of(envelope: Envelope) -> bytes:
    """The bytes of the edition in a message."""
    match envelope.data:
        case {"edition": str(text)}:
            return text.encode()
    raise Unreadable("edition")


@keeps(EditionRefused)
def keep_refusal(refusal: EditionRefused, envelope: Envelope, /, *, at: datetime) -> None:
    """Write down what came by the mailbox and was not adopted."""
    adopting.note_refusal(refusal, raw_of(envelope), at=at, how=adopting.How.MAIL)


def _was_adopted(raw: bytes) -> bool:
    """Whether an older edition is no fault: told again, and adopted here before."""
    one = edition.read(raw)
    return DirectoryEdition.objects.filter(digest=one.digest).exists()


def _is_far_ahead(raw: bytes, before: DirectoryEdition) -> bool:
    return edition.read(raw).number > before.number + 1
