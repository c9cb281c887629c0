"""Implementations as the tables hold them, many at once: to compare with, to write out."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

_COLUMNS = (
    "id", "item_id", "division_code", "part", "authority_code", "authority_name", "level", "name",
    "catalog_code", "task_code", "handle_code", "local_code", "retired_on", "faults",
)  # fmt: skip
_SELECT = f"""
    SELECT {", ".join(f"i.{column}" for column in _COLUMNS)},
           v.number, v.from_day, v.content, v.wording
"""
_ASKED = (
    _SELECT
    + """
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS asked(item, place, part)
    JOIN catalogue_implementation i
      ON i.item_id = asked.item AND i.division_code = asked.place AND i.part = asked.part
    LEFT JOIN catalogue_implementationversion v ON v.implementation_id = i.id
    ORDER BY i.id, v.number
"""
)
_LATEST = f"""
    {_SELECT}
    FROM catalogue_implementation i
    LEFT JOIN LATERAL (
      SELECT number, from_day, content, wording FROM catalogue_implementationversion
      WHERE implementation_id = i.id ORDER BY number DESC LIMIT 1
    ) v ON true
    WHERE i.division_code LIKE %s AND (i.item_id, i.division_code, i.part) > (%s, %s, %s)
    ORDER BY i.item_id, i.division_code, i.part
    LIMIT %s
"""  # noqa: S608 - constants only
# One value that changes whenever a row of either table does; versions never change.
_STAMP = """
    SELECT concat_ws(':', (SELECT count(*) FROM catalogue_implementation),
      (SELECT coalesce(bit_xor(hashtextextended(i::text, 0)), 0) FROM catalogue_implementation i),
      (SELECT count(*) FROM catalogue_implementationversion),
      (SELECT coalesce(max(id), 0) FROM catalogue_implementationversion))
"""


@dataclass(frozen=True)
class StoredVersion:
    """One published version of an implementation."""

    number: int
    from_day: date
    content: dict[str, Any]
    wording: dict[str, Any]


@dataclass
class Stored:
    """An implementation with its versions, the oldest first."""

    id: int
    item: str
    place: str
    part: str
    identity: dict[str, Any]
    faults: list[str] = field(default_factory=list)
    versions: list[StoredVersion] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, str]:
        """What names an implementation."""
        return self.item, self.place, self.part


def stamp() -> str:
    """What tells whether anything was written to the implementations since."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMP)
        return str(cursor.fetchone()[0])


def asked_for(keys: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], Stored]:
    """Those of these implementations that there are, with all their versions."""
    if not keys:
        return {}
    items, places, parts = (list(column) for column in zip(*keys, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, [items, places, parts])
        return {one.key: one for one in _read(cursor.fetchall())}


def latest(prefix: str = "", *, batch: int = 1000) -> Iterator[Stored]:
    """All implementations of the places that begin so, each with its newest version, in order.

    Read in batches, so that memory stays flat however many there are.
    """
    after = ("", "", "")
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_LATEST, [f"{prefix}%", *after, batch])
            found = list(_read(cursor.fetchall()))
        yield from found
        if len(found) < batch:
            return
        after = found[-1].key


def _read(rows: Iterable[tuple[Any, ...]]) -> Iterator[Stored]:
    one: Stored | None = None
    width = len(_COLUMNS)
    for row in rows:
        values = dict(zip(_COLUMNS, row, strict=False))
        number, from_day, content, wording = row[width:]
        if one is None or one.id != values["id"]:
            if one is not None:
                yield one
            retired, faults = values.pop("retired_on"), values.pop("faults")
            key = [values.pop(name) for name in ("id", "item_id", "division_code", "part")]
            values["retired_on"] = retired.isoformat() if retired else ""
            id_, item, place, part = key
            one = Stored(id_, item, place, part, values, faults)
        if number is not None:
            one.versions.append(StoredVersion(number, from_day, _json(content), _json(wording)))
    if one is not None:
        yield one


def _json(value: Any) -> dict[str, Any]:

    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found
