"""PostgreSQL servers of a test's own, for tests that copy and lose them."""

import os
import signal
import subprocess
import time
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
        process.wait(20)


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
    for _ in range(400):
        if file.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"the server never archived {file.name}")


def said_by(server, data) -> list[str]:
    """The words of the test that a server has, started from a copy of its data, once it is recovered."""
    again = replace(server, data=data, settings=postgres.FAST, port=ports.free_port())
    with running(again), connect(again) as connection:
        for _ in range(200):
            if not one(connection, "select pg_is_in_recovery()"):
                break
            time.sleep(0.05)
        return [row[0] for row in connection.execute("select word from said")]
