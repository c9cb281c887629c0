"""Keeping a node's copy of the catalogue whole, and knowing how old it is."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from tongban.catalogue import messages
from tongban.catalogue.models import Publication, Told
from tongban.catalogue.operations import publishing
from tongban.catalogue.operations.taking import PublicationRefused
from tongban.exchange import outbox, requests
from tongban.jurisdictions import queries as jurisdictions

# So many steps of one publisher are told at once to a node that lacks them.
AT_ONCE = 200


def heads() -> dict[str, int]:
    """How far this node's copy of each publisher goes."""
    rows = Publication.objects.values_list("publisher").annotate(Max("number"))
    return dict(rows.order_by("publisher"))


@transaction.atomic
def ask(*, at: datetime) -> bool:
    """Ask the hub whether this node's copy is whole; False where there is nobody to ask.

    Asked now and then by the worker: a node that joins late, or that nobody writes to, would not
    notice otherwise that it misses something.
    """
    hub = next(node for node in jurisdictions.nodes() if node.is_hub)
    if settings.IS_HUB or not hub.is_connected:
        return False
    outbox.tell([hub.code], messages.ASK, messages.COPY, {"heads": heads()}, at=at)
    return True


def answer(theirs: Mapping[str, int], *, node: str, at: datetime) -> None:
    """At the hub: tell a node the steps it lacks, then how far everybody is.

    Where the node's own chain goes further than ours, it is asked for the rest. Within the caller's
    transaction. Refused elsewhere than at the hub: PublicationRefused.
    """
    if not settings.IS_HUB:
        raise PublicationRefused(_("只有国家枢纽回答目录的进度"))
    ours = heads()
    for publisher in ours:
        if publisher != node:
            for row in missing(publisher, theirs.get(publisher, 0))[:AT_ONCE]:
                publishing.tell(row, [node], at=at)
    known = ours.get(node, 0)
    if theirs.get(node, 0) > known:
        word = {"type": messages.PUBLICATION, "from": known + 1}
        outbox.tell([node], requests.RESEND, messages.subject(node), word, at=at)
    outbox.tell([node], messages.SAY, messages.COPY, {"heads": ours}, at=at)


def missing(publisher: str, above: int) -> QuerySet[Publication]:
    """The steps of a publisher above a number, in order."""
    return Publication.objects.filter(publisher=publisher, number__gt=above).order_by("number")


def note(said: Mapping[str, int], *, sender: str, as_of: datetime) -> None:
    """Keep what the hub says of how far every publisher has come; older words change nothing.

    Refused from anybody but the hub: PublicationRefused.
    """
    if not jurisdictions.node(sender).is_hub:
        raise PublicationRefused(_("目录的进度只听国家枢纽的"))
    for publisher, number in {sender: 0, **said}.items():
        row, _is_new = Told.objects.get_or_create(
            publisher=publisher, defaults={"number": number, "as_of": as_of}
        )
        if row.as_of < as_of:
            row.number, row.as_of = number, as_of
            row.save()
