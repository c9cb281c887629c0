"""Where an act that wants the leader's signature stands, and what was said about it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from tongban.cases import queries, states
from tongban.cases.models import Case, Countersignature
from tongban.cases.operations import countersigning
from tongban.cases.states import Move
from tongban.catalogue import queries as catalogue
from tongban.desk.sides import Pair, pair_of
from tongban.parties.models import Officer


@dataclass(frozen=True)
class Signature:
    """What was asked for an act of a case, and what became of it."""

    row: Countersignature
    act: str
    reason: str
    note: str  # of whoever signed or refused

    @property
    def state(self) -> str:
        """waiting, signed (and not yet used), refused or used."""
        return self.row.state

    @property
    def days(self) -> int | None:
        """By how many working days it extends; None for other acts."""
        days: int | None = self.row.terms.get("days")
        return days

    @property
    def has_form(self) -> bool:
        """Whether the words that will go out are known."""
        return bool(self.row.form)

    @property
    def move(self) -> Move:
        """The move it is for."""
        return states.BY_NAME[self.row.act]

    @property
    def terms(self) -> dict[str, Any]:
        """What was signed for, as the fields of the act's form."""
        return dict(self.row.terms)


@dataclass(frozen=True)
class Waiting:
    """One line of the leader's list."""

    signature: Signature
    case: Case
    item: str
    applicant: str
    pair: Pair

    @property
    def field_id(self) -> str:
        """The id of its field on the page."""
        return f"words-{self.signature.row.pk}"


def wants(case: Case, move: Move) -> bool:
    """Whether a move of a case counts only with the leader's signature."""
    again = move is states.ASK_CORRECTION and case.corrections > 0
    return move in states.COUNTERSIGNED or again


def last(case: Case, move: Move) -> Signature | None:
    """What was last asked for a move of a case."""
    row = countersigning.last_of(case, move.name)
    return _read(row) if row is not None else None


def typed(found: Signature) -> QueryDict | None:
    """The form of the act as it was put before the leader; None where only a reason was."""
    pairs = countersigning.form_of(found.row)
    return QueryDict(urlencode(pairs)) if pairs else None


def is_ready(case: Case, move: Move) -> bool:
    """Whether nothing is missing for a move as far as signatures go."""
    if not wants(case, move):
        return True
    found = last(case, move)
    return found is not None and found.state == "signed"


def waiting(leader: Officer, case: Case | None = None) -> list[Waiting]:
    """What waits for a leader, the oldest first; of one case, where it is given."""
    found = countersigning.waiting_for(leader)
    rows = list(found.filter(case=case) if case is not None else found)
    names = queries.applicant_names(row.case for row in rows)
    return [
        Waiting(
            _read(row),
            row.case,
            catalogue.item(row.case.item).name,
            names[row.case_id],
            pair_of(row.case, states.Party.DECIDER),
        )
        for row in rows
    ]


def _read(row: Countersignature) -> Signature:
    return Signature(row, states.BY_NAME[row.act].label, *countersigning.words(row))
