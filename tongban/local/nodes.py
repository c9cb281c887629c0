"""One node on this machine: its environment and its processes."""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tongban.local import databases
from tongban.local.children import MARK, Child
from tongban.local.health import readiness
from tongban.local.home import PROJECT, Home
from tongban.local.keys import Secrets, key_store, write_private
from tongban.local.ports import LOOPBACK, web_port
from tongban.local.provinces import node_name

# One process is right for several nodes on few cores; a second thread lets one request wait.
THREADS = "2"
# Also what Ctrl-C leaves to a request that is being answered.
GRACE = "5"


@dataclass(frozen=True)
class LocalNode:
    """A node of the demo: who it is, where its database and its mailbox are."""

    home: Home
    code: str
    secrets: Secrets
    database_url: str
    broker_url: str
    web_processes: int = 1

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
            "FIELD_KEY": self.secrets.field_key,
            "MATCH_KEY": self.secrets.match_key,
            "SECRET_KEY": self.secrets.secret_key,
            "STATIC_ROOT": str(self.home.static),
            "ALLOWED_HOSTS": f"{LOOPBACK},localhost",
            "DJANGO_SETTINGS_MODULE": "tongban.config.settings",
        }

    def web(self) -> Child:
        """The web server of this node."""
        words = [
            "granian", "--interface", "wsgi", "--host", LOOPBACK, "--port", str(self.port),
            "--workers", str(self.web_processes), "--blocking-threads", THREADS,
            "--workers-kill-timeout", GRACE, "--no-ws",
            "--log-level", "warning", "tongban.config.wsgi:application",
        ]  # fmt: skip
        return self._child(f"web-{self.code}", ["-m", *words], counts=True)

    def worker(self) -> Child:
        """The process that sends and receives messages and does what is due."""
        words = ["-m", "tongban.console", "worker", "run"]
        return self._child(f"worker-{self.code}", words, counts=True)

    def preparation(self) -> Child:
        """Brings the database and the reference data up to date."""
        words = ["-m", "tongban.console", "node", "prepare"]
        directory = ["--directory", str(self.home.directory)]
        return self._child(f"prepare-{self.code}", [*words, *directory])

    def static_files(self) -> Child:
        """Collects the static files, for all nodes."""
        return self._child("static-files", ["-m", "tongban.console", "node", "collect-static"])

    @property
    def _counters(self) -> Path:
        return self.home.node(self.code) / "metrics"

    def count_anew(self) -> None:
        """Forget what the processes of an earlier start counted; before the first of them runs."""
        shutil.rmtree(self._counters, ignore_errors=True)
        self._counters.mkdir()

    def _child(self, name: str, words: list[str], *, counts: bool = False) -> Child:
        settings = self.settings()
        if counts:
            self._counters.mkdir(exist_ok=True)
            # prometheus-client's own name for where several processes count together.
            settings["PROMETHEUS_MULTIPROC_DIR"] = str(self._counters)
        return Child(
            name=name,
            command=[sys.executable, *words],
            log=self.home.log / f"{name}.log",
            environment=child_environment(self.home, settings),
            folder=PROJECT,
        )

    def is_ready(self) -> bool:
        """Whether the node can do its work."""
        return bool(readiness(self.url)["ready"])

    def save_settings(self) -> None:
        """Write the settings down, so that the command line can act as this node."""
        content = json.dumps(self.settings(), indent=2)
        write_private(self.home.node(self.code) / "settings.json", content.encode())

    # --- what was prepared already ---

    @property
    def _stamp(self) -> Path:
        return self.home.node(self.code) / "prepared.json"

    def is_prepared(self) -> bool:
        """Whether nothing has changed since the last preparation of this very database."""
        try:
            kept = json.loads(self._stamp.read_bytes())
        except (OSError, ValueError):
            return False
        return bool(kept == self._prepared_state())

    def note_prepared(self) -> None:
        """Remember what the preparation was made from."""
        self._stamp.write_text(json.dumps(self._prepared_state()))

    def _prepared_state(self) -> dict[str, str]:
        return {
            "code": code_digest(),
            "directory": hashlib.sha256(self.home.directory.read_bytes()).hexdigest(),
            "database": databases.identity(self.database_url),
        }


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
