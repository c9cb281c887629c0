"""Items as lists show them: can it be done between these places, how, in one sentence."""

from dataclasses import dataclass
from datetime import date

from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Item

# What people look for most, by the reckoning of the editors, until there are counts of our own.
COMMON = {
    "person": ("2020-2-02", "2020-1-07", "2020-2-23", "2020-3-03", "2020-1-25"),
    "organisation": ("2020-1-32", "2020-1-33", "2022-1-15", "2020-2-15", "2020-1-51"),
}


@dataclass(frozen=True)
class Entry:
    """An item on the first page: the ways it can be filed in, none while it is not open."""

    item: Item
    modes: tuple[str, ...]


def often(subject: str, *, on: date, at_most: int) -> list[Entry]:
    """The items that can be filed here, then those that people look for most."""
    open_here = [one for one in catalogue.open_items(on) if subject in one.subjects]
    common = [catalogue.item(code) for code in COMMON.get(subject, ())]
    chosen = {one.code: one for one in [*open_here, *common]}
    return [Entry(one, _modes(one, on)) for one in list(chosen.values())[:at_most]]


def _modes(item: Item, on: date) -> tuple[str, ...]:
    version = catalogue.version_in_force(item.code, on)
    return version.mode_names if version else ()
