"""Making the entries that search looks into."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from tongban.basics import canonical
from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Implementation, Item
from tongban.guidance import placewords, wording
from tongban.guidance.models import Indexed, PlaceReading, SearchEntry
from tongban.jurisdictions import snapshot as jurisdictions

_MAKING = 2  # raise it when entries are made in another way
_AT_ONCE = 5000

_LocalRow = tuple[int, str, str, str, str, str, str, list[str], list[str]]


def index_items() -> int:
    """Make the entries of the national list anew from the catalogue; returns how many there are.

    The second time with the same catalogue and wording nothing is written.
    """
    rows = [_row(item) for item in catalogue.items()]
    stamp = str(jurisdictions.current().stamp)
    digest = canonical.digest(json.dumps([_MAKING, stamp, rows], ensure_ascii=False).encode())
    if not Indexed.objects.filter(digest=digest).exists():
        _write(rows, digest)
    return len(rows)


@transaction.atomic
def _write(rows: list[dict[str, str | list[str]]], digest: str) -> None:
    SearchEntry.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO guidance_searchentry"
            " (item_id, name, text, words, initials, pinyin) VALUES"
            " (%(item)s, %(name)s, %(text)s, array_to_tsvector(%(words)s), %(initials)s,"
            " %(pinyin)s)",
            rows,
        )
    PlaceReading.objects.all().delete()
    PlaceReading.objects.bulk_create(placewords.readings(localdate()), batch_size=_AT_ONCE)
    Indexed.objects.all().delete()
    Indexed.objects.create(digest=digest)
    index_implementations()


def _row(item: Item) -> dict[str, str | list[str]]:
    # Names that the lists no longer use: of the item itself, and of what became it.
    former = catalogue.former_names(item.code)
    said = [item.name, *wording.wording().said_for(item.name), *former]
    return {
        "item": item.code,
        "name": wording.squeeze(item.name),
        "text": " ".join(wording.squeeze(part) for part in said),
        "words": wording.words(" ".join([*said, item.lead])),
        "initials": wording.initials(item.name),
        "pinyin": wording.pinyin(item.name),
        "theme": item.theme,
    }


@transaction.atomic
def index_implementations(which: Collection[int] | None = None) -> int:
    """Make the entries of places' own names anew; returns how many there are of them.

    `which` are the primary keys of implementations that came, changed or went; without it all are
    looked at. A name that is the national one needs no entry, nor does what is retired. The second
    time the same entries are written.
    """
    found = Implementation.objects.filter(retired_on=None)
    with connection.cursor() as cursor:
        if which is None:
            # Not truncated: whoever searches meanwhile finds the entries of before.
            cursor.execute("DELETE FROM guidance_localentry")
        else:
            found = found.filter(pk__in=which)
            cursor.execute(
                "DELETE FROM guidance_localentry WHERE implementation_id = ANY(%s)", [list(which)]
            )
        rows = found.order_by("pk").values_list("pk", "item_id", "division_code", "name")
        national = {item.code: wording.squeeze(item.name) for item in catalogue.items()}
        count = sum(_copy(cursor, _local_rows(some, national)) for some in _in_turns(rows))
        if count > _AT_ONCE:
            # Otherwise every search reads the index's list of late comers until the next vacuum.
            cursor.execute(
                "SELECT gin_clean_pending_list('search_local_pairs'),"
                " gin_clean_pending_list('search_local_initial_pairs')"
            )
        return count


def _in_turns(rows: QuerySet[Any, tuple[int, str, str, str]]) -> Iterator[list[Any]]:
    """So many rows at a time: while rows are copied in, their connection cannot read."""
    last = 0
    while some := list(rows.filter(pk__gt=last)[:_AT_ONCE]):
        yield some
        last = some[-1][0]


def _copy(cursor: Any, rows: Iterable[_LocalRow]) -> int:
    columns = (
        "implementation_id, item_id, place, shown, name, initials, pinyin, pairs, initial_pairs"
    )
    count = 0
    with cursor.copy(f"COPY guidance_localentry ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def _local_rows(
    rows: Iterable[tuple[int, str, str, str]], national: Mapping[str, str]
) -> Iterator[_LocalRow]:
    for key, item, place, shown in rows:
        name = wording.squeeze(shown)
        if name and name != national.get(item):
            initials, pinyin = _readings(name)
            pairs = wording.pairs(name), wording.pairs(initials)
            yield key, item, place, shown, name, initials, pinyin, *pairs


@lru_cache(maxsize=4096)
def _readings(name: str) -> tuple[str, str]:
    """Initials and pinyin; the same name comes back from many places, one after another."""
    found = wording.syllables(name)
    return "".join(part[0] for part in found if part), "".join(found)
