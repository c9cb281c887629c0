"""Statements of the busiest paths, which the database plans once and not each time."""

import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg
from django.db import connection

# A connection that answered within so many seconds is not asked first whether it lives. If the
# database went away since, one request a thread fails (503, and its client tries again).
FRESH = 1.0
_answered = threading.local()
_PARAMETER = re.compile(r"%\((\w+)\)s")


def rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement within the caller's transaction, or alone as one, and give what it returns.

    Parameters are written %(name)s. Their values travel beside the statement: Django's cursors
    write them into it, which makes it another one each time. So the database does not see what
    they are meant to be, and the statement casts them. Raises Django's errors.
    OPTIONS["prepare_threshold"] says after how many times a statement is prepared (None, for a
    pooler that cannot keep it: never).
    """
    if time.monotonic() - getattr(_answered, "at", 0.0) > FRESH:
        connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    text, names = _numbered(statement)
    with connection.wrap_database_errors, psycopg.RawCursor(connection.connection) as cursor:
        found = cursor.execute(text, [values[name] for name in names]).fetchall()
    _answered.at = time.monotonic()
    return found


@dataclass(frozen=True)
class Count:
    """A number that a statement counts, to be asked for alone or together with others."""

    statement: str  # one row of one number, parameters as for `rows`
    values: Mapping[str, Any]

    def now(self) -> int:
        """The number. Raises Django's errors."""
        (found,) = counts([self])
        return found


def counts(asked: Sequence[Count]) -> list[int]:
    """Several numbers by one question to the database, in their order; none for none.

    A page has half a dozen beside its navigation: asked one by one, the way there and back takes
    longer than the counting. Raises Django's errors.
    """
    if not asked:
        return []
    values = {
        f"q{n}_{name}": value for n, one in enumerate(asked) for name, value in one.values.items()
    }
    (found,) = rows(_together(tuple(one.statement for one in asked)), values)
    return [int(number) for number in found]


@lru_cache(maxsize=256)
def _together(statements: tuple[str, ...]) -> str:
    """One statement that answers all of them, each with parameters of its own."""
    own = (_PARAMETER.sub(rf"%(q{n}_\1)s", one) for n, one in enumerate(statements))
    return f"SELECT {', '.join(f'({one})' for one in own)}"


@lru_cache(maxsize=256)
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with $1, $2 … and the names that these stand for, each once."""
    names = tuple(dict.fromkeys(_PARAMETER.findall(statement)))
    places = {name: f"${number}" for number, name in enumerate(names, 1)}
    return _PARAMETER.sub(lambda found: places[found[1]], statement).encode(), names
