"""The items of a search page: what each means for a pair of places, and by what to narrow them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Item, Mode, Subject
from tongban.catalogue.queries import Availability
from tongban.catalogue.themes import THEMES
from tongban.guidance.queries import Found, Local
from tongban.portal.places import Pair

VERDICTS = ("ok", "warn", "bad")


@dataclass(frozen=True)
class Hit:
    """An item in the answer; without a whole pair there is no verdict on it.

    `local` is the name of a place under which it was found, where that is another one.
    """

    item: Item
    found: Availability | None
    modes: tuple[str, ...]
    local: Local | None = None

    @property
    def verdict(self) -> str:
        """ok, warn or bad; nothing without a pair."""
        return self.found.verdict if self.found else ""


def hits(items: Sequence[Item], found: Found | None, pair: Pair, *, on: date) -> list[Hit]:
    """Items as the page shows them, for a whole pair with what holds between its places."""
    answers: Mapping[str, Availability] = {}
    if pair.is_whole:
        codes = [one.code for one in items]
        answers = catalogue.availabilities(codes, here=pair.here, there=pair.there, on=on)
    locals_ = found.locals if found else {}
    return [
        Hit(
            one,
            answers.get(one.code),
            _modes(one, answers.get(one.code), on),
            locals_.get(one.code),
        )
        for one in items
    ]


def _modes(item: Item, found: Availability | None, on: date) -> tuple[str, ...]:
    """How an item can be done between the places; without them, or where it cannot, in general."""
    if found and found.modes:
        return found.modes
    version = catalogue.version_in_force(item.code, on)
    if version:
        return version.mode_names
    return tuple(dict.fromkeys(mode for source in item.sources.all() for mode in source.modes))


@dataclass(frozen=True)
class Choice:
    """One way to narrow the list: what it says, how many are left then, and its address."""

    value: str
    label: str
    count: int
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class Filter:
    """One kind of narrowing; `chosen` is the choice made, `off_url` takes it back."""

    key: str
    title: str
    choices: list[Choice]
    chosen: Choice | None
    off_url: str


_Values = Callable[[Hit], Iterable[str]]
# In the order of the page. What an item says to each is also what it is narrowed by.
_KINDS: Mapping[str, _Values] = {
    "show": lambda hit: [hit.verdict] if hit.verdict else [],
    "subject": lambda hit: hit.item.subjects,
    "theme": lambda hit: [hit.item.theme],
    "mode": lambda hit: hit.modes,
    "lead": lambda hit: [hit.item.lead],
}


def narrow(found: Sequence[Hit], asked: Mapping[str, str]) -> tuple[list[Hit], list[Filter]]:
    """The hits that pass every filter chosen, and all filters with their numbers.

    The numbers of one filter count what the others leave. A value that nothing has is not heard,
    so a wrong address shows everything rather than nothing.
    """
    chosen = {
        kind: asked[kind]
        for kind, values in _KINDS.items()
        if asked.get(kind) and any(asked[kind] in values(hit) for hit in found)
    }
    left = {kind: [hit for hit in found if _passes(hit, chosen, but=kind)] for kind in _KINDS}
    filters = [_filter(kind, left[kind], chosen, asked) for kind in _KINDS]
    shown = [hit for hit in found if _passes(hit, chosen)]
    # What can be done comes first; among equals the order of the search stays.
    shown.sort(key=lambda hit: VERDICTS.index(hit.verdict) if hit.verdict else 0)
    return shown, [one for one in filters if one.choices]


def _passes(hit: Hit, chosen: Mapping[str, str], *, but: str = "") -> bool:
    return all(value in _KINDS[kind](hit) for kind, value in chosen.items() if kind != but)


def _filter(
    kind: str, left: Sequence[Hit], chosen: Mapping[str, str], asked: Mapping[str, str]
) -> Filter:
    counts = Counter(value for hit in left for value in _KINDS[kind](hit))
    kept = {key: value for key, value in asked.items() if value and key not in {kind, "page"}}
    choices = [
        Choice(
            value,
            _label(kind, value),
            counts[value],
            f"?{urlencode({**kept, kind: value})}",
            chosen.get(kind) == value,
        )
        for value in _ordered(kind, counts)
    ]
    return Filter(
        key=kind,
        title=_title(kind),
        choices=choices,
        chosen=next((one for one in choices if one.is_chosen), None),
        off_url=f"?{urlencode(kept)}",
    )


def _title(kind: str) -> str:
    return {
        "show": _("能不能办"),
        "subject": _("谁来办"),
        "theme": _("主题"),
        "mode": _("怎样办"),
        "lead": _("牵头部门"),
    }[kind]


def _ordered(kind: str, counts: Counter[str]) -> list[str]:
    """Fixed sets in their own order, departments by how much they have."""
    fixed: Mapping[str, Sequence[str]] = {
        "show": VERDICTS,
        "subject": list(Subject),
        "theme": list(THEMES),
        "mode": list(Mode),
    }
    if kind in fixed:
        return [value for value in fixed[kind] if counts[value]]
    return [value for value, _count in counts.most_common()]


def _label(kind: str, value: str) -> str:
    if kind == "show":
        return {"ok": _("现在能办"), "warn": _("要到现场"), "bad": _("还没开通")}[value]
    if kind == "subject":
        return str(Subject(value).label)
    if kind == "mode":
        return str(Mode(value).label)
    return value
