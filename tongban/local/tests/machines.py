"""One home with ports of its own, and the command line that acts on it."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from tongban.console import status
from tongban.local import children, ports
from tongban.local.home import PROJECT, Home, saved_settings

OF_A_NODE = ("DATABASE_URL", "NATS_URL", "NODE_ID", "DATA_DIR", "NODE_KEY_FILE", "STATIC_ROOT")


class Machine:
    """A place where a demo is started, looked at and stopped as people do it."""

    def __init__(self, root: Path, *, nodes: Sequence[str] = ("22",)) -> None:
        self.home = Home(root)
        self.nodes = nodes
        # The base is the hub's.
        self.web = ports.free_port([int(node) for node in nodes])
        self.environment = {k: v for k, v in os.environ.items() if k not in OF_A_NODE} | {
            "TONGBAN_HOME": str(root),
            "TONGBAN_WEB_PORT": str(self.web),
            "TONGBAN_DATABASE_PORT": str(ports.free_port()),
            "TONGBAN_BROKER_PORT": str(ports.free_port()),
        }

    def say(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._run([sys.executable, "-m", "tongban.console", *words], {})

    def as_node(self, code: str, script: str) -> str:
        """What a script prints that runs with the settings of a node; fails with its last words."""
        done = self._run([sys.executable, "-c", script], saved_settings(self.home, code))
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _run(self, words: list[str], settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, cwd=PROJECT, env=self.environment | settings,
            capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip

    def start(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.say("demo", "--detach", "--nodes", ",".join(self.nodes), *words)

    def status(self) -> dict[str, Any]:
        """What `./run status --json` says, without a process for each look."""
        return status.look(self.home)

    def names(self) -> set[str]:
        return {process["name"] for process in self.status()["processes"]}

    def pid(self, name: str) -> int:
        found = {process["name"]: process["pid"] for process in self.status()["processes"]}
        return int(found[name])

    def wait_until_ready(self, seconds: float = 90) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while not (report := self.status())["ready"]:
            assert time.monotonic() < deadline, report
            time.sleep(0.2)
        return report

    def processes(self) -> list[psutil.Process]:
        """All that carry the mark, and PostgreSQL, which writes over it."""
        found = children.marked(self.home.root)
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                command = process.cmdline()
                if f"port={self.environment['TONGBAN_DATABASE_PORT']}" in command:
                    found.append(process)
        return found
