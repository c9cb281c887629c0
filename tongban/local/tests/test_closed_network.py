"""The test bed itself: a test that reaches for the network must fail."""

import socket

import pytest
from django.db import connection


def test_a_test_cannot_reach_another_machine():
    with pytest.raises(Exception, match=r"192\.0\.2\.1"), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))


def test_a_test_cannot_look_up_another_machine():
    with pytest.raises(Exception, match=r"example\.org"):
        socket.getaddrinfo("example.org", 80)


@pytest.mark.django_db
def test_a_test_has_a_database_that_knows_chinese():
    with connection.cursor() as cursor:
        cursor.execute("create extension if not exists pg_trgm")
        cursor.execute("select show_trgm('长春'), upper('é')")
        trigrams, upper = cursor.fetchone()

    assert len(trigrams) > 1
    assert upper == "É"
