"""The pair of places of a page: which there are to choose from, and which somebody chose."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.conf import settings

from tongban.basics.refusals import Refused
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Node
from tongban.parties import queries as parties
from tongban.parties.models import Account

UNSURE = "unsure"


@dataclass(frozen=True)
class Choice:
    """A place to choose, by its full name: 吉林省长春市."""

    code: str
    name: str


@dataclass(frozen=True)
class Group:
    """The places of one province; not connected ones only the national zone shows."""

    name: str
    is_connected: bool
    places: list[Choice]


@dataclass(frozen=True)
class Pair:
    """From where to where: `here` as the applicant says, `there` at city level; "" is not chosen."""

    here: str = ""
    there: str = ""
    is_unsure: bool = False
    problem: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether both places are chosen, so that a page can answer for them."""
        return bool(self.here and self.there)

    @property
    def chosen_there(self) -> str:
        """What stands in the second list: the place, or that somebody is not sure."""
        return self.there or (UNSURE if self.is_unsure else "")

    @property
    def query(self) -> str:
        """The pair as the end of an address; nothing when no place is chosen."""
        chosen = {"from": self.here, "to": self.chosen_there}
        return urlencode({name: code for name, code in chosen.items() if code})

    def with_words(self, words: str) -> str:
        """The address of a search for these words that keeps the pair."""
        return "&".join(part for part in (urlencode({"q": words}), self.query) if part)


def read(asked: Mapping[str, str], *, on: date) -> Pair:
    """The pair that an address names. A place that is not there becomes a problem, said on the page.

    A replaced code is followed to its successor, and a county of the deciding place to its city.
    """
    problems: list[str] = []
    here = _resolved(asked.get("from", ""), on, problems)
    to = asked.get("to", "")
    there = "" if to == UNSURE else _resolved(to, on, problems)
    return Pair(
        here=here,
        there=jurisdictions.deciding_place(there) if there else "",
        is_unsure=to == UNSURE,
        problem="；".join(problems),
    )


def _resolved(code: str, on: date, problems: list[str]) -> str:
    if not code:
        return ""
    try:
        return jurisdictions.resolve(code, on).code
    except Refused as refusal:
        problems.append(refusal.message)
        return ""


def groups(*, on: date, keep: str = "") -> list[Group]:
    """The places to choose from by province: those that are connected, on the hub all of them.

    `keep` is a chosen place that stays on the list even when it is a county.
    """
    found = []
    for province in jurisdictions.provinces(on):
        is_connected = _is_connected(province.code)
        if not (is_connected or settings.IS_HUB):
            continue
        codes = [city.code for city in jurisdictions.cities(province.code, on)]
        if keep and keep[:2] == province.code[:2] and keep not in codes:
            codes.insert(0, keep)
        places = [Choice(code, jurisdictions.full_name(code)) for code in codes]
        found.append(Group(province.name, is_connected, places))
    return found


def _is_connected(code: str) -> bool:
    try:
        node = jurisdictions.node_for(code)
    except jurisdictions.PlaceNotServed:
        return False
    # A node always reaches itself, even before the directory has introduced it to itself.
    return node.is_connected or node.code == settings.NODE_ID


def usual_place(user: object, *, on: date) -> str:
    """Where somebody probably is: their own city, else the first city of this node."""
    if isinstance(user, Account):
        for applicant in parties.applicants_of(user):
            return jurisdictions.deciding_place(applicant.division_code)
    if settings.IS_HUB:
        return ""
    prefix = jurisdictions.this_node().prefixes[0]
    return jurisdictions.cities(f"{prefix}0000", on)[0].code


def home_node(here: str) -> Node | None:
    """The node at which somebody in this place applies, when it is another one than this."""
    try:
        node = jurisdictions.node_for(here)
    except jurisdictions.PlaceNotServed:
        return None
    return node if node.code != settings.NODE_ID and node.base_url else None
