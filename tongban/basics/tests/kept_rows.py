"""Reference rows that were loaded once, and are copied back after a test emptied the tables.

Tests that commit are cleared by emptying every table. Loading places and the catalogue anew takes
seconds each time; copying the rows inside the database takes milliseconds.
"""

from collections.abc import Iterable

from django.apps import apps
from django.db import connection, transaction
from psycopg.sql import SQL, Identifier


def keep(name: str, *, labels: Iterable[str]) -> None:
    """Set aside all rows of these apps under a name; the second time replaces what was kept."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {_schema(name)} CASCADE")
        cursor.execute(f"CREATE SCHEMA {_schema(name)}")
        for table in _tables(labels):
            cursor.execute(f"CREATE TABLE {_schema(name)}.{table} AS TABLE {table}")


def bring_back(name: str) -> bool:
    """Make the tables hold what was kept under a name, and nothing else; False if nothing was."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s",
            [_schema(name)],
        )
        tables = [table for (table,) in cursor.fetchall()]
        # Neither references nor what freezes published rows: these rows were all right together.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in tables:
            named = {
                "table": Identifier(table),
                "kept": Identifier(_schema(name), table),
                "columns": SQL(", ").join(map(Identifier, _written(cursor, table))),
            }
            cursor.execute(SQL("DELETE FROM {table}").format(**named))
            cursor.execute(
                SQL(
                    "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE "
                    "SELECT {columns} FROM {kept}"
                ).format(**named)
            )
    return bool(tables)


def _schema(name: str) -> str:
    return f"kept_{name}"


def _tables(labels: Iterable[str]) -> list[str]:
    return [
        model._meta.db_table
        for label in labels
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]


def _written(cursor, table: str) -> list[str]:
    """The columns of a table that are not made from others."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [column for (column,) in cursor.fetchall()]
