"""Renewals as managers' pages show them: the history in lines, and what was asked in a form."""

from collections.abc import Iterable
from dataclasses import dataclass

from tongban.catalogue import queries, snapshot
from tongban.catalogue.models import Item, ItemChange
from tongban.oversight import drafts


@dataclass(frozen=True)
class Line:
    """One renewal in the history; `before` and `after` as (code, name then or now)."""

    change: ItemChange
    before: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...]
    document: str
    by: str

    @property
    def year(self) -> int:
        return self.change.on.year


def history(code: str = "") -> list[Line]:
    """All renewals, or those of one item, the newest first."""
    found = queries.history(code) if code else list(snapshot.current().changes)
    return [_line(one) for one in reversed(found)]


def _line(change: ItemChange) -> Line:
    now = snapshot.current()
    names = change.names or {}
    return Line(
        change=change,
        before=_named(change.before, names.get("before")),
        after=_named(change.after, names.get("after")),
        document=now.documents[change.document_id].short_title,
        by=drafts.person(change.by),
    )


def _named(codes: Iterable[str], name: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((code, name or queries.item(code).name) for code in codes)


@dataclass(frozen=True)
class Fate:
    """What became of an item that has ended."""

    change: ItemChange
    heirs: tuple[Item, ...]


def fate(code: str) -> Fate | None:
    """What became of an item; nothing while it goes on."""
    change = queries.ended(code)
    return Fate(change, queries.successors(code)) if change else None


def options() -> list[str]:
    """The items that can be renewed, as the list under a field offers them: code and name."""
    return [f"{one.code} {one.name}" for one in queries.items()]


def read_code(said: str) -> str:
    """The code that somebody means who chose from the list, or wrote a code or a whole name."""
    words = said.strip()
    first = words.split(maxsplit=1)[0] if words else ""
    known = snapshot.current().items
    if first in known:
        return first
    named = [one.code for one in queries.items() if one.name == words]
    return named[0] if len(named) == 1 else ""
