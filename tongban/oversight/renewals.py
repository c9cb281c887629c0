"""Renewals as managers' pages show them: the history in lines, and what was asked in a form."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tongban.basics.refusals import may
from tongban.catalogue import queries, snapshot
from tongban.catalogue.models import Item, ItemChange, PreparedRenewal
from tongban.catalogue.operations import preparing
from tongban.catalogue.operations.renewing import NewBatch
from tongban.catalogue.permissions import check_may_manage
from tongban.oversight import drafts
from tongban.parties.models import Officer

Kind = ItemChange.Kind
State = PreparedRenewal.State
SHOWN = 10  # of what came back; the rest is long done


@dataclass(frozen=True)
class Line:
    """One renewal in the history; `before` and `after` as (code, name then or now)."""

    change: ItemChange
    before: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...]
    document: str
    by: str
    confirmed_by: str

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
        confirmed_by=drafts.person(change.confirmed_by),
    )


def _named(codes: Iterable[str], name: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((code, name or queries.item(code).name) for code in codes)


@dataclass(frozen=True)
class Prepared:
    """A renewal that waits for a second person, or was decided, as an officer sees it."""

    row: PreparedRenewal
    title: str
    items: tuple[tuple[str, str], ...]
    prepared_by: str
    decided_by: str
    is_own: bool


def waiting(officer: Officer) -> list[Prepared]:
    """What waits to be confirmed, the oldest first."""
    return [prepared(one, officer) for one in _rows(State.WAITING)]


def sent_back_to(officer: Officer) -> list[Prepared]:
    """What this officer prepared and got back, the newest first; he can begin from it again."""
    mine = _rows(State.SENT_BACK).filter(prepared_by=officer.pseudonym)
    return [prepared(one, officer) for one in mine.order_by("-decided_at")[:SHOWN]]


def waits_for(officer: Officer) -> int:
    """How many renewals this officer can confirm now: at the hub, not those he prepared."""
    if not may(check_may_manage, officer, ""):
        return 0
    return _rows(State.WAITING).exclude(prepared_by=officer.pseudonym).count()


def prepared(row: PreparedRenewal, officer: Officer) -> Prepared:
    """One prepared renewal with the names of its items as they are now."""
    wanted = preparing.wanted_of(row)
    items: tuple[tuple[str, str], ...]
    if isinstance(wanted, NewBatch):
        title, items = _("新开批次"), ((f"{wanted.list}-{wanted.number}", wanted.name),)
    elif wanted.item:
        title, items = Kind(row.kind).label, ((wanted.item.code, wanted.item.name),)
    else:
        codes = dict.fromkeys([*wanted.before, *wanted.after])
        title, items = Kind(row.kind).label, _named(codes, None)
    return Prepared(
        row=row,
        title=str(title),
        items=items,
        prepared_by=drafts.person(row.prepared_by),
        decided_by=drafts.person(row.decided_by),
        is_own=row.prepared_by == officer.pseudonym,
    )


def _rows(state: PreparedRenewal.State) -> QuerySet[PreparedRenewal]:
    return PreparedRenewal.objects.filter(state=state)


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
