"""The differences of places as they are in force on a day, read from the tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from tongban.catalogue import implementations, queries
from tongban.catalogue.conformance import granularity
from tongban.catalogue.conformance.comparing import (
    Names,
    against_standard,
    compare,
    differing,
    in_order,
    judged,
)
from tongban.catalogue.conformance.kinds import Difference, Found
from tongban.catalogue.implementations import Local
from tongban.catalogue.models import Implementation, ItemVersion
from tongban.catalogue.versions import Version
from tongban.jurisdictions import queries as jurisdictions


def differences(code: str, *, place: str, on: date) -> tuple[Difference, ...]:
    """How an item is carried out in a place otherwise than the national standard in force that day.

    `place` is a division of six digits of any level; what the places above it changed counts as
    its own. Nothing where the item has no standard yet or the place changes nothing. Refused:
    NoSuchItem, NoSuchDivision.
    """
    queries.item(code)
    jurisdictions.division(place)
    standard = queries.version_in_force(code, on)
    if standard is None:
        return ()
    locals_ = implementations.in_force(code, place, on)
    rows = _rows_above(code, place, on)
    return of_rows(
        standard,
        locals_,
        rows,
        place,
        others=_shared_codes(rows),
        read=lambda: implementations.laid_over(standard, locals_),
    )


@dataclass(frozen=True)
class PartOf:
    """One of the parts into which a place has split an item, and how it differs from the standard."""

    part: str
    name: str
    differences: tuple[Difference, ...]


def parts(code: str, *, place: str, on: date) -> tuple[PartOf, ...]:
    """The parts of an item in a place, each compared by its content with the national standard.

    Empty where the place has not split the item, or where there is no standard yet. Refused:
    NoSuchItem, NoSuchDivision.
    """
    queries.item(code)
    jurisdictions.division(place)
    standard = queries.version_in_force(code, on)
    if standard is None:
        return ()
    rows = [row for row in _rows_above(code, place, on) if row.part]
    names = against_standard(called(place), place[:2])
    return tuple(
        PartOf(row.part, row.name, compare(standard, _part(standard, row, on), names))
        for row in rows
    )


def _part(standard: Version, row: Implementation, on: date) -> Version:
    """A part as it holds on a day; where its changes do not fit the standard, as if it had none."""
    found = implementations.part_in_force(row.item_id, row.division_code, row.part, on)
    content = ItemVersion.objects.get(item_id=standard.item, number=standard.number).content
    under = implementations.over_wider(content, row.division_code, on)
    local = Local(row.division_code, found.number if found else 0, found.pk if found else 0)
    changes = [(local, found.content)] if found else []
    try:
        read = implementations.read_over(standard, under, changes)
    except implementations.UNFIT:
        read = implementations.read_over(standard, under, [])
    # A part has to be called otherwise than the whole: that is no difference.
    return _as_said(read, standard, standard.name, row.catalog_code)


def between(code: str, *, here: str, there: str, on: date) -> tuple[Difference, ...]:
    """What is asked in one place and not in another, in sentences for applicants (`plain`).

    `there` is the deciding place, `here` the applicant's own; a difference of kind stricter is one
    where `there` asks more. Only differences that concern applicants; none where the item has no
    standard on that day. Refused: NoSuchItem, NoSuchDivision.
    """
    queries.item(code)
    for place in (here, there):
        jurisdictions.division(place)
    ours = queries.version_in_force(code, on, deciding=here)
    theirs = queries.version_in_force(code, on, deciding=there)
    if ours is None or theirs is None:
        return ()
    found = compare(ours, theirs, _names(ours, theirs, here, there))
    return tuple(one for one in found if one.plain)


def _names(ours: Version, theirs: Version, here: str, there: str) -> Names:
    """Two places by the shortest names that are true: 吉林 and 福建, or 吉林长春 and 福建福州.

    The provinces stand for their cities only where no city has rules of its own.
    """
    laws = [name.partition(":")[0] for name in f"{ours.local} {theirs.local}".split()]
    if here[:2] != there[:2] and all(place.endswith("0000") for place in laws):
        here, there = f"{here[:2]}0000", f"{there[:2]}0000"
    return Names(called(here), called(there), there[:2])


def called(place: str) -> str:
    """A place as people call it: 福建; below the province with it: 福建福州."""
    return jurisdictions.plain_name(place).replace(" ", "")


def _rows_above(code: str, place: str, on: date) -> list[Implementation]:
    """The rows that hold for an item in a place: its own, or else those of the place above it."""
    for one in dict.fromkeys((place, f"{place[:4]}00", f"{place[:2]}0000")):
        rows = Implementation.objects.filter(item=code, division_code=one)
        if found := list(rows.exclude(retired_on__lte=on).order_by("part")):
            return found
    return []


def of_rows(
    standard: Version,
    locals_: tuple[Local, ...],
    rows: Sequence[Implementation],
    place: str,
    *,
    others: Mapping[str, str],
    read: Callable[[], Version],
) -> tuple[Difference, ...]:
    """The differences of an item as the rows of one place carry it out.

    `locals_` are the places' versions in force, `rows` what the place's list says of the item;
    `others` the task codes that its list gives to other items, too, with their names. `read`
    gives the standard with `locals_` over it; it is asked only for what is not remembered.
    """
    names = _named(place, called(place))
    main = next((row for row in rows if row.part == ""), None)
    said = (main.name, main.catalog_code) if main else ("", standard.codes.catalog_code)
    found = _remembered(standard, locals_, names, said, read)
    grain = granularity.found([_row(row) for row in rows], others)
    return tuple(in_order([*found, *judged(grain, names)])) if grain else found


# What is published never changes, so what was compared once stays right: some kB each.
_KEPT = 20_000
_known: dict[object, tuple[Difference, ...]] = {}
# What differs is the same in every place that has the same rules; only how it is said is not.
_differing: dict[object, tuple[Found, ...]] = {}


@lru_cache(maxsize=8192)
def _named(place: str, name: str) -> Names:
    return against_standard(name, place[:2])


def _remembered(
    standard: Version,
    locals_: tuple[Local, ...],
    names: Names,
    said: tuple[str, str],
    read: Callable[[], Version],
) -> tuple[Difference, ...]:
    same = (standard.item, standard.number, standard.digest, locals_, said)
    if (unsaid := _differing.get(same)) is None:
        if len(_differing) >= _KEPT:
            _differing.clear()
        local = _as_said(read() if locals_ else standard, standard, *said)
        unsaid = _differing[same] = differing(standard, local)
    if not unsaid:
        return ()
    key = (*same, names)
    if (found := _known.get(key)) is None:
        if len(_known) >= _KEPT:
            _known.clear()
        found = _known[key] = judged(unsaid, names)
    return found


def _as_said(local: Version, standard: Version, name: str, code: str) -> Version:
    """The version under the name and base code of the place's row, unless its changes say others."""
    if local.name != standard.name:
        name = local.name
    if local.codes.catalog_code != standard.codes.catalog_code:
        code = local.codes.catalog_code
    name = name or local.name
    if (name, code) == (local.name, local.codes.catalog_code):
        return local
    return replace(local, name=name, codes=replace(local.codes, catalog_code=code))


def _row(row: Implementation) -> granularity.Row:
    return granularity.Row(row.part, row.name, row.task_code, row.handle_code)


def _shared_codes(rows: Sequence[Implementation]) -> dict[str, str]:
    """Task codes of these rows that stand beside another item of the same place, with its name."""
    codes = {row.task_code for row in rows if row.task_code}
    if not codes:
        return {}
    one = rows[0]
    others = (
        Implementation.objects.filter(division_code=one.division_code, task_code__in=codes)
        .exclude(item=one.item_id)
        .order_by("item")
        .values_list("task_code", "item_id")
    )
    return {task: queries.item(item).name for task, item in others}
