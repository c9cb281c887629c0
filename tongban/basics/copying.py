"""Writing very many rows at once: COPY into a table of the transaction's own, then one insert."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def copy_in(
    table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, conflict: str = ""
) -> int:
    """Insert rows, and with `conflict` do that where one is there already; how many were written.

    Within the caller's transaction. A column that `rows` does not name gets the table's default.
    """
    names, passing = ", ".join(columns), f"copied_into_{table}"
    clause = f"ON CONFLICT {conflict}" if conflict else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{passing}")
        cursor.execute(
            f"CREATE TEMP TABLE {passing} ON COMMIT DROP AS SELECT {names} FROM {table} LIMIT 0"  # noqa: S608
        )
        copy_rows(passing, columns, rows)
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {passing} {clause}"  # noqa: S608
        )
        return int(cursor.rowcount)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows straight into a table; one that is there already fails all of them."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([_plain(value) for value in row])


def _plain(value: Any) -> Any:
    """A value as COPY takes it: JSON as its text, a word of an enumeration as the word."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value) if isinstance(value, str) else value
