"""The demo's PostgreSQL: who may read what, and what it says of a broken folder."""

import os
import signal
import subprocess
from pathlib import Path

import psycopg
import pytest

from tongban.local import accounts, databases, ports, postgres
from tongban.local.home import Home
from tongban.local.trouble import Trouble

PASSWORDS = {"22": "twenty-two", "35": "thirty-five"}


@pytest.fixture(scope="module")
def server(enterable_folder):
    root = enterable_folder("postgres")
    server, _ = postgres.place(root, root / "postgres", port=ports.free_port())
    postgres.make_room(server)
    server.initialise("admin")
    process = subprocess.Popen(
        server.command(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=postgres.environment(),
        start_new_session=True,
        **postgres.process_user(server.user),
    )
    while not server.answers():
        assert process.poll() is None
    databases.make_for_nodes(server.url("postgres", "admin", "postgres"), PASSWORDS)
    yield server
    process.send_signal(signal.SIGINT)
    process.wait(20)


def remove_private(root: Path) -> None:
    private = accounts.private_folder(root)
    if private.exists():
        subprocess.run(["rm", "-rf", str(private)], check=True)


def connect(server, role, database):
    return psycopg.connect(server.url(databases.name(role), PASSWORDS[role], database))


def test_a_node_reads_and_writes_its_own_database(server):
    with connect(server, "22", databases.name("22")) as connection:
        connection.execute("create table papers (name text)")
        connection.execute("create extension pg_trgm")
        connection.execute("create extension btree_gin")


@pytest.mark.parametrize("database", ["tongban_35", "postgres"])
def test_a_node_cannot_open_another_database(server, database):
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        connect(server, "22", database)


def test_a_node_without_the_right_password_gets_nowhere(server):
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url("tongban_22", "guessed", "tongban_22"))


def test_making_the_databases_again_changes_nothing(server):
    databases.make_for_nodes(server.url("postgres", "admin", "postgres"), PASSWORDS)

    with connect(server, "35", databases.name("35")) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_database_on_a_server_of_ones_own_is_made_once_with_the_nodes_code(server):
    given = server.url("postgres", "admin", "city")

    first, second = databases.make_at(given, "44"), databases.make_at(given, "44")

    assert first == second
    assert first.endswith("/city_44")
    with psycopg.connect(first) as connection:
        assert connection.info.dbname == "city_44"


def test_a_server_that_is_not_there_is_named_without_its_password():
    with pytest.raises(Trouble) as refusal:
        databases.make_at(f"postgresql://me:secret@127.0.0.1:{ports.free_port()}/city", "44")

    assert "secret" not in str(refusal.value)
    assert "DATABASE_URL" in refusal.value.chinese


def test_a_broken_data_folder_is_refused_and_left_as_it_is(server, tmp_path):
    data = tmp_path / "data"
    (data / "global").mkdir(parents=True)
    (data / "PG_VERSION").write_text("garbage\n")
    broken = postgres.Server(server.programs, data, server.user, server.port)

    with pytest.raises(Trouble) as refusal:
        broken.initialise("admin")

    assert "--fresh" in refusal.value.chinese
    assert (data / "PG_VERSION").read_text() == "garbage\n"


def test_a_root_that_others_cannot_pass_is_not_opened_to_them(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    place = Home(closed / "home")
    place.make()

    server, elsewhere = postgres.place(place.root, place.postgres, port=ports.free_port())

    if os.geteuid() == 0:
        assert elsewhere == str(accounts.private_folder(place.root))
        assert server.data.is_relative_to(elsewhere)
        assert closed.stat().st_mode & 0o777 == 0o700
        assert Path(elsewhere).stat().st_uid == server.user.uid
        assert Path(elsewhere).stat().st_mode & 0o777 == 0o700
        remove_private(place.root)
    else:
        assert elsewhere is None
        assert server.user is None
