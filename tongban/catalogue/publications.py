"""Reading what was published: this node's steps and its copy of everybody else's, and how old it is."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Max

from tongban.catalogue import messages
from tongban.catalogue.models import Publication, Told
from tongban.jurisdictions import queries as jurisdictions
from tongban.trust import signing


@dataclass(frozen=True)
class Copy:
    """This node's copy of one publisher's steps.

    `told` is how far the publisher had come when the hub last said so, at `as_of`; both are empty
    for what nobody has said anything about. `taken_at` is when our last step came.
    """

    publisher: str
    name: str
    number: int
    taken_at: datetime | None
    told: int | None
    as_of: datetime | None

    @property
    def is_behind(self) -> bool:
        """Whether we know that steps are missing here."""
        return self.told is not None and self.number < self.told


@dataclass(frozen=True)
class CopyAge:
    """How old the whole copy is: when the hub last said how far everybody is, and what we lack."""

    as_of: datetime | None
    missing: int


def copies() -> list[Copy]:
    """One for every publisher that has published, or that the hub has told of; the hub first."""
    told = {row.publisher: row for row in Told.objects.all()}
    rows = {
        publisher: (number, taken_at)
        for publisher, number, taken_at in Publication.objects.values_list("publisher")
        .annotate(Max("number"), Max("taken_at"))
        .order_by("publisher")
    }
    found = []
    for publisher in sorted({*told, *rows}):
        number, taken_at = rows.get(publisher, (0, None))
        said = told.get(publisher)
        found.append(
            Copy(
                publisher,
                jurisdictions.node(publisher).name,
                number,
                taken_at,
                said.number if said else None,
                said.as_of if said else None,
            )
        )
    return found


def copy_age() -> CopyAge:
    """How old this node's copy of the catalogue is; at the hub, and before its first word, unknown.

    The shipped catalogue is the same everywhere; this is about what was published since.
    """
    hub = next(node.code for node in jurisdictions.nodes() if node.is_hub)
    word = Told.objects.filter(publisher=hub).values_list("as_of", flat=True).first()
    others = [copy for copy in copies() if copy.publisher != settings.NODE_ID]
    missing = sum(copy.told - copy.number for copy in others if copy.told and copy.is_behind)
    return CopyAge(word, missing)


def publications(publisher: str = "", *, above: int = 0, limit: int = 100) -> list[Publication]:
    """Steps in their order: of one publisher above a number, or the last ones of all."""
    if publisher:
        rows = Publication.objects.filter(publisher=publisher, number__gt=above)
        return list(rows.order_by("number")[:limit])
    return list(Publication.objects.order_by("-taken_at", "-number")[:limit])


def faults(publisher: str) -> list[int]:
    """The numbers of a publisher's kept steps that are not what it signed, or out of their chain."""
    wrong = []
    before = ""
    for place, row in enumerate(
        Publication.objects.filter(publisher=publisher).order_by("number").iterator(), start=1
    ):
        one = messages.signed_of(row)
        key = jurisdictions.public_key(publisher, row.key_id)
        follows = row.number == place and row.previous == before and row.digest == one.digest
        if not follows or key is None or not signing.verify(key, one.payload(), row.signature):
            wrong.append(row.number)
        before = row.digest
    return wrong
