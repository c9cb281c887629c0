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
from tongban.parties import absences
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
    claimer: int  # the key of whoever has it, 0 for nobody
    claimed_at: object
    is_mine: bool
    may_claim: bool
    stands_in: bool  # a colleague who is away has it, and this officer stands in for her
    is_late: bool


def rows_of(cases: Sequence[Case], officer: Officer, side: Party, *, today: date) -> list[Row]:
    """The rows of one page; names of all applicants are read at once."""
    names = queries.applicant_names(cases)
    absent = absences.stood_in_for(officer, today)
    pairs = _pairs(cases, side)
    return [
        _row(case, names[case.number], pair, officer, side, today, absent)
        for case, pair in zip(cases, pairs, strict=True)
    ]


def may_claim(case: Case, officer: Officer, side: Party) -> bool:
    """Whether an officer may take a case from the queue; who only leads the office may not."""
    return case.holder == side and case.claimed_by_id is None and side.value in officer.roles


def _pairs(cases: Sequence[Case], side: Party) -> list[Pair]:
    """The places of each case; many cases of a list go between the same two."""
    known: dict[tuple[str, str, str], Pair] = {}
    found = []
    for case in cases:
        places = (case.applicant_place, case.receiving_place, case.deciding_place)
        if places not in known:
            known[places] = pair_of(case, side)
        found.append(known[places])
    return found


def _row(
    case: Case,
    name: str,
    pair: Pair,
    officer: Officer,
    side: Party,
    today: date,
    absent: set[int],
) -> Row:
    light = queries.light(case, today)
    stands_in = case.holder == side and case.claimed_by_id in absent
    return Row(
        number=case.number,
        shown_number=identifiers.show_case_number(case.number)[-8:],
        item=catalogue.item(case.item).name,
        applicant=name,
        pair=pair,
        light=light,
        stage=states.LABELS[State(case.state)],
        todo=todo(case),
        claimed_by=case.claimed_by.name if case.claimed_by else "",
        claimer=case.claimed_by_id or 0,
        claimed_at=case.claimed_at,
        is_mine=case.claimed_by_id == officer.pk,
        may_claim=may_claim(case, officer, side),
        stands_in=stands_in,
        is_late=light.kind == "bad",
    )
