"""How a place carries an item out: which changes lie over the national standard, and since when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import structlog

from tongban.basics import canonical
from tongban.basics.refusals import NotFound
from tongban.catalogue import reading, snapshot
from tongban.catalogue.models import ImplementationVersion, ItemVersion
from tongban.catalogue.overlay import overlay, problems
from tongban.catalogue.versions import Version

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Local:
    """One place's version: its place, number, and the row that says what it changes."""

    place: str
    number: int
    row: int

    @property
    def name(self) -> str:
        """As a case carries it: 350100:2."""
        return f"{self.place}:{self.number}"


class NoSuchImplementation(NotFound):
    """This node does not know this place's version of the item (yet)."""

    code = "no-such-implementation"


def in_force(code: str, deciding: str, on: date) -> tuple[Local, ...]:
    """The places' versions in force on a day for cases decided there, the wider place first."""
    found: dict[str, Local] = {}
    for local, from_day, retired_on in _published(code, deciding):
        if from_day <= on and (retired_on is None or on < retired_on):
            found.setdefault(local.place, local)
    return tuple(found.values())


def part_in_force(code: str, place: str, part: str, on: date) -> ImplementationVersion | None:
    """What holds on a day of a part into which a place has split an item.

    Parts stand in the place's list, are exported and compared; cases follow the item as a whole.
    """
    versions = ImplementationVersion.objects.filter(
        implementation__item_id=code,
        implementation__division_code=place,
        implementation__part=part,
        from_day__lte=on,
    )
    return versions.exclude(implementation__retired_on__lte=on).order_by("-number").first()


def days(code: str, deciding: str) -> set[date]:
    """The days on which rules of the places around `deciding` begin or end."""
    found = set()
    for _local, from_day, retired_on in _published(code, deciding):
        found |= {from_day} | ({retired_on} if retired_on else set())
    return found


# Answers kept a process and snapshot: some hundred bytes each.
_KEPT = 20_000


def _published(code: str, deciding: str) -> list[tuple[Local, date, date | None]]:
    """All versions of an item by the places around `deciding`; each place's newest first.

    Asked by every submission and every row of a search, so it is remembered with the snapshot.
    """
    kept = snapshot.current().asked
    if (known := kept.get((code, deciding))) is None:
        if len(kept) >= _KEPT:
            kept.clear()
        known = kept[code, deciding] = _look_up(code, deciding)
    found: list[tuple[Local, date, date | None]] = known
    return found


def remember(codes: Sequence[str], deciding: str) -> None:
    """Look up many items for one deciding place at once, before they are asked one by one."""
    kept = snapshot.current().asked
    missing = [code for code in codes if (code, deciding) not in kept]
    if not missing:
        return
    if len(kept) + len(missing) >= _KEPT:
        kept.clear()
    found: dict[str, list[Any]] = {code: [] for code in missing}
    for code, *row in _rows(missing, deciding):
        found[code].append(_dated(row))
    kept.update({(code, deciding): rows for code, rows in found.items()})


def _look_up(code: str, deciding: str) -> list[tuple[Local, date, date | None]]:
    return [_dated(row) for _code, *row in _rows([code], deciding)]


def _dated(row: Sequence[Any]) -> tuple[Local, date, date | None]:
    place, number, pk, from_day, retired_on = row
    return Local(place, number, pk), from_day, retired_on


def _rows(codes: Sequence[str], deciding: str) -> Iterable[tuple[Any, ...]]:
    return (
        ImplementationVersion.objects.filter(
            implementation__item_id__in=codes,
            implementation__division_code__in={
                f"{deciding[:2]}0000",
                f"{deciding[:4]}00",
                deciding,
            },
            implementation__part="",
        )
        .order_by("implementation__item_id", "implementation__division_code", "-number")
        .values_list(
            "implementation__item_id",
            "implementation__division_code",
            "number",
            "pk",
            "from_day",
            "implementation__retired_on",
        )
    )


def named(code: str, local: str) -> tuple[Local, ...]:
    """The places' versions that a case carries with it. Refused: NoSuchImplementation."""
    found = []
    for name in local.split():
        place, _, number = name.partition(":")
        row = ImplementationVersion.objects.filter(
            implementation__item_id=code,
            implementation__division_code=place,
            implementation__part="",
            number=number,
        ).values_list("pk", flat=True)
        if not row:
            raise NoSuchImplementation(f"本平台还没有收到{place}对事项{code}的第{number}版规定")
        found.append(Local(place, int(number), row[0]))
    return tuple(found)


def over_wider(standard: Mapping[str, Any], place: str, on: date) -> dict[str, Any]:
    """A standard's content with the changes of the places around this one, its own left out.

    What the rules of a place lie over: a city's over its province's. Changes of a wider place that
    do not fit this standard are left out, as they are for applicants.
    """
    merged = dict(standard)
    wider = [one for one in in_force(standard["item"], place, on) if one.place != place]
    changes = ImplementationVersion.objects.in_bulk([one.row for one in wider])
    for one in wider:
        if not problems(merged, changes[one.row].content):
            merged = overlay(merged, changes[one.row].content)
    return merged


def laid_over(standard: Version, locals_: Sequence[Local]) -> Version:
    """The standard with the places' changes over it; the standard itself when there are none."""
    if not locals_:
        return standard
    return _laid_over(standard, tuple(locals_))


@lru_cache(maxsize=512)
def _laid_over(standard: Version, locals_: tuple[Local, ...]) -> Version:
    # What is published never changes, so what was read once stays right.
    row = ItemVersion.objects.get(item_id=standard.item, number=standard.number)
    changes = ImplementationVersion.objects.in_bulk([one.row for one in locals_])
    pairs = [(one, changes[one.row].content) for one in locals_]
    try:
        return read_over(standard, row.content, pairs)
    except UNFIT:
        return _without_unfit(standard, row.content, pairs)


# What laying over or reading raises for changes that a later standard left no room for.
UNFIT = (reading.VersionBroken, KeyError, TypeError, AttributeError)


def _without_unfit(
    standard: Version,
    content: Mapping[str, Any],
    pairs: Sequence[tuple[Local, Mapping[str, Any]]],
) -> Version:
    """The standard with only those places' changes that fit it.

    A place judges its rules by the standard of its day. One that comes later may leave no room for
    them; then it holds without them, on every node alike, until the place has mended its rules.
    """
    found, kept = standard, list[tuple[Local, Mapping[str, Any]]]()
    for pair in pairs:
        try:
            found = read_over(standard, content, [*kept, pair])
        except UNFIT:
            log.warning("catalogue.unfit", item=standard.item, local=pair[0].name)
            continue
        kept.append(pair)
    return found


def read_over(
    standard: Version,
    content: Mapping[str, Any],
    changes: Sequence[tuple[Local, Mapping[str, Any]]],
) -> Version:
    """The standard, whose content this is, with the changes of places over it, one after the other."""
    merged = dict(content)
    for _local, change in changes:
        merged = overlay(merged, change)
    name = merged.get("name") or standard.name
    read = reading.read({key: merged[key] for key in merged if key != "name"}, name=name)
    names = " ".join(local.name for local, _change in changes)
    return replace(read, local=names, digest=canonical.digest(canonical.dumps(merged)))
