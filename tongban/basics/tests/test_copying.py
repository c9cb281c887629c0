"""Rows written as text that COPY takes come out of the table as they were."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from psycopg.errors import UniqueViolation

from tongban.basics import copying

pytestmark = pytest.mark.django_db

ROW = (
    1, "a\tb\nc\rd\\N", "\\N", "", None, True, {"给": ["a\t\\\"b", None, 1]},
    datetime(2026, 11, 22, 18, 0, 0, 5, UTC), date(2026, 11, 22),
)  # fmt: skip
NAMES = ("id", "text", "like_nothing", "empty", "nothing", "truth", "json", "at", "day")


@pytest.fixture
def table():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE kept (id int PRIMARY KEY, text text, like_nothing text, empty text,"
            " nothing text, truth bool, json jsonb, at timestamptz, day date) ON COMMIT DROP"
        )
        cursor.execute("CREATE INDEX by_text ON kept (text)")
        yield cursor


def test_a_row_of_everything_is_read_as_it_was_written(table):
    copying.copy_lines("kept", NAMES, copying.lines([ROW, (2, *ROW[1:])]))

    table.execute(
        "SELECT id, text, like_nothing, empty, nothing, truth, at, day, json = %s::jsonb FROM kept"
        " ORDER BY id",
        [copying._JSON.encode(ROW[6])],
    )
    same = (*ROW[1:6], *ROW[7:], True)
    assert table.fetchall() == [(1, *same), (2, *same)]


def test_a_row_that_is_there_fails_all(table):
    with pytest.raises(UniqueViolation):
        copying.copy_lines("kept", NAMES, copying.lines([ROW, ROW]))


def test_indexes_are_away_meanwhile_and_the_same_again_afterwards(table):
    def indexes():
        table.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'kept'")
        return sorted(table.fetchall())

    before = indexes()
    with copying.without_indexes("kept"):
        assert [name for name, _ in indexes()] == ["kept_pkey"]
    assert indexes() == before
