"""A server that takes no writes counts as one that is away, and its connection is given up."""

import pytest
from django.db import OperationalError, ProgrammingError, connection

pytestmark = pytest.mark.django_db
LOSE_THE_LEAD = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"


@pytest.fixture
def link():
    """A connection of its own, as a thread of the web server keeps one from request to request."""
    made = connection.copy()
    yield made
    made.close()


def ask(link, question):
    with link.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone() if cursor.description else None


def begin_a_request(link):
    """What Django does with every connection at the end of a request and the beginning of one."""
    link.close_if_unusable_or_obsolete()


def test_a_refusal_to_write_is_a_database_that_is_away(link):
    ask(link, LOSE_THE_LEAD)

    with pytest.raises(OperationalError, match="read-only transaction"):
        ask(link, "CREATE TABLE of_nobody ()")


def test_a_connection_that_was_refused_is_given_up_with_its_request(link):
    ask(link, LOSE_THE_LEAD)
    with pytest.raises(OperationalError):
        ask(link, "CREATE TABLE of_nobody ()")

    begin_a_request(link)

    assert link.connection is None


def test_a_kept_connection_to_a_server_that_lost_its_lead_serves_no_further_request(link):
    [before] = ask(link, "SELECT pg_backend_pid()")
    ask(link, LOSE_THE_LEAD)

    begin_a_request(link)

    [after] = ask(link, "SELECT pg_backend_pid()")
    assert after != before
    assert ask(link, "SHOW transaction_read_only") == ("off",)


def test_a_connection_outlives_other_errors(link):
    [before] = ask(link, "SELECT pg_backend_pid()")
    with pytest.raises(ProgrammingError):
        ask(link, "SELECT nonsense")

    begin_a_request(link)

    assert ask(link, "SELECT pg_backend_pid()") == (before,)


def test_a_server_that_is_gone_is_not_usable(link):
    [pid] = ask(link, "SELECT pg_backend_pid()")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    assert not link.is_usable()
