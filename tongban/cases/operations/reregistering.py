"""The register of documents anew: every document that a case's events give, and no other.

What a document says is frozen in its row; a row that is lost or unreadable is written again from the
event, its sealed part and the case as it stood then. Its PDF is set anew from these words.
"""

from collections.abc import Iterable, Iterator

from django.db import transaction

from tongban.basics.sealing import SealBroken
from tongban.cases import standing
from tongban.cases.documents import issuing, kinds, numbering
from tongban.cases.documents.models import DocumentCounter, IssuedDocument
from tongban.cases.models import Case
from tongban.cases.operations.rebuilding import Difference
from tongban.cases.standing import Standing
from tongban.record import queries as recorded

_COMPARED = ("authority", "year", "serial", "number", "at")


_Rows = dict[tuple[int, str], IssuedDocument]


@transaction.atomic
def rebuild(*, number: str, write: bool = False) -> list[Difference]:
    """Compare a case's documents with its record; with `write`, make the register so.

    Lost, changed and unreadable rows are given again, those of no event taken out, and a counter that
    fell behind is raised. Nothing is found the second time.
    """
    Case.objects.select_for_update(of=("self",)).filter(pk=number).first()
    kept: _Rows = {
        (row.seq, row.kind): row
        for row in IssuedDocument.objects.select_for_update().filter(case_number=number)
    }
    given: _Rows = {(row.seq, row.kind): row for row in _given(number)}
    wrong = {key: why for key, row in given.items() if (why := _wrong_with(kept.get(key), row))}
    found = [
        *(_difference(number, key, why, given[key].number) for key, why in wrong.items()),
        *(
            _difference(number, key, kept[key].number, None)
            for key in sorted(kept.keys() - given.keys())
        ),
        *_counters(number, given.values()),
    ]
    if found and write:
        _write(kept, given, wrong)
    return found


def _given(number: str) -> Iterator[IssuedDocument]:
    """The rows that the events of a case give, unsaved, each with the case as it stood then."""
    stood = Standing(number=number)
    for event in recorded.events(number):
        stood = standing.apply(stood, event)
        if event.kind in kinds.ACTS:
            yield from issuing.rows(_as_it_stood(stood), event)


def _as_it_stood(stood: Standing) -> Case:
    case = Case(number=stood.number)
    case.take(stood)
    return case


def _wrong_with(kept: IssuedDocument | None, given: IssuedDocument) -> str:
    """What of a kept row is not what its event says; empty when all is."""
    if kept is None:
        return "lost"
    changed = [one for one in _COMPARED if getattr(kept, one) != getattr(given, one)]
    try:
        said = issuing.unsealed(kept)
    except (SealBroken, ValueError):
        return "unreadable"
    if (said.get("kind"), said.get("number")) != (given.kind, given.number):
        changed.append("facts")
    return ", ".join(changed)


def _difference(number: str, key: tuple[int, str], tables: str, record: str | None) -> Difference:
    return Difference(number, f"document {key[1]}@{key[0]}", tables, record)


def _counters(number: str, given: Iterable[IssuedDocument]) -> Iterator[Difference]:
    """Counters that would give a number of this case once more."""
    highest: dict[tuple[str, int], int] = {}
    for row in given:
        if row.serial is not None:
            office = (row.authority, row.year)
            highest[office] = max(highest.get(office, 0), row.serial)
    for (authority, year), serial in highest.items():
        counter = DocumentCounter.objects.filter(authority=authority, year=year).first()
        last = counter.last if counter else 0
        if last < serial:
            yield Difference(number, f"counter {authority} {year}", last, serial)


def _write(kept: _Rows, given: _Rows, wrong: Iterable[tuple[int, str]]) -> None:
    # All that is wrong goes first: two rows may have exchanged their numbers.
    gone = [row.pk for key, row in kept.items() if key in wrong or key not in given]
    IssuedDocument.objects.filter(pk__in=gone).delete()
    for key in wrong:
        if key in kept:
            # What was handed out stays what is handed out: the PDF is found by its own digest.
            given[key].digest, given[key].printed_at = kept[key].digest, kept[key].printed_at
    IssuedDocument.objects.bulk_create([given[key] for key in wrong])
    for row in given.values():
        if row.serial is not None:
            numbering.raise_to(row.authority, row.year, row.serial)
