"""Folding the record anew: the tables of a case must be exactly what its events say."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any

from django.db import transaction

from tongban.basics.refusals import NotFound
from tongban.cases import queries, standing
from tongban.cases.models import FOLDED, Case
from tongban.cases.operations import moving
from tongban.cases.standing import Standing
from tongban.record import queries as recorded

_columns = attrgetter(*FOLDED)


@dataclass(frozen=True)
class Difference:
    """One column in which the tables of a case are not what its record says."""

    number: str
    column: str
    tables: Any
    record: Any


@transaction.atomic
def rebuild(*, number: str, write: bool = False) -> list[Difference]:
    """Fold a case's events and compare with its tables; with `write`, make the tables so.

    A case that has a record and no row in the tables differs in "state"; `write` makes the row.
    Nothing is found the second time. Refused (NotFound) for a number without a record. Raises
    NotInTable when the record itself is not what the table of moves allows.
    """
    case = Case.objects.select_for_update(of=("self",)).filter(pk=number).first()
    events = recorded.events(number)
    if not events:
        raise NotFound(queries.NO_SUCH_CASE)
    folded = standing.fold(events)
    found = list(differences(case.standing() if case else Standing(number=number), folded))
    if found and write:
        kept = case or Case(number=number)
        moving.keep(kept, folded)
    return found


def differences(tables: Standing, record: Standing) -> Iterator[Difference]:
    """Column by column what the tables of a case have otherwise than its record."""
    if tables == record:
        return
    if _columns(tables) != _columns(record):
        for column in FOLDED:
            ours, theirs = getattr(tables, column), getattr(record, column)
            if ours != theirs:
                yield Difference(record.number, column, ours, theirs)
    # The order of materials means nothing; which paper stands for which thing asked does.
    papers = [sorted(one.papers, key=attrgetter("spec")) for one in (tables, record)]
    if papers[0] != papers[1]:
        told = [[asdict(paper) for paper in some] for some in papers]
        yield Difference(record.number, "papers", *told)
