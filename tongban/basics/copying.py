"""Writing very many rows at once: COPY into a table of the transaction's own, then one insert."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
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
        return _JSON.encode(value)
    return str(value) if isinstance(value, str) else value


# Made once: `json.dumps` would make another one for each value.
_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False)

# --- rows as the text that COPY takes, made where no connection is ---

_ODD = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as COPY reads them: texts, numbers, truths, moments, JSON and nothing."""
    return "".join(["\t".join([_text(value) for value in row]) + "\n" for row in rows]).encode()


def _text(value: Any) -> str:
    if value is None:
        return r"\N"
    text = _JSON.encode(value) if isinstance(value, dict | list) else str(value)
    return text.translate(_ESCAPES) if _ODD.search(text) else text


def copy_lines(table: str, columns: Sequence[str], text: bytes) -> None:
    """COPY what `lines` made straight into a table; one row that is there already fails all."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        copy.write(text)


@contextmanager
def without_indexes(*tables: str) -> Iterator[None]:
    """Fill tables of ours without keeping their indexes at every row; they are made anew afterwards.

    All of it belongs to the caller's transaction, in which nobody else reads or writes these
    tables: whatever ends it half-way leaves every index as it was. Keys stay, and so do references
    to other tables; those among these tables are checked at the end, all at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, {"tables": list(tables)})
        indexes = cursor.fetchall()
        cursor.execute(_CONSTRAINTS, {"tables": list(tables)})
        constraints = cursor.fetchall()
        for table, name, _ in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        # What is still to be checked of the new rows stands in the way of changing their table.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL maintenance_work_mem = '256MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


_INDEXES = """
    SELECT quote_ident(found.relname), pg_get_indexdef(found.oid)
    FROM pg_index JOIN pg_class AS found ON found.oid = indexrelid
    WHERE indrelid = ANY(%(tables)s::regclass[])
      AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY found.relname
"""
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE conrelid = ANY(%(tables)s::regclass[])
      AND (contype = 'u' OR contype = 'f' AND confrelid = ANY(%(tables)s::regclass[]))
    ORDER BY contype DESC, conname
"""
