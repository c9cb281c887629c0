"""A broker and whole nodes as processes, for tests that stop and kill them."""

import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.utils.timezone import now

from tongban.local import bare, broker, ports
from tongban.local.nursery import Born, Nursery
from tongban.trust import keeping, store

ROOT = Path(__file__).resolve().parents[3]
NODES = ("00", "22", "35", "52")
ADMIN_PASSWORD = "admin-password"
# How long is waited in vain: what comes at all comes within it, also beside much other work. What must
# come soon is measured.
PATIENCE = 180.0


@dataclass
class BrokerProcess:
    """One nats-server with the very configuration and streams that the launcher makes."""

    folder: Path
    port: int = field(default_factory=ports.free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        passwords = {node: f"password-{node}" for node in NODES}
        config = self.folder / "nats.json"
        config.write_text(
            broker.configuration(
                folder=self.folder,
                port=self.port,
                passwords=passwords,
                admin_password=ADMIN_PASSWORD,
            )
        )
        with (self.folder / "nats.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(broker.program()), "-c", str(config)], stdout=log, stderr=log
            )
        wait_for(lambda: ports.answers(self.port), what="the broker")

    def set_up(self) -> None:
        broker.set_up(self.url(broker.ADMIN, ADMIN_PASSWORD), NODES)

    def url(self, user: str, password: str) -> str:
        return broker.url(self.port, user, password)

    def url_of(self, node: str) -> str:
        return self.url(broker.user_name(node), f"password-{node}")

    @property
    def admin_url(self) -> str:
        return self.url(broker.ADMIN, ADMIN_PASSWORD)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None


@dataclass
class NodeProcess:
    """A node with a database of its own; its worker runs `tongban.worker.tests.node`."""

    code: str
    folder: Path
    database_url: str
    broker_url: str
    key: Path
    process: subprocess.Popen[bytes] | Born | None = None
    _link: psycopg.Connection[tuple[object, ...]] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return bare.environment(
            self.code, folder=self.folder, key_store=self.key,
            database_url=self.database_url, broker_url=self.broker_url,
        )  # fmt: skip

    def make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def act(self, *words: str, given: str = "") -> str:
        """Run one of the acts of `tongban.worker.tests.node` as this node."""
        taken, said = self.folder / "given", self.folder / "said"
        log = self.folder / "acts.log"
        taken.write_text(given)
        said.unlink(missing_ok=True)
        process = self._begin(words, log, {"GIVEN": str(taken), "SAID": str(said)})
        assert process.wait() == 0, log.read_text()[-3000:]
        return said.read_text()

    def start(self) -> None:
        log = self.folder / "worker.log"
        # Whoever looks into it before the process has begun finds nothing there yet.
        log.touch()
        self.process = self._begin(["work"], log, {})

    def _begin(
        self, words: Sequence[str], log: Path, more: dict[str, str]
    ) -> subprocess.Popen[bytes] | Born:
        environment = self.environment | more
        if _nursery().can_bear(environment):
            return _nursery().bear(
                f"node-{self.code}", words, environment=environment, folder=ROOT, log=log
            )
        with log.open("ab") as written:
            return subprocess.Popen(
                [sys.executable, "-m", "tongban.worker.tests.node", *words],
                env=environment, cwd=ROOT, stdout=written, stderr=written,
            )  # fmt: skip

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        code = 0
        if self.process is not None:
            self.process.send_signal(how)
            code = self.process.wait(15)
            self.process = None
        return code

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Rows of its database, by one connection that is kept: tests look many times a second."""
        try:
            return self._rows(sql, values)
        except psycopg.OperationalError:
            # Somebody cut it since; what is away now says so again.
            self.leave_database()
            return self._rows(sql, values)

    def _rows(self, sql: str, values: Sequence[object]) -> list[tuple[object, ...]]:
        if self._link is None:
            self._link = psycopg.connect(self.database_url, autocommit=True)
        return self._link.execute(sql, values).fetchall()

    def leave_database(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    @property
    def log(self) -> str:
        return (self.folder / "worker.log").read_text()


@cache
def _nursery() -> Nursery:
    """Reads the libraries once for all processes of nodes that the tests of one process start."""
    folder = Path(tempfile.mkdtemp(prefix="tongban-nursery-", dir="/tmp"))
    made = Nursery(folder / "log", os.environ, "tongban.worker.tests.forking")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(made.stop)
    return made


def database(server_url: str, name: str, *, like: str = "template0") -> str:
    """A new database beside the one of the tests, empty or a copy; the address of it."""
    with psycopg.connect(server_url, autocommit=True) as link:
        link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        link.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
    parts = urlsplit(server_url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def drop_database(server_url: str, name: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as link:
        link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def new_keys(folder: Path, suite: str) -> Path:
    """A key store with keys for signatures and for encryption."""
    path = folder / "node.keys"
    keeping.with_first_keys(store.create(path), suite, at=now()).save(path)
    return path


def directory(keys: dict[str, Path]) -> str:
    """The public keys of nodes, as `tongban.worker.tests.node prepare` reads them."""
    return json.dumps(
        [
            {
                "code": code,
                "base_url": "http://127.0.0.1",
                **keeping.as_introduced(store.load(path)),
            }
            for code, path in keys.items()
        ]
    )


def wait_for(is_so, *, what: str, seconds: float = PATIENCE, every: float = 0.02):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError):
            if found := is_so():
                return found
        time.sleep(every)
    raise AssertionError(f"waited {seconds} s in vain for {what}")
