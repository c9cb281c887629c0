"""The guide (办事指南) of an item for a pair of places: what the page, the print and the API say."""

from dataclasses import dataclass
from datetime import date

from tongban.basics import calendar
from tongban.basics.refusals import Refused
from tongban.catalogue import conformance, queries, situations
from tongban.catalogue.availability import Availability
from tongban.catalogue.conformance import Difference
from tongban.catalogue.models import Item, Mode, PolicyDocument
from tongban.catalogue.versions import Contact, Field, Ground, Limit, Version, Visits
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Authority, Window

WINDOWS = 2


@dataclass(frozen=True)
class Term:
    """One line of the time table: what somebody does, how long at most, and by when if you begin today.

    `key` is receive, accept or decide; `by` receiver or decider. `example` is the last day when
    everything before took all its time; provisional where the calendar of its year is not known.
    """

    key: str
    by: str
    limit: Limit
    example: date
    is_provisional: bool


@dataclass(frozen=True)
class Basis:
    """A document that the guide rests on, and the place in it."""

    document: PolicyDocument | None
    ground: Ground

    @property
    def is_report(self) -> bool:
        """Whether it only reports what others decided, which a reader has to be told."""
        return bool(self.document and not self.document.is_policy)


@dataclass(frozen=True)
class Guide:
    """All that is said of an item for one pair of places on one day.

    `here` is where one applies, `there` the place that decides. `version` is what holds there (the
    standard with the place's changes), nothing where the item has no standard yet. `differences`
    are what is asked there and not here, or the other way round, in words for applicants (`plain`).
    `questions` are those that lead to the exact materials (`situations.materials_for`). What has
    no basis is a default of this platform, on every value (`is_default`).
    """

    item: Item
    version: Version | None
    here: str
    there: str
    on: date
    found: Availability
    terms: tuple[Term, ...]
    questions: tuple[Field, ...]
    differences: tuple[Difference, ...]
    windows: tuple[Window, ...]
    decider: Authority | None
    contact: Contact
    bases: tuple[Basis, ...]

    @property
    def needs_window(self) -> bool:
        """Whether one of the ways leads through a window."""
        return Mode.RECEIVED_FOR in self.found.modes

    @property
    def is_online(self) -> bool:
        """Whether one of the ways is all online."""
        return Mode.ONLINE in self.found.modes

    @property
    def visits(self) -> Visits | None:
        """How often one must come in person on the way that is offered first."""
        first = self.found.modes[:1]
        return self.found.visits.get(first[0]) if first else None

    @property
    def last_day(self) -> date | None:
        """The day by which everything is over when one begins today."""
        return self.terms[-1].example if self.terms else None


def guide(code: str, *, here: str, there: str, on: date) -> Guide:
    """The guide of an item for a whole pair, as the rules of this day have it.

    Refused: NoSuchItem, NoSuchDivision.
    """
    item = queries.item(code)
    found = queries.availability(code, here=here, there=there, on=on)
    version = queries.version_in_force(code, on, deciding=there)
    decider = _decider(item, version, there)
    return Guide(
        item=item,
        version=version,
        here=here,
        there=there,
        on=on,
        found=found,
        terms=_terms(version, found, on) if version and found.is_open else (),
        questions=situations.questions(version) if version else (),
        differences=conformance.between(code, here=here, there=there, on=on),
        windows=tuple(jurisdictions.receiving_windows(here)[:WINDOWS]),
        decider=decider,
        contact=_contact(version, decider),
        bases=tuple(Basis(_document(ground.document), ground) for ground in found.grounds),
    )


def _terms(version: Version, found: Availability, on: date) -> tuple[Term, ...]:
    """The time table of the longest way: through a window where a window may take part."""
    limits = found.limits or version.counted
    lines = [("accept", "decider", limits.accept), ("decide", "decider", limits.decide)]
    if Mode.RECEIVED_FOR in found.modes:
        lines.insert(0, ("receive", "receiver", limits.receive))
    terms = []
    day = on
    for key, by, limit in lines:
        day = calendar.add_working_days(day, limit.days)
        terms.append(Term(key, by, limit, day, calendar.is_provisional(day)))
    return tuple(terms)


def _decider(item: Item, version: Version | None, there: str) -> Authority | None:
    """Whose decision it is there; nobody while this node does not know the organ."""
    line = None if version else jurisdictions.department_of_ministry(item.lead)
    department = version.department if version else (line.key if line else "")
    try:
        return jurisdictions.competent_authority(department, there) if department else None
    except Refused:
        return None


def _contact(version: Version | None, decider: Authority | None) -> Contact:
    """Whom to ask: the numbers of this version, otherwise the deciding organ's own."""
    said = version.contact if version else Contact()
    phone = decider.phone if decider else ""
    return Contact(said.consult or phone, said.complain, said.liaison or phone)


def _document(key: str) -> PolicyDocument | None:
    try:
        return queries.document(key)
    except Refused:
        return None
