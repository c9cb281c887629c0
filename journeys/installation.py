"""A hub, 吉林 and 福建 as real processes, in a folder and on ports of their own.

The launcher of `./run demo` starts them and the keeper starts again whatever dies, as the launcher
does for people. Tests may kill any process, or hold one down until they let it go.
"""

import base64
import hashlib
import hmac
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tongban.local import ports
from tongban.local.children import Child, Family
from tongban.local.demo import Demo
from tongban.local.health import readiness
from tongban.local.home import Home
from tongban.local.nodes import LocalNode

HUB, JILIN, FUJIAN = "00", "22", "35"
TWO = (HUB, JILIN, FUJIAN)
PATIENCE = 180.0
AHEAD = Path(__file__).parent / "ahead"


@dataclass(frozen=True)
class Node:
    """One node that runs: where its pages are, and what its settings say."""

    code: str
    url: str
    settings: dict[str, str]

    @property
    def client_secret(self) -> str:
        """The secret of the sandbox's API client, which each node derives from its match key."""
        key = base64.b64decode(self.settings["MATCH_KEY"])
        return hmac.new(key, b"sandbox-api-client", hashlib.sha256).hexdigest()

    @property
    def field_key(self) -> bytes:
        """What the node seals with."""
        return base64.b64decode(self.settings["FIELD_KEY"])

    @property
    def papers(self) -> Path:
        """Where the node keeps papers."""
        return Path(self.settings["DATA_DIR"]) / "papers"

    def ask(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of the node's database, as its owner sees them."""
        with psycopg.connect(
            self.settings["DATABASE_URL"], connect_timeout=3, row_factory=dict_row
        ) as link:
            return link.execute(query, values).fetchall()

    def count(self, query: str, *values: Any) -> int:
        """The one number that a query gives."""
        return int(next(iter(self.ask(query, *values)[0].values())))

    def is_ready(self) -> bool:
        """Whether it can do its work."""
        return bool(readiness(self.url)["ready"])


class Keeper(threading.Thread):
    """Starts again what dies, unless a test holds it down."""

    def __init__(self, family: Family) -> None:
        super().__init__(daemon=True, name="keeper")
        self._family = family
        self._stop_now = threading.Event()
        self._lock = threading.Lock()
        self.held: set[str] = set()
        self.revived: list[str] = []
        self.errors: list[Exception] = []

    def run(self) -> None:
        while not self._stop_now.wait(0.1):
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - told at the end of the session
                self.errors.append(error)

    def _look(self) -> None:
        with self._lock:
            for child in list(self._family.children):
                if child.name not in self.held and not child.is_alive():
                    child.end_group()
                    self._family.start(child)
                    self.revived.append(child.name)

    def kill(self, child: Child, *, hold: bool) -> None:
        """kill -9 of a process and of what it started, without a word of warning."""
        with self._lock:
            if hold:
                self.held.add(child.name)
            if child.process is not None and child.is_alive():
                with suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait(10)

    def let_go(self, name: str) -> None:
        self.held.discard(name)

    def stop(self) -> None:
        self._stop_now.set()
        self.join(10)


@dataclass
class Installation:
    """Nodes with their servers, started together and stopped together; the hub and two by default."""

    root: Path
    codes: Sequence[str] = TWO
    # What stands between a node and its servers.
    between: Callable[[LocalNode], LocalNode] = lambda node: node
    nodes: dict[str, Node] = field(default_factory=dict)
    _demo: Demo | None = None
    _keeper: Keeper | None = None
    broker_port: int = 0
    days_ahead: int = 0

    def start(self) -> None:
        """From nothing to nodes that answer."""
        with _ports_of_its_own(self.codes):
            demo = Demo(
                Home(self.root), self.codes, own_database=None, own_broker=None,
                between=self.between,
            )  # fmt: skip
            demo.start(fresh=False)
            self.broker_port = ports.broker_port()
            self.nodes = {
                node.code: Node(node.code, node.url, node.settings()) for node in demo.nodes
            }
        self._demo = demo
        self._keeper = Keeper(demo.family)
        self._keeper.start()

    def stop(self) -> None:
        """Stop everything; says what the keeper could not do."""
        if self._keeper:
            self._keeper.stop()
        if self._demo:
            self._demo.stop()
        assert not (self._keeper and self._keeper.errors), self._keeper.errors

    # --- the nodes ---

    @property
    def jilin(self) -> Node:
        return self.nodes[JILIN]

    @property
    def fujian(self) -> Node:
        return self.nodes[FUJIAN]

    @property
    def hub(self) -> Node:
        return self.nodes[HUB]

    @property
    def provinces(self) -> list[Node]:
        """All nodes but the hub."""
        return [node for code, node in self.nodes.items() if code != HUB]

    def log(self, name: str) -> str:
        """What a process said."""
        return (self.demo.home.log / f"{name}.log").read_text("utf-8", "replace")

    # --- the processes ---

    @property
    def demo(self) -> Demo:
        assert self._demo is not None, "the installation does not run"
        return self._demo

    @property
    def keeper(self) -> Keeper:
        assert self._keeper is not None, "the installation does not run"
        return self._keeper

    def child(self, name: str) -> Child:
        """A process by its name: web-22, worker-35, nats-server, postgresql."""
        return next(child for child in self.demo.family.children if child.name == name)

    def local(self, code: str) -> LocalNode:
        """A node as the launcher knows it."""
        return next(node for node in self.demo.nodes if node.code == code)

    def kill(self, name: str) -> None:
        """kill -9; the keeper starts it again."""
        self.keeper.kill(self.child(name), hold=False)

    @contextmanager
    def without(self, *names: str) -> Iterator[None]:
        """Processes are away, killed without a warning, for as long as the block takes."""
        for name in names:
            self.keeper.kill(self.child(name), hold=True)
        try:
            yield
        finally:
            for name in names:
                self.keeper.let_go(name)
            self.wait_until_ready()

    @contextmanager
    def second_workers(self) -> Iterator[None]:
        """Each province runs another worker beside its first: two relays, two consumers."""
        started = []
        for code in (JILIN, FUJIAN):
            worker = self.local(code).worker()
            worker.name = f"second-worker-{code}"
            worker.log = self.demo.home.log / f"{worker.name}.log"
            self.demo.family.start(worker)
            started.append(worker)
        try:
            yield
        finally:
            for worker in started:
                self.keeper.kill(worker, hold=True)
                self.demo.family.children.remove(worker)
                self.keeper.let_go(worker.name)

    def let_days_pass(self, days: int) -> None:
        """Start all nodes again so many days ahead; what they do from then on is done there.

        There is no way back: a node does not expect its clock to go backwards. So whoever needs
        another day goes last.
        """
        assert days >= self.days_ahead, "days are counted from today, and none comes back"
        self.days_ahead = days
        for node in self.demo.nodes:
            for name in (f"web-{node.code}", f"worker-{node.code}"):
                child = self.child(name)
                child.environment = {
                    **child.environment,
                    "PYTHONPATH": str(AHEAD),
                    "JOURNEY_DAYS_AHEAD": str(days),
                }
                self.kill(name)
        until(
            lambda: all(child.is_alive() for child in self.demo.family.children),
            what="processes that run again",
        )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Until all nodes and the broker answer again."""
        until(lambda: all(node.is_ready() for node in self.nodes.values()), what="ready nodes")
        until(lambda: ports.answers(self.broker_port), what="the broker")


def until(is_so: Callable[[], object], *, what: str, patience: float = PATIENCE) -> None:
    """Wait for something to become true; fails when it does not in time."""
    deadline = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < deadline, f"not within {patience:.0f} s: {what}"
        time.sleep(0.1)


@contextmanager
def _ports_of_its_own(codes: Sequence[str]) -> Iterator[None]:
    """The launcher reads its ports from the environment; they are written into all it starts."""
    numbers = [int(code) for code in codes]
    chosen = {
        "TONGBAN_WEB_PORT": ports.free_port(numbers),
        "TONGBAN_DATABASE_PORT": ports.free_port(),
        "TONGBAN_BROKER_PORT": ports.free_port(),
    }
    before = {name: os.environ.get(name) for name in chosen}
    os.environ.update({name: str(port) for name, port in chosen.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
