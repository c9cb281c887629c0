"""Printing what an office gave: the register of its documents, and many of them as one PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q

from tongban.basics.refusals import NotFound, Refused
from tongban.cases.documents import shelf
from tongban.cases.documents.models import IssuedDocument
from tongban.cases.inspection import pdf
from tongban.cases.permissions import office_of
from tongban.parties.models import Officer
from tongban.record import papers

PAGE = 50
# A hundred pages or so, which a window's printer takes at once.
MOST_AT_ONCE = 100


class NothingChosen(Refused):
    """There is nothing to print."""

    code = "nothing-chosen"
    status = 422

    def __init__(self) -> None:
        super().__init__("没有选中的文书。先在左边勾选，再打印")


class TooManyChosen(Refused):
    """More than a printer takes at once."""

    code = "too-many-chosen"
    status = 422

    def __init__(self) -> None:
        super().__init__(f"一次最多打印{MOST_AT_ONCE}份。请分几次打印")


@dataclass(frozen=True)
class Page:
    """A page of an office's register, latest first; `after` leads to the next one."""

    rows: list[IssuedDocument]
    after: str


def register(officer: Officer, *, unprinted: bool = False, after: str = "") -> Page:
    """The documents that the officer's office gave, in pages that stay put while new ones come."""
    rows = IssuedDocument.objects.filter(authority=office_of(officer).code)
    if unprinted:
        rows = rows.filter(printed_at=None)
    if behind := _behind(after):
        rows = rows.filter(behind)
    found = list(rows.order_by("-at", "-id").defer("facts")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(found[:PAGE], f"{last.at.timestamp():.6f}~{last.pk}" if last else "")


def _behind(after: str) -> Q | None:
    moment, _, row = after.partition("~")
    try:
        at = datetime.fromtimestamp(float(moment), tz=UTC)
        return Q(at__lt=at) | Q(at=at, pk__lt=int(row))
    except (ValueError, OverflowError, OSError):
        return None


@transaction.atomic
def print_together(*, officer: Officer, ids: Sequence[int], at: datetime) -> bytes:
    """Documents of the officer's own office as one PDF, in the order of the register.

    Each is noted as printed. Refused: none chosen, more than MOST_AT_ONCE, another office's.
    """
    wanted = set(ids)
    if not wanted:
        raise NothingChosen
    if len(wanted) > MOST_AT_ONCE:
        raise TooManyChosen
    mine = IssuedDocument.objects.select_for_update().filter(authority=office_of(officer).code)
    rows = list(mine.filter(pk__in=wanted).order_by("-at", "-id"))
    if len(rows) != len(wanted):
        raise NotFound("有的文书不是本单位发的，没有打印。请回到列表重新勾选")
    contents = []
    for row in rows:
        with papers.open(shelf.kept(row)) as paper:
            contents.append(paper.read())
    mine.filter(pk__in=wanted).update(printed_at=at)
    return pdf.bound(contents)
