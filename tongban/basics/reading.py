"""Reading very many rows at once, as plainly as the driver gives them."""

from functools import lru_cache
from json import JSONDecoder
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from psycopg.types.datetime import TimestamptzLoader

# Most rows say one of few things in a column of JSON, such as nothing yet or the usual limits.
_KEPT = 4096


def rows(values: "QuerySet[Any, tuple[Any, ...]]") -> list[tuple[Any, ...]]:
    """The rows of a queryset of values; JSON comes as its text (`value_of`). Raises Django's errors.

    Django turns each value by a function of its own in Python, which for a wide row takes longer
    than all the rest.
    """
    try:
        sql, parameters = values.query.sql_with_params()
    except EmptyResultSet:
        return []  # asked for one of none
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        # The driver's own, which is in C; Django puts one of its own over it, which is not.
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        found: list[tuple[Any, ...]] = cursor.execute(sql, parameters).fetchall()
    return found


@lru_cache(_KEPT)
def value_of(text: str) -> Any:
    """The value of a JSON text. The same text gives the very same value: leave it as it is."""
    return _DECODER.decode(text)


_DECODER = JSONDecoder()
