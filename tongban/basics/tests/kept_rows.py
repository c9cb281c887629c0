"""Reference rows that were loaded once, and stay or are copied back after a test that commits.

Django clears up after such a test by emptying every table and making its own rows anew, which takes
seconds with everything that has to be loaded again. Here only what the test wrote is taken out:
tables of reference rows stay as they are, and are copied inside the database where they changed.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.db import connection, transaction
from psycopg.sql import SQL, Identifier

# What Django makes after migrating, for all time.
OF_DJANGO = {"django_content_type", "auth_permission", "django_migrations"}
# How many rows a table has, and a sum over their versions.
Mark = tuple[int, int]
# By the name of what is kept: how its tables were marked when they last held just that.
_marks: dict[str, dict[str, Mark]] = {}


def keep(name: str, *, labels: Iterable[str]) -> None:
    """Set aside all rows of these apps under a name; the second time replaces what was kept."""
    tables = _tables(labels)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {_schema(name)} CASCADE")
        cursor.execute(f"CREATE SCHEMA {_schema(name)}")
        for table in tables:
            cursor.execute(f"CREATE TABLE {_schema(name)}.{table} AS TABLE {table}")
    _marks[name] = marks(tables)


def is_kept(name: str) -> bool:
    """Whether something was set aside under this name, and not taken back with a test since."""
    if name not in _marks:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [_schema(name)])
        (is_there,) = cursor.fetchone()
    return bool(is_there)


def bring_back(name: str) -> bool:
    """Make the tables hold what was kept under a name, and nothing else; whether any did not."""
    kept = _marks[name]
    now = marks(kept)
    changed = [table for table in kept if now[table] != kept[table]]
    if not changed:
        return False
    with transaction.atomic(), connection.cursor() as cursor, _everything_passing(cursor):
        for table in changed:
            named = {
                "table": Identifier(table),
                "kept": Identifier(_schema(name), table),
                "columns": SQL(", ").join(map(Identifier, _written(table))),
            }
            cursor.execute(SQL("DELETE FROM {table}").format(**named))
            cursor.execute(
                SQL(
                    "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE "
                    "SELECT {columns} FROM {kept}"
                ).format(**named)
            )
    kept.update(marks(changed))
    return True


def clear_the_rest() -> None:
    """Empty all tables but those of which rows are kept; their counters go on."""
    kept = {table for tables in _marks.values() for table in tables}
    _empty(one for one in _of_the_program() if one not in kept | OF_DJANGO)


def empty(*labels: str) -> None:
    """Empty all tables of these apps, whatever refers to their rows; their counters go on."""
    _empty(_tables(labels))


def _empty(tables: Iterable[str]) -> None:
    asked = [f"SELECT '{one}' WHERE EXISTS (SELECT FROM {one})" for one in tables]  # noqa: S608
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        written = [table for (table,) in cursor.fetchall()]
        _delete(cursor, written)


def marks(tables: Iterable[str]) -> dict[str, Mark]:
    """Which row versions each table shows: whoever writes makes others, in other places."""
    version = "hashtext(ctid::text || '/' || xmin::text)"
    asked = [
        f"SELECT '{one}', count(*), coalesce(sum({version}), 0) FROM {one}"  # noqa: S608
        for one in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return {table: (rows, versions) for table, rows, versions in cursor.fetchall()}


def _delete(cursor, tables: Iterable[str]) -> None:
    with _everything_passing(cursor):
        for table in tables:
            cursor.execute(SQL("DELETE FROM {}").format(Identifier(table)))


@contextmanager
def _everything_passing(cursor) -> Iterator[None]:
    """Neither references nor what freezes published rows: these rows were all right together.

    Both look at everything again afterwards, which may be within a test's own transaction.
    """
    cursor.execute("SET LOCAL session_replication_role = replica")
    yield
    cursor.execute("SET LOCAL session_replication_role = origin")


def _schema(name: str) -> str:
    return f"kept_{name}"


def _tables(labels: Iterable[str]) -> list[str]:
    return [
        model._meta.db_table
        for label in labels
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.managed
    ]


@cache
def _of_the_program() -> tuple[str, ...]:
    return tuple(
        connection.introspection.django_table_names(only_existing=True, include_views=False)
    )


@cache
def _written(table: str) -> tuple[str, ...]:
    """The columns of a table that are not made from others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
        return tuple(column for (column,) in cursor.fetchall())
