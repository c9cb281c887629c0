"""The demo's PostgreSQL: who may read what, and what it says of a broken folder."""

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tongban.local import accounts, databases, ports, postgres
from tongban.local.home import Home
from tongban.local.trouble import Trouble

PASSWORDS = {"22": "twenty-two", "35": "thirty-five", databases.TEMPLATE: "to-copy"}


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
    made = of(server)
    made.make_roles()
    for node in ("22", "35"):
        made.make_empty(node)
    yield server
    process.send_signal(signal.SIGINT)
    process.wait(20)


def of(server):
    return databases.Databases(server.url("postgres", "admin", "postgres"), passwords=PASSWORDS)


def remove_private(root: Path) -> None:
    private = accounts.private_folder(root)
    if private.exists():
        subprocess.run(["rm", "-rf", str(private)], check=True)


def connect(server, role, database):
    return psycopg.connect(server.url(f"tongban_{role}", PASSWORDS[role], database))


def test_a_node_reads_and_writes_its_own_database(server):
    with psycopg.connect(of(server).url("22")) as connection:
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


def test_making_the_roles_again_changes_nothing(server):
    of(server).make_roles()

    with psycopg.connect(of(server).url("35")) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


@pytest.fixture
def copied(server):
    """A template with a table, a type and an extension in it, and a copy of it for a new node."""
    made = replace(of(server), passwords=PASSWORDS | {"44": "forty-four", "44x": "once-more"})
    made.make_roles()
    made.make_empty(databases.TEMPLATE)
    with psycopg.connect(made.url(databases.TEMPLATE)) as connection:
        connection.execute("create extension pg_trgm")
        connection.execute("create table places (id serial primary key, name text)")
        connection.execute("insert into places (name) values ('长春')")
        connection.execute("create function said() returns text language sql return 'once'")
    made.close_template()
    assert made.missing(["22", "44"]) == ["44"]
    made.copy_template("44")
    assert made.missing(["22", "44"]) == []
    yield made
    with psycopg.connect(made.address, autocommit=True) as admin:
        admin.execute("drop database tongban_44")


def test_a_copy_holds_what_the_template_holds_and_belongs_to_its_node_alone(server, copied):
    with psycopg.connect(copied.url("44")) as connection:
        connection.execute("insert into places (name) values ('福州')")
        # Only an owner may change what a table, a function or the database itself is.
        connection.execute("alter table places add column code text")
        connection.execute("create or replace function said() returns text language sql return 'x'")
        connection.execute("create table more ()")
        rows = connection.execute("select id, name from places order by id").fetchall()
        assert rows == [(1, "长春"), (2, "福州")]

    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        connect(server, "22", "tongban_44")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        connect(server, databases.TEMPLATE, "tongban_44")


def test_the_template_is_as_it_was_after_it_was_copied(copied):
    copied.copy_template("44x")
    with psycopg.connect(copied.address, autocommit=True) as admin:
        names = {name for (name,) in admin.execute("select datname from pg_database")}
        assert {"tongban_template", "tongban_44x"} <= names
        # No copy under its first name is left that somebody could take for a node's.
        assert not [name for name in names if name.endswith("_new")]
        admin.execute("drop database tongban_44x")


def test_of_several_servers_of_ones_own_the_one_that_takes_writes_is_meant():
    servers = "postgresql://me:secret@10.0.1.1:5432,10.0.1.2:5432"

    assert databases.at(f"{servers}/city").url("22") == (
        f"{servers}/city_22?target_session_attrs=read-write"
    )
    asked = "sslmode=require&target_session_attrs=any"
    assert databases.at(f"{servers}/city?{asked}").url("22") == f"{servers}/city_22?{asked}"


def test_on_a_server_of_ones_own_the_databases_carry_the_nodes_codes(server):
    given = databases.at(server.url("postgres", "admin", "city"))

    given.make_roles()
    given.make_empty(databases.TEMPLATE)
    with psycopg.connect(given.url(databases.TEMPLATE)) as connection:
        connection.execute("create table places (name text)")
    given.close_template()
    given.copy_template("44")

    assert given.url("44").endswith("/city_44")
    with psycopg.connect(given.url("44")) as connection:
        assert connection.info.dbname == "city_44"
        assert connection.execute("select count(*) from places").fetchone() == (0,)


def test_a_server_that_is_not_there_is_named_without_its_password():
    with pytest.raises(Trouble) as refusal:
        databases.at(f"postgresql://me:secret@127.0.0.1:{ports.free_port()}/city").missing(["44"])

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
