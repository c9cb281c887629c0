"""PostgreSQL servers of a test's own, for tests that copy and lose them."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from tongban.local import ports, postgres


@contextmanager
def running(server):
    process = subprocess.Popen(
        server.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
        env=postgres.environment(), start_new_session=True, **postgres.process_user(server.user),
    )  # fmt: skip
    try:
        while not server.answers():
            assert process.poll() is None
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def connect(server) -> psycopg.Connection:
    return psycopg.connect(server.url("postgres", "admin", "postgres"), autocommit=True)


def one(connection: psycopg.Connection, question: str) -> Any:
    """The only value that a question has."""
    found = connection.execute(question).fetchone()
    assert found is not None
    return found[0]


def hand_over(folder: Path, user) -> None:
    """What root copied belongs to the server's user, as on a machine whose operator is that user."""
    for place in (folder, *folder.rglob("*")):
        if user:
            os.chown(place, user.uid, user.gid)


def wait_for(file: Path) -> None:
    until(file.exists, f"the server's archive of {file.name}")


def until(is_so: Callable[[], object], what: str, *, seconds: float = 60.0) -> None:
    """Wait for something to become true; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.05)


def said_by(server, data) -> list[str]:
    """The words of the test that a server has, started from a copy of its data, once it is recovered."""
    again = replace(server, data=data, settings=postgres.FAST, port=ports.free_port())
    with running(again), connect(again) as connection:
        until(lambda: not one(connection, "select pg_is_in_recovery()"), "the end of recovery")
        return [row[0] for row in connection.execute("select word from said")]
