"""A queue as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tongban.basics import identifiers
from tongban.cases import queries, states
from tongban.cases.models import Case
from tongban.cases.queries import Light
from tongban.cases.states import Party, State
from tongban.catalogue import queries as catalogue
from tongban.desk.sides import Pair, pair_of
from tongban.desk.todo import Words, todo
from tongban.parties.models import Officer


@dataclass(frozen=True)
class Row:
    """One case in a queue."""

    number: str
    shown_number: str
    item: str
    applicant: str
    pair: Pair
    light: Light
    stage: str
    todo: Words
    claimed_by: str
    claimed_at: object
    is_mine: bool
    may_claim: bool
    is_late: bool


def rows_of(cases: Sequence[Case], officer: Officer, side: Party, *, today: date) -> list[Row]:
    """The rows of one page; names of all applicants are read at once."""
    names = queries.applicant_names(cases)
    return [_row(case, names[case.number], officer, side, today) for case in cases]


def _row(case: Case, name: str, officer: Officer, side: Party, today: date) -> Row:
    light = queries.light(case, today)
    return Row(
        number=case.number,
        shown_number=identifiers.show_case_number(case.number)[-8:],
        item=catalogue.item(case.item).name,
        applicant=name,
        pair=pair_of(case, side),
        light=light,
        stage=states.LABELS[State(case.state)],
        todo=todo(case),
        claimed_by=case.claimed_by.name if case.claimed_by else "",
        claimed_at=case.claimed_at,
        is_mine=case.claimed_by_id == officer.pk,
        may_claim=case.holder == side and case.claimed_by_id is None,
        is_late=light.kind == "bad",
    )
