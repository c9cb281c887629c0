"""Lists that an officer keeps under names of her own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import Refused
from tongban.basics.selecting import Selection
from tongban.cases.states import Party
from tongban.desk.models import SavedQueue
from tongban.parties.models import Officer

_SAVED = Selection(
    lambda p: SavedQueue.objects.filter(officer=p("officer"), side=p("side")).order_by(
        "saved_at", "pk"
    )
)
MOST = 12
LONGEST = 20


class NotSaved(Refused):
    """A list without a name, with one that is too long, or one too many."""

    code = "queue-not-saved"
    status = 422


@dataclass(frozen=True)
class Saved:
    """One of them, as a page links to it."""

    id: int
    name: str
    query: str


def of(officer: Officer, side: Party) -> list[Saved]:
    """An officer's saved lists of one side, the oldest first."""
    rows = _SAVED.all(officer=officer.pk, side=side.value)
    return [Saved(row.pk, row.name, urlencode({"side": side.value} | row.filters)) for row in rows]


@transaction.atomic
def keep(
    *, officer: Officer, side: Party, name: str, filters: Mapping[str, str], at: datetime
) -> SavedQueue:
    """Save a list under a name; the same name again takes the place of the first.

    Refused: NotSaved without a name, with more than 20 characters, or beyond 12 lists.
    """
    words = " ".join(name.split())
    if not words:
        raise NotSaved(_("给这个列表起一个名字，例如“福建的，今天到期”"))
    if len(words) > LONGEST:
        raise NotSaved(_("名字最多%(count)s个字") % {"count": LONGEST})
    # Counted under a lock, so that two tabs do not save the thirteenth.
    Officer.objects.select_for_update(of=("self",)).get(pk=officer.pk)
    others = SavedQueue.objects.filter(officer=officer, side=side).exclude(name=words)
    if others.count() >= MOST:
        raise NotSaved(_("最多存%(count)s个列表，先去掉一个") % {"count": MOST})
    row, _is_new = SavedQueue.objects.update_or_create(
        officer=officer,
        side=side,
        name=words,
        defaults={"filters": dict(filters), "saved_at": at},
    )
    return row


def drop(*, officer: Officer, saved_id: int) -> None:
    """Take one of one's own saved lists away; somebody else's, or a second time, changes nothing."""
    SavedQueue.objects.filter(officer=officer, pk=saved_id).delete()
