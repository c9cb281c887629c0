"""What became of items: a code that once was an item always leads to what it is now."""

from collections.abc import Iterator

from tongban.catalogue import snapshot
from tongban.catalogue.models import Item, ItemChange


def history(code: str) -> list[ItemChange]:
    """Every change that this item was part of, the oldest first."""
    return [one for one in snapshot.current().changes if code in (*one.before, *one.after)]


def ended(code: str) -> ItemChange | None:
    """The change that ended an item; nothing while it goes on."""
    return next(
        (one for one in history(code) if code in one.before and code not in one.after), None
    )


def successors(code: str) -> tuple[Item, ...]:
    """The items that an ended one became, however often that changed since; empty when retired.

    An item that goes on is its own successor.
    """
    return tuple(snapshot.current().items[one] for one in dict.fromkeys(_now(code)))


def _now(code: str) -> Iterator[str]:
    change = ended(code)
    if change is None:
        yield code
        return
    for heir in change.after:
        yield from _now(heir)


def former_names(code: str) -> list[str]:
    """The names under which people may still look for this item: its own, and what became it."""
    items = snapshot.current().items
    found = []
    for change in history(code):
        if change.kind == ItemChange.Kind.RENAME:
            found.append(str(change.names["before"]))
        elif code in change.after:
            for before in change.before:
                if before != code:
                    found += [items[before].name, *former_names(before)]
    return list(dict.fromkeys(name for name in found if name != items[code].name))
