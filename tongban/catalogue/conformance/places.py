"""The differences of places as they are in force on a day, read from the tables."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from tongban.catalogue import queries
from tongban.catalogue.conformance import granularity
from tongban.catalogue.conformance.comparing import (
    Names,
    against_standard,
    compare,
    in_order,
    judged,
)
from tongban.catalogue.conformance.kinds import Difference
from tongban.catalogue.models import Implementation
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
    local = queries.version_in_force(code, on, deciding=place)
    rows = rows_above(code, place, on)
    return of_rows(standard, local or standard, rows, place)


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
    found = _compared(ours, theirs, _names(here, there), theirs.name, theirs.codes.catalog_code)
    return tuple(one for one in found if one.plain)


def _names(here: str, there: str) -> Names:
    """Two places by the shortest names that tell them apart: 吉林 and 福建, or 长春 and 吉林市."""
    if here[:2] != there[:2]:
        here, there = f"{here[:2]}0000", f"{there[:2]}0000"
    return Names(called(here), called(there), there[:2])


def called(place: str) -> str:
    """A place as people call it: 福建; below the province with it: 福建 福州."""
    return jurisdictions.plain_name(place).replace(" ", "")


def rows_above(code: str, place: str, on: date) -> list[Implementation]:
    """The rows that hold for an item in a place: its own, or else those of the place above it."""
    for one in dict.fromkeys((place, f"{place[:4]}00", f"{place[:2]}0000")):
        rows = Implementation.objects.filter(item=code, division_code=one)
        if found := list(rows.exclude(retired_on__lte=on).order_by("part")):
            return found
    return []


def of_rows(
    standard: Version, local: Version, rows: Sequence[Implementation], place: str
) -> tuple[Difference, ...]:
    """The differences of one version as one place's rows carry it out, with their granularity."""
    names = against_standard(called(f"{place[:2]}0000"), place[:2])
    main = next((row for row in rows if row.part == ""), None)
    found = _compared(standard, local, names, *_said_by(main, standard, local))
    grain = granularity.found([_row(row) for row in rows], _shared_codes(rows))
    return tuple(in_order([*found, *judged(grain, names)]))


def _said_by(row: Implementation | None, standard: Version, local: Version) -> tuple[str, str]:
    """The name and the base code that a place uses: of its changes, otherwise of its row."""
    if row is None:
        return local.name, local.codes.catalog_code
    name = local.name if local.name != standard.name else row.name
    changed = local.codes.catalog_code != standard.codes.catalog_code
    return name, local.codes.catalog_code if changed else row.catalog_code


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
        .values_list("task_code", "item_id")
    )
    return {task: queries.item(item).name for task, item in others}


@lru_cache(maxsize=4096)
def _compared(
    standard: Version, local: Version, names: Names, name: str, code: str
) -> tuple[Difference, ...]:
    # A version is read once and kept, and what is published never changes.
    if (name, code) != (local.name, local.codes.catalog_code):
        local = replace(local, name=name, codes=replace(local.codes, catalog_code=code))
    return compare(standard, local, names)
