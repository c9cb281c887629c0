"""Writing what a plan says into the tables, many rows at once, and telling the other nodes."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from tongban.basics import canonical
from tongban.catalogue.operations import publishing
from tongban.catalogue.operations.retiring import retirement

_ROW = (
    "id", "item_id", "division_code", "part", "authority_code", "authority_name", "level", "name",
    "catalog_code", "task_code", "handle_code", "local_code", "faults", "retired_on",
)  # fmt: skip
_ROW_TYPES = ("int8", *["text"] * 11, "text[]", "date")
_VERSION = (
    "implementation_id", "number", "from_day", "content", "wording", "digest", "came_from",
    "published_at", "published_by", "drafted_by", "running",
)  # fmt: skip
_VERSION_TYPES = (
    "int8", "int4", "date", "jsonb", "jsonb", "text", "text", "timestamptz", "text", "text",
    "jsonb",
)  # fmt: skip


Step = Mapping[str, Any]
_watchers: list[Callable[[Collection[int]], object]] = []
# Bytes of changes that one signed step carries; an envelope holds 768 KB, and each step costs a
# signature and a few statements.
_STEP_BYTES = 350_000


def write(batch: list[dict[str, Any]], *, drafted_by: str, published_by: str, at: datetime) -> None:
    """Write a batch of a plan's steps and publish them; within the caller's transaction."""
    for step in batch:
        if one := step["version"]:
            # Packed once for the row, its digest and the size of what is told of it.
            step["packed"] = canonical.dumps(one["content"])
    added = [step for step in batch if not step["id"]]
    for step, id_ in zip(added, _ids(len(added)), strict=True):
        step["id"] = id_
    _copy("catalogue_implementation", _ROW, _ROW_TYPES, (_row(step) for step in added))
    _update([step for step in batch if step["action"] != "added"])
    who = {"drafted_by": drafted_by, "published_by": published_by}
    versions = (_version(step, who, at) for step in batch if step["is_new"])
    _copy("catalogue_implementationversion", _VERSION, _VERSION_TYPES, versions)
    for changes in _steps(batch, who):
        publishing.publish_step(changes, at=at)
    keys = [step["id"] for step in batch]
    for watcher in _watchers:
        # What is written stays written, whatever becomes of those who only look on.
        transaction.on_commit(partial(watcher, keys), robust=True)


def after_rows(watcher: Callable[[Collection[int]], object]) -> None:
    """Call this with the keys of a batch's rows once it is committed; for who keeps their names."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def _version(step: Step, who: Mapping[str, str], at: datetime) -> tuple[Any, ...]:
    one, packed = step["version"], step["packed"]
    return (
        step["id"], one["number"], date.fromisoformat(one["from_day"]),
        Jsonb(one["content"], dumps=lambda _: packed), Jsonb(one["wording"]),
        canonical.digest(packed), "import", at, who["published_by"], who["drafted_by"], Jsonb({}),
    )  # fmt: skip


def _steps(batch: list[dict[str, Any]], who: Mapping[str, str]) -> Iterator[list[dict[str, Any]]]:
    """The changes of a batch in pieces that a message carries."""
    piece: list[dict[str, Any]] = []
    size = 0
    for step in batch:
        changes = list(_changes(step, who))
        length = len(step.get("packed", b"")) + sum(map(_size_without_content, changes))
        if piece and size + length > _STEP_BYTES:
            yield piece
            piece, size = [], 0
        piece += changes
        size += length
    if piece:
        yield piece


def _size_without_content(change: Mapping[str, Any]) -> int:
    bare = {key: value for key, value in change.items() if key != "content"}
    return len(json.dumps(bare, ensure_ascii=False).encode())


def _changes(step: Step, who: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    item, place, part = step["key"]
    named = {"item": item, "division_code": place, "part": part}
    if one := step["version"]:
        described = {
            name: step["identity"][name] for name in publishing.DESCRIBED if name not in named
        }
        # A version that is known already is said again where only the row changed: it is compared,
        # and the row's new description taken.
        yield {
            "kind": "implementation", **named, **described, **one, "running": {}, "why": "", **who,
        }  # fmt: skip
    if step["ends"]:
        yield retirement(item, place, part, step["identity"]["retired_on"])


def _ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('catalogue_implementation', 'id'))"
            " FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def _row(step: dict[str, Any]) -> tuple[Any, ...]:
    identity = step["identity"]
    retired = identity["retired_on"]
    values = (identity[column] for column in _ROW[4:-2])
    return (
        step["id"], *step["key"], *values, step["faults"],
        date.fromisoformat(retired) if retired else None,
    )  # fmt: skip


def _copy(
    table: str, columns: tuple[str, ...], types: tuple[str, ...], rows: Iterator[tuple[Any, ...]]
) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


_CHANGED = ", ".join(f"{column} = %s" for column in _ROW[4:])


def _update(steps: list[dict[str, Any]]) -> None:
    rows = []
    for step in steps:
        id_, _item, _place, _part, *values = _row(step)
        rows.append([*values, id_])
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE catalogue_implementation SET {_CHANGED} WHERE id = %s",  # noqa: S608 - constants
            rows,
        )
