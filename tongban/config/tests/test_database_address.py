"""The address of a database, as operators write it."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from tongban.config.environment import database


def read(url: str) -> list[object]:
    found = database(url)
    return [found[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME", "OPTIONS")]


LEADER = {"target_session_attrs": "read-write"}


def test_one_server_or_whatever_stands_before_several():
    assert read("postgresql://tongban:p%40ss@db.example:5433/node") == [
        "tongban", "p@ss", "db.example", "5433", "node", LEADER,
    ]  # fmt: skip
    assert read("postgresql://tongban@127.0.0.1/node") == [
        "tongban", "", "127.0.0.1", "", "node", LEADER,
    ]  # fmt: skip
    assert read("postgres://[::1]:5432/node")[2:4] == ["::1", "5432"]


def test_a_socket_folder():
    assert read("postgresql://tongban@%2Frun%2Fpostgresql/node")[2:4] == ["/run/postgresql", ""]


def test_servers_of_a_cluster_are_asked_for_the_one_that_takes_writes():
    found = read("postgresql://tongban:secret@10.0.0.1:5432,10.0.0.2:5432,10.0.0.3/node")

    assert found[2:4] == ["10.0.0.1,10.0.0.2,10.0.0.3", "5432,5432,"]
    assert found[5] == LEADER


def test_what_the_driver_understands_besides_is_passed_on():
    options = read("postgresql://a@b,c/node?sslmode=verify-full&target_session_attrs=primary")[5]

    assert options == {"sslmode": "verify-full", "target_session_attrs": "primary"}


@pytest.mark.parametrize(
    "url",
    ["mysql://a@b/c", "postgresql://a@b", "postgresql://a@b:port/c", "postgresql://a@b:1:2/c"],
)
def test_anything_else_is_refused_with_an_example(url):
    with pytest.raises(ImproperlyConfigured, match="postgresql://user"):
        database(url)
