"""One node on this machine: its environment and its processes."""

import enum
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from tongban.local import databases, health
from tongban.local.children import MARK, Child
from tongban.local.home import PROJECT, Home
from tongban.local.keys import Secrets, hub_fingerprint, key_store, write_private
from tongban.local.nursery import Nursery
from tongban.local.ports import LOOPBACK, web_port
from tongban.local.provinces import node_name

# One process is right for several nodes on few cores; a second thread lets one request wait.
THREADS = "2"
# Also what Ctrl-C leaves to a request that is being answered.
GRACE = "5"
COUNTERS = "metrics"


class Owed(enum.Enum):
    """What a node's database lacks before the node can start."""

    NOTHING = enum.auto()
    # Only what is the node's own: the directory, its people, its accounts.
    SETTLING = enum.auto()
    EVERYTHING = enum.auto()


@dataclass(frozen=True)
class LocalNode:
    """A node of the demo: who it is, where its database and its mailbox are."""

    home: Home
    code: str
    secrets: Secrets
    database_url: str
    broker_url: str
    web_processes: int = 1
    # Without pages a node sends, receives and does what is due, and nobody can look at it.
    has_pages: bool = True
    nursery: Nursery | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return node_name(self.code)

    @property
    def port(self) -> int:
        """Where its pages are."""
        return web_port(self.code)

    @property
    def url(self) -> str:
        """The address of its pages."""
        return f"http://{LOOPBACK}:{self.port}"

    def settings(self) -> dict[str, str]:
        """The settings of this node, as its processes find them in the environment."""
        folder = self.home.node(self.code)
        return {
            "NODE_ID": self.code,
            "SANDBOX": "1",
            "DATABASE_URL": self.database_url,
            "NATS_URL": self.broker_url,
            "DATA_DIR": str(folder),
            "NODE_KEY_FILE": str(key_store(self.home, self.code)),
            "HUB_KEY_FINGERPRINT": hub_fingerprint(self.home),
            "FIELD_KEY": self.secrets.field_key,
            "MATCH_KEY": self.secrets.match_key,
            "SECRET_KEY": self.secrets.secret_key,
            "STATIC_ROOT": str(self.home.static),
            "ALLOWED_HOSTS": f"{LOOPBACK},localhost",
            "DJANGO_SETTINGS_MODULE": "tongban.config.settings",
        }

    def web(self) -> Child:
        """The web server of this node."""
        command = web_command(self.port, self.web_processes)
        return self._child(f"web-{self.code}", command, counts=True)

    def worker(self) -> Child:
        """The process that sends and receives messages and does what is due."""
        return self.command(f"worker-{self.code}", ["worker", "run"], counts=True)

    def preparation(self, owed: Owed = Owed.EVERYTHING) -> Child:
        """Brings the database up to date: all of it, or what is the node's own in a copy."""
        verb = "settle" if owed is Owed.SETTLING else "prepare"
        words = ["node", verb, "--directory", str(self.home.directory)]
        return self.command(f"prepare-{self.code}", words)

    def static_files(self) -> Child:
        """Collects the static files, for all nodes."""
        return self.command("static-files", ["node", "collect-static"])

    @property
    def _counters(self) -> Path:
        return self.home.node(self.code) / COUNTERS

    def count_anew(self) -> None:
        """Forget what the processes of an earlier start counted; before the first of them runs."""
        shutil.rmtree(self._counters, ignore_errors=True)
        self._counters.mkdir()

    def command(self, name: str, words: list[str], *, counts: bool = False) -> Child:
        """A process that carries out words of our own command line as this node."""
        command = [sys.executable, "-m", "tongban.console", *words]
        return self._child(name, command, words=words, counts=counts)

    def _child(
        self, name: str, command: list[str], *, words: Sequence[str] = (), counts: bool = False
    ) -> Child:
        return Child(
            name=name,
            command=command,
            log=self.home.log / f"{name}.log",
            environment=child_environment(self.home, self.environment(counts=counts)),
            folder=PROJECT,
            words=words,
            nursery=self.nursery,
        )

    def environment(self, *, counts: bool = False) -> dict[str, str]:
        """The settings, and for a process that counts what it does, where it counts."""
        if not counts:
            return self.settings()
        self._counters.mkdir(exist_ok=True)
        return self.settings() | counting(self.home.node(self.code))

    def is_ready(self) -> bool:
        """Whether its pages say that the node can do its work."""
        return bool(health.readiness(self.url)["ready"])

    def is_at_work(self, *, since: datetime) -> bool:
        """Whether its worker gave a sign of life after this moment, connected to the broker."""
        return bool(health.worker_readiness(self.database_url, since=since)["ready"])

    def save_settings(self) -> None:
        """Write the settings down, so that the command line can act as this node."""
        content = json.dumps(self.settings(), indent=2)
        write_private(self.home.node(self.code) / "settings.json", content.encode())

    # --- what was prepared already ---

    @property
    def _stamp(self) -> Path:
        return self.home.node(self.code) / "prepared.json"

    def owed(self, provinces: Iterable[str]) -> Owed:
        """What is to be done before a start with these provinces; nothing when nothing changed."""
        kept, now = self._kept(), self._state()
        same = all(kept.get(name) == now[name] for name in ("code", "database"))
        if not same or not set(provinces) <= set(kept.get("offices", [])):
            return Owed.EVERYTHING
        return Owed.NOTHING if kept.get("directory") == _digest(self.home) else Owed.SETTLING

    def note_prepared(self, owed: Owed, provinces: Iterable[str]) -> None:
        """Remember what the database was made from; what is only settled keeps its offices."""
        kept = self._kept().get("offices", []) if owed is Owed.SETTLING else []
        self._note(offices={*kept, *provinces}, settled=True)

    def note_copied(self, offices: Iterable[str]) -> None:
        """Remember that the database is a copy of the template, which has these offices."""
        self._note(offices=set(offices), settled=False)

    def _note(self, *, offices: set[str], settled: bool) -> None:
        directory = _digest(self.home) if settled else ""
        facts = self._state() | {"directory": directory, "offices": sorted(offices)}
        self._stamp.write_text(json.dumps(facts))

    def _kept(self) -> dict[str, Any]:
        try:
            kept: dict[str, Any] = json.loads(self._stamp.read_bytes())
        except (OSError, ValueError):
            return {}
        return kept

    def _state(self) -> dict[str, Any]:
        return {"code": code_digest(), "database": databases.identity(self.database_url)}


def web_command(port: int, processes: int) -> list[str]:
    """What serves the pages of the node that the environment names."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", LOOPBACK,
        "--port", str(port), "--workers", str(processes), "--blocking-threads", THREADS,
        "--workers-kill-timeout", GRACE, "--no-ws", "--log-level", "warning",
        "tongban.config.wsgi:application",
    ]  # fmt: skip


def counting(folder: Path) -> dict[str, str]:
    """Where the processes of a node count together, in prometheus-client's own words."""
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder / COUNTERS)}


def _digest(home: Home) -> str:
    return hashlib.sha256(home.directory.read_bytes()).hexdigest()


def child_environment(home: Home, settings: Mapping[str, str]) -> dict[str, str]:
    """Our environment with a node's settings over it, and the mark by which it is found again."""
    # Without its compiled files Python would translate all libraries anew at each start.
    kept = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONUNBUFFERED": "1", MARK: str(home.root)} | dict(settings)


@cache
def code_digest() -> str:
    """A digest over everything that a preparation reads: code, migrations, data, templates."""
    total = hashlib.sha256()
    files = [PROJECT / "requirements.txt", *sorted((PROJECT / "tongban").rglob("*"))]
    for path in files:
        place = path.relative_to(PROJECT)
        # Python writes its compiled files under other names first, and they come and go.
        if path.is_file() and not {"tests", "__pycache__"} & set(place.parts):
            total.update(str(place).encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
