"""Implementations to search through: invented for every county, and plainly marked as such."""

import itertools
from collections.abc import Iterator
from datetime import date

from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Implementation, Level
from tongban.jurisdictions import queries as jurisdictions

AUTHORITY = "虚构机关（沙盒，测速用）"
CODE = "SANDBOX"
_AT_ONCE = 5000


def make(count: int, *, on: date) -> int:
    """Write so many implementations under names of their own; returns how many there are now."""
    rows = itertools.islice(_rows(on), count)
    while some := list(itertools.islice(rows, _AT_ONCE)):
        Implementation.objects.bulk_create(some, ignore_conflicts=True)
    return Implementation.objects.filter(local_code__startswith=CODE).count()


def _rows(on: date) -> Iterator[Implementation]:
    """Place by place, each item under one of the ways in which places write a name of their own."""
    items = catalogue.items()
    for serial, (code, name) in enumerate(_places(on)):
        for number, item in enumerate(items):
            yield Implementation(
                item=item,
                division_code=code,
                authority_name=AUTHORITY,
                level=Level.COUNTY,
                name=_called(item.name, name, serial + number),
                local_code=f"{CODE}-{code}-{item.code}",
            )


def _called(item: str, place: str, serial: int) -> str:
    ways = (
        f"{place}{item}",
        f"{item}（{place}）",
        f"{item}网上办理（{place}）",
        f"{place}居民{item}一件事",
        f"{item[len(item) // 2 :]}（{item[: len(item) // 2]}，{place}）",
    )
    return ways[serial % len(ways)]


def _places(on: date) -> Iterator[tuple[str, str]]:
    for province in jurisdictions.provinces(on):
        for city in jurisdictions.cities(province.code, on):
            yield city.code, city.name
            for county in jurisdictions.counties(city.code, on):
                yield county.code, city.name + county.name
