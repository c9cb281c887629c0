"""The documents of a case as they are handed out: set once, then the same bytes for ever."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tongban.basics.refusals import NotFound
from tongban.basics.selecting import Selection
from tongban.cases.documents import issuing, kinds
from tongban.cases.documents.models import IssuedDocument
from tongban.cases.documents.typesetting import official_pdf
from tongban.cases.models import Case
from tongban.record import papers
from tongban.record import queries as recorded
from tongban.record.chains import Event

_OF_CASE = Selection(
    lambda p: IssuedDocument.objects.filter(case_number=p("number")).order_by("-seq", "id")
)


@dataclass(frozen=True)
class Given:
    """One document of a case, as lists name it."""

    seq: int
    kind: str
    title: str
    number: str
    at: datetime


def documents_of(case: Case) -> list[Given]:
    """Every document given in a case, the latest first."""
    return [given(row) for row in _OF_CASE.all(number=case.number)]


def given(row: IssuedDocument) -> Given:
    """A row of the register as lists name it."""
    return Given(row.seq, row.kind, kinds.BY_KEY[row.kind].title, row.number, row.at)


@transaction.atomic
def open_document(case: Case, *, seq: int, kind: str) -> tuple[Given, str]:
    """A document of a case and the digest of its PDF, which this node keeps.

    Set when it is first opened; whoever opens it later, also at the same time, gets the same bytes.
    Refused (NotFound) when the case has no such document.
    """
    rows = IssuedDocument.objects.select_for_update()
    row = rows.filter(case_number=case.number, seq=seq, kind=kind).first()
    if row is None:
        raise NotFound("这件里没有这份文书")
    return given(row), kept(row)


def kept(row: IssuedDocument) -> str:
    """The digest under which a document's PDF is kept here; the row is locked by the caller."""
    if row.digest and papers.has(row.digest):
        return row.digest
    pdf = io.BytesIO(set_page(issuing.unsealed(row)))
    # A lost file is set again from the same words, and is refused if it came out another.
    file = papers.put(pdf, media_type="application/pdf", expect=row.digest)
    row.digest = file.digest
    row.save(update_fields=["digest"])
    return file.digest


def set_page(facts: dict[str, Any], *, is_preview: bool = False) -> bytes:
    """The PDF of a document. A preview says that it is one, and has neither number nor QR code."""
    return official_pdf(facts["kind"], facts, is_preview=is_preview)


def preview(case: Case, act: Callable[[], Case]) -> Sequence[tuple[str, bytes]]:
    """The documents that an act would give now, each with its title; nothing of it stays.

    The act is really done, with all of its checks, and undone: so its refusals are those of the act,
    and the words are those that would go out.
    """
    with transaction.atomic():
        after = act()
        written = recorded.events(case.number, from_seq=case.head_seq + 1)
        made = [one for event in written for one in _of_event(after, event)]
        transaction.set_rollback(True)
    return made


def _of_event(case: Case, event: Event) -> list[tuple[str, bytes]]:
    rows = IssuedDocument.objects.filter(case_number=case.number, seq=event.seq).order_by("id")
    return [
        (kinds.BY_KEY[row.kind].title, set_page(issuing.unsealed(row), is_preview=True))
        for row in rows
    ]
