"""An item's page for a pair of places, in facts: who acts, by when, whom to ask, what it rests on."""

from dataclasses import dataclass
from datetime import date

from tongban.basics import calendar
from tongban.basics.refusals import Refused
from tongban.cases.states import Mode
from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Item, PolicyDocument
from tongban.catalogue.queries import Availability, Version
from tongban.catalogue.versions import Ground, Limit
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Authority, Window
from tongban.portal.places import Pair

WINDOWS = 2


@dataclass(frozen=True)
class Term:
    """One line of the time table: what somebody does, how long at most, and by when if you begin today."""

    key: str
    mark: str
    limit: Limit
    example: date
    is_provisional: bool


@dataclass(frozen=True)
class Basis:
    """A document that the page rests on, and the place in it."""

    document: PolicyDocument | None
    ground: Ground


@dataclass(frozen=True)
class Guide:
    """All that the page of an item says about one pair of places."""

    item: Item
    version: Version | None
    pair: Pair
    found: Availability
    terms: list[Term]
    windows: list[Window]
    decider: Authority | None
    bases: list[Basis]

    @property
    def needs_window(self) -> bool:
        """Whether one of the ways leads through a window."""
        return Mode.RECEIVED_FOR in self.found.modes

    @property
    def is_online(self) -> bool:
        """Whether one of the ways is all online."""
        return Mode.ONLINE in self.found.modes

    @property
    def last_day(self) -> date | None:
        """The day by which everything is over when one begins today."""
        return self.terms[-1].example if self.terms else None


def guide(item: Item, pair: Pair, *, on: date) -> Guide:
    """The page of an item for a whole pair, as the rules of this day have it."""
    found = catalogue.availability(item.code, here=pair.here, there=pair.there, on=on)
    version = catalogue.version_in_force(item.code, on)
    return Guide(
        item=item,
        version=version,
        pair=pair,
        found=found,
        terms=_terms(version, found, on) if version and found.is_open else [],
        windows=jurisdictions.receiving_windows(pair.here)[:WINDOWS],
        decider=_decider(item, version, pair),
        bases=[Basis(_document(ground.document), ground) for ground in found.grounds],
    )


def _terms(version: Version, found: Availability, on: date) -> list[Term]:
    """The time table of the longest way: through a window where a window may take part."""
    lines = [("accept", "deci", version.limits.accept), ("decide", "deci", version.limits.decide)]
    if Mode.RECEIVED_FOR in found.modes:
        lines.insert(0, ("receive", "recv", version.limits.receive))
    terms = []
    day = on
    for key, mark, limit in lines:
        day = calendar.add_working_days(day, limit.days)
        terms.append(Term(key, mark, limit, day, calendar.is_provisional(day)))
    return terms


def _decider(item: Item, version: Version | None, pair: Pair) -> Authority | None:
    """Whose decision it is there; nobody while this node does not know the organ."""
    line = None if version else jurisdictions.department_of_ministry(item.lead)
    department = version.department if version else (line.key if line else "")
    try:
        return jurisdictions.competent_authority(department, pair.there) if department else None
    except Refused:
        return None


def _document(key: str) -> PolicyDocument | None:
    try:
        return catalogue.document(key)
    except Refused:
        return None
