"""One act on several cases of a queue: each is done wholly or refused with its sentence."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tongban.basics import identifiers
from tongban.basics.refusals import Refused
from tongban.cases import queries, queues
from tongban.cases.models import Case
from tongban.catalogue import queries as catalogue
from tongban.desk.listing import Listing

# More than a page shows; an address made by hand does not hold the database longer than this.
MOST = 100


@dataclass(frozen=True)
class Chosen:
    """A case that was ticked, and who had it when the page was read (0 for nobody)."""

    number: str
    having: int


@dataclass(frozen=True)
class NotDone:
    """A case with which nothing was done, and why."""

    number: str
    shown_number: str
    item: str
    applicant: str
    why: str


@dataclass
class Outcome:
    """What came of it."""

    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def chosen(values: Iterable[str]) -> list[Chosen]:
    """The ticked boxes of a queue, each once; what is no box of ours is left out."""
    found: dict[str, Chosen] = {}
    for value in values:
        number, _sep, having = value.partition("~")
        if number and having.isdecimal():
            found.setdefault(number, Chosen(number, int(having)))
    return list(found.values())[:MOST]


def each(cases: Iterable[Chosen], do: Callable[[Chosen], object]) -> Outcome:
    """Do it with each case in a transaction of its own; a refusal of one stops no other."""
    outcome = Outcome()
    for one in cases:
        try:
            do(one)
        except Refused as refusal:
            outcome.refused.append((one.number, refusal.message))
        else:
            outcome.done.append(one.number)
    return outcome


def not_done(outcome: Outcome, listing: Listing) -> list[NotDone]:
    """The refused cases by name, as far as the officer may see them; of others only the sentence."""
    whys = dict(outcome.refused)
    cases = list(queues.office_cases(listing.officer, listing.side).filter(pk__in=whys))
    names = queries.applicant_names(cases)
    seen = {case.number: _named(case, names[case.number], whys[case.number]) for case in cases}
    return [
        seen.get(number) or NotDone("", identifiers.show_case_number(number)[-8:], "", "", why)
        for number, why in outcome.refused
    ]


def _named(case: Case, applicant: str, why: str) -> NotDone:
    shown = identifiers.show_case_number(case.number)[-8:]
    return NotDone(case.number, shown, catalogue.item(case.item).name, applicant, why)
