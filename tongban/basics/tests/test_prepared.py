"""Statements whose values travel beside them."""

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from tongban.basics import prepared
from tongban.basics.prepared import Count


@pytest.mark.django_db
def test_values_arrive_as_they_are_and_a_name_may_come_twice():
    rows = prepared.rows(
        "SELECT %(text)s::text, %(list)s::text[], %(none)s::date, %(text)s::text || '%'",
        {"text": "'; DROP TABLE x; --", "list": ["甲", "乙"], "none": None, "more": "unused"},
    )

    assert rows == [("'; DROP TABLE x; --", ["甲", "乙"], None, "'; DROP TABLE x; --%")]


@pytest.fixture
def kept(db):
    """A table of the test's own."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE kept (n int NOT NULL)")


def test_it_is_part_of_the_callers_transaction(kept):
    with transaction.atomic():
        prepared.rows("INSERT INTO kept VALUES (%(n)s::int) RETURNING n", {"n": 1})
        transaction.set_rollback(True)

    assert prepared.rows("SELECT count(*) FROM kept", {}) == [(0,)]


def test_what_the_database_refuses_is_an_error_of_djangos(kept):
    with pytest.raises(IntegrityError), transaction.atomic():
        prepared.rows("INSERT INTO kept VALUES (%(n)s::int) RETURNING n", {"n": None})


@pytest.mark.django_db
def test_a_statement_asked_again_is_prepared_by_the_database():
    for number in range(10):
        assert prepared.rows("SELECT %(n)s::int + 41", {"n": number}) == [(number + 41,)]

    known = prepared.rows("SELECT statement FROM pg_prepared_statements", {})

    assert any("+ 41" in text for (text,) in known)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_is_an_error_once_and_then_a_new_one(monkeypatch):
    prepared.rows("SELECT 1", {})
    connection.connection.close()

    with pytest.raises(OperationalError):
        prepared.rows("SELECT 1", {})
    connection.close_if_unusable_or_obsolete()

    assert prepared.rows("SELECT 1", {}) == [(1,)]


@pytest.mark.django_db
def test_several_numbers_are_asked_for_at_once_each_with_values_of_its_own(monkeypatch):
    asked = [
        Count("SELECT %(n)s::int + %(n)s::int", {"n": 2}),
        Count("SELECT count(*) FROM generate_series(1, %(n)s::int)", {"n": 7}),
        Count("SELECT 5", {}),
    ]
    rows, sent = prepared.rows, []

    def counted(statement, values):
        sent.append(statement)
        return rows(statement, values)

    monkeypatch.setattr(prepared, "rows", counted)
    assert prepared.counts(asked) == [4, 7, 5]
    assert len(sent) == 1
    assert asked[1].now() == 7
    assert prepared.counts([]) == []
