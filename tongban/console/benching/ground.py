"""Nodes of the bench's own, in a folder that is gone afterwards: a record cannot be cleaned up."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx

from tongban.local import broker, keys, ports
from tongban.local.demo import Demo
from tongban.local.home import Home
from tongban.local.nodes import LocalNode
from tongban.local.trouble import Trouble

HERE, THERE = "22", "35"
NODES = ("00", HERE, THERE)
SCOPES = ("items", "submit", "cases", "events")


@dataclass(frozen=True)
class Ground:
    """The running nodes that are measured."""

    demo: Demo

    def node(self, code: str) -> LocalNode:
        """One of the nodes."""
        return next(node for node in self.demo.nodes if node.code == code)

    def address(self, code: str) -> tuple[str, int]:
        """Where its web server listens."""
        return ports.LOOPBACK, self.node(code).port

    def broker_as_administrator(self) -> str:
        """The address of the broker for one who may make streams."""
        password = keys.server_secrets(self.demo.home).broker_password
        return broker.url(ports.broker_port(), broker.ADMIN, password)

    def database_as_administrator(self) -> str:
        """The address of the nodes' database server for one who may make databases."""
        password = quote(keys.server_secrets(self.demo.home).database_password, safe="")
        where = urlsplit(self.node(HERE).database_url).netloc.rpartition("@")[2]
        return f"postgresql://postgres:{password}@{where}/postgres"

    def token(self, code: str) -> str:
        """A token of a system that may do everything in the node's own places."""
        words = ["client", "register", "bench", "--place", code, "--json"]
        made = json.loads(_run_as(self.node(code), [*words, *_scopes()]))
        answer = httpx.post(
            f"{self.node(code).url}/api/v1/token",
            data={"grant_type": "client_credentials", **made},
        )
        answer.raise_for_status()
        token: str = answer.json()["access_token"]
        return token


def _scopes() -> list[str]:
    return [word for scope in SCOPES for word in ("--scope", scope)]


def _run_as(node: LocalNode, words: Sequence[str]) -> str:
    """What a command of ours prints when it acts as a node."""
    done = subprocess.run(
        [sys.executable, "-m", "tongban.console", *words],
        env={**os.environ, **node.settings()}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise Trouble(f"命令失败：{' '.join(last)}", f"A command failed: {' '.join(words)}")
    return done.stdout


@contextmanager
def own_nodes(*, web_processes: int, say: Callable[[str], None]) -> Iterator[Ground]:
    """Start nodes on free ports in a temporary folder; afterwards nothing of them is left."""
    folder = Path(tempfile.mkdtemp(prefix="tongban-bench-"))
    os.environ.update(free_ports(NODES))
    demo = Demo(Home(folder), NODES, web_processes=web_processes, say=say)
    try:
        demo.start(fresh=False)
        yield Ground(demo)
    finally:
        demo.stop()
        shutil.rmtree(folder, ignore_errors=True)


def free_ports(codes: Sequence[str]) -> dict[str, str]:
    """Ports that nobody uses, away from those of a demo that may be running."""
    return {
        "TONGBAN_WEB_PORT": str(ports.free_port([int(code) for code in codes])),
        "TONGBAN_DATABASE_PORT": str(ports.free_port()),
        "TONGBAN_BROKER_PORT": str(ports.free_port()),
    }
