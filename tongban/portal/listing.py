"""Items as lists show them: can it be done between these places, how, in one sentence."""

from dataclasses import dataclass
from datetime import date

from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Item

# What people look for most, by the reckoning of the editors, until there are counts of our own.
COMMON = {
    "person": (
        "2020-2-06", "2020-2-61", "2020-1-26", "2020-2-10", "2020-2-02",
        "2020-1-07", "2020-2-23", "2020-3-03", "2020-1-25",
    ),
    "organisation": (
        "2020-1-31", "2020-1-32", "2020-1-33", "2022-1-15", "2020-2-15", "2020-1-51",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """An item on the first page: the ways it can be filed in, none while it is not open."""

    item: Item
    modes: tuple[str, ...]


def often(subject: str, *, on: date, at_most: int) -> list[Entry]:
    """What people look for most; of these, what can be filed here stands first."""
    entries = [Entry(one, _modes(one, on)) for one in common(subject, at_most=at_most)]
    return sorted(entries, key=lambda entry: not entry.modes)


def common(subject: str, *, at_most: int) -> list[Item]:
    """The items that people of one kind look for most."""
    return [catalogue.item(code) for code in COMMON.get(subject, ())][:at_most]


def _modes(item: Item, on: date) -> tuple[str, ...]:
    """The ways in which an item can be filed here."""
    version = catalogue.version_in_force(item.code, on)
    return version.filed_modes if version else ()
