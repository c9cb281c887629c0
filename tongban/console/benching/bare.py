"""Two nodes with nothing but their exchange, to measure that alone: real relays, mailboxes, databases.

`python -m tongban.console.benching.bare ACT` is what the processes of such a node do; its settings are in
the environment. The letters carry as much as one with an event of a case and need nothing done there.
"""

import json
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import psycopg

from tongban.local import bare
from tongban.local.trouble import Trouble
from tongban.trust import keeping, store

# As many letters in one transaction as a busy node's people write in a moment.
TOGETHER = 100
SUBJECTS = 500


@dataclass
class BareNode:
    """A node with a database, a key store and a worker of its own, and no pages."""

    code: str
    folder: Path
    database_url: str
    broker_url: str
    worker: subprocess.Popen[bytes] | None = None
    # As no node works: letters travel as they are, to compare with.
    is_unsigned: bool = False

    @property
    def key_store(self) -> Path:
        """Where its keys lie."""
        return self.folder / "node.keys"

    def make(self, suite: str) -> None:
        """Make its folder and its keys, of one suite."""
        self.folder.mkdir(parents=True)
        made = store.create(self.key_store)
        keeping.with_first_keys(made, suite, at=datetime.now(UTC)).save(self.key_store)

    def environment(self) -> dict[str, str]:
        """The settings of its processes."""
        return bare.environment(
            self.code, folder=self.folder, key_store=self.key_store,
            database_url=self.database_url, broker_url=self.broker_url,
        )  # fmt: skip

    def act(self, *words: str, given: str = "") -> str:
        """Do one of the acts below as this node, and wait for its end."""
        done = subprocess.run(
            [sys.executable, "-m", __name__, *words], env=self.environment(), input=given,
            text=True, capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Trouble("量报文的节点没有做成。", f"A bare node failed: {done.stderr[-500:]}")
        return done.stdout

    def start(self) -> None:
        """Start its worker."""
        with (self.folder / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "-m", __name__, *self._words()], env=self.environment(),
                stdout=log, stderr=log,
            )  # fmt: skip
        log_file = self.folder / "worker.log"
        wait(lambda: b"broker.connected" in log_file.read_bytes(), what=f"worker {self.code}")

    def _words(self) -> list[str]:
        return ["work", "unsigned"] if self.is_unsigned else ["work"]

    def stop(self) -> None:
        """Ask its worker to leave; a second time does nothing."""
        if self.worker is not None:
            self.worker.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.worker.wait(20)
            self.worker.kill()
            self.worker.wait()
            self.worker = None

    def count(self, sql: str) -> int:
        """A number from its database."""
        with psycopg.connect(self.database_url, autocommit=True) as link:
            row = link.execute(sql).fetchone()
        return int(row[0]) if row else 0

    def column(self, sql: str) -> list[float]:
        """A column of numbers from its database."""
        with psycopg.connect(self.database_url, autocommit=True) as link:
            return [float(value) for (value,) in link.execute(sql).fetchall()]


def introduce(nodes: Sequence[BareNode]) -> None:
    """Let nodes know each other's public keys."""
    listed = [
        {
            "code": node.code,
            "base_url": "http://127.0.0.1",
            **keeping.as_introduced(store.load(node.key_store)),
        }
        for node in nodes
    ]
    for node in nodes:
        node.act("introduce", given=json.dumps({"nodes": listed}))


def databases(server_url: str, names: Sequence[str]) -> list[str]:
    """New databases with all tables, the first migrated and the others copied; their addresses."""
    first, *others = names
    with psycopg.connect(server_url, autocommit=True) as link:
        link.execute(f'CREATE DATABASE "{first}"')
    parts = urlsplit(server_url)
    addresses = [urlunsplit(parts._replace(path=f"/{name}")) for name in names]
    BareNode("99", Path("/nonexistent"), addresses[0], "").act("migrate")
    with psycopg.connect(server_url, autocommit=True) as link:
        for name in others:
            link.execute(f'CREATE DATABASE "{name}" TEMPLATE "{first}"')
    return addresses


def wait(is_so: Callable[[], bool], *, what: str, seconds: float = 120.0) -> float:
    """Wait until it is so; gives how long it took. Raises Trouble when it never is."""
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        if is_so():
            return time.perf_counter() - began
        time.sleep(0.1)
    raise Trouble(f"等不到：{what}", f"Waited {seconds:.0f} s in vain for {what}.")


# --- what its processes do ---


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)


def _introduce() -> None:
    from django.utils.timezone import now

    from tongban.jurisdictions import directory, operations
    from tongban.jurisdictions.models import Node

    rows = json.load(sys.stdin)["nodes"]
    for one in rows:
        Node.objects.update_or_create(code=one["code"], defaults={"name": one["code"]})
    operations.introduce(directory.entries(rows), at=now())


def _owe(to: str, count: str, together: str, pause: str) -> None:
    """Owe letters, several in a transaction, with a pause between two; prints when it began."""
    from django.utils.timezone import now

    from tongban.exchange import outbox, requests

    print(time.time(), flush=True)
    run, number = secrets.token_hex(3), 0
    while number < int(count):
        owed: list[outbox.Owed] = []
        for _ in range(min(int(together), int(count) - number)):
            subject = f"bench-{run}-{number % SUBJECTS}"
            words = {"words": "办" * 600}
            owed += outbox.envelopes_for([to], requests.PAPERS, subject, words, at=now())
            number += 1
        # One statement is a transaction by itself.
        outbox.write(owed)
        time.sleep(float(pause))


def _work(how: str = "") -> None:
    """Be the worker of a node; "unsigned" takes signing and encryption out of this process."""
    from tongban.worker import main

    if how == "unsigned":
        _leave_out_trust()
    main.run()


def _leave_out_trust() -> None:
    from tongban.basics import sealing
    from tongban.exchange import letters, posting

    def as_they_are(kept: Sequence[tuple[UUID, bytes]], *, at: datetime) -> list[bytes]:
        del at
        found = [(letters.unpack(sealing.unseal(raw, context=name.bytes))) for name, raw in kept]
        return [letters.pack(letter) for letter in found]

    def read(raw: bytes, *, published_by: str, at: datetime) -> letters.Envelope:
        del published_by, at
        return letters.unpack(raw)

    vars(posting).update(sealed_together=as_they_are, opened=read)


if __name__ == "__main__":
    import django

    django.setup()
    acts: dict[str, Callable[..., None]] = {
        "migrate": _migrate, "introduce": _introduce, "owe": _owe, "work": _work,
    }  # fmt: skip
    acts[sys.argv[1]](*sys.argv[2:])
