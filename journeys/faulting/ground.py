"""The nodes that a run of faults breaks, with a wire between each of them and each of its servers."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from journeys.faulting.wires import Loop, Wire
from journeys.installation import HUB, Installation
from tongban.local import accounts, broker, keys
from tongban.local.nodes import LocalNode

# Room for the streams of a run; a disk of this size is filled in a moment.
DISK_BYTES = 384 * 1024**2


@dataclass
class Ground:
    """An installation on wires, and its broker's store on a disk of its own where that can be had."""

    root: Path
    provinces: Sequence[str]
    loop: Loop = field(default_factory=Loop)
    to_broker: dict[str, Wire] = field(default_factory=dict)
    to_database: dict[str, Wire] = field(default_factory=dict)
    has_small_disk: bool = False

    def __post_init__(self) -> None:
        self.there = Installation(self.root, (HUB, *self.provinces), between=self._wired)

    def _wired(self, node: LocalNode) -> LocalNode:
        """The same node, reaching its servers over wires; the hub is left in peace."""
        if node.code == HUB:
            return node
        mailbox = self._wire(node.broker_url, speaks_nats=True)
        database = self._wire(node.database_url)
        self.to_broker[node.code], self.to_database[node.code] = mailbox, database
        return replace(
            node,
            broker_url=_at_port(node.broker_url, mailbox.port),
            database_url=_at_port(node.database_url, database.port),
        )

    def _wire(self, url: str, *, speaks_nats: bool = False) -> Wire:
        return Wire(self.loop, int(urlsplit(url).port or 0), speaks_nats)

    @property
    def wires(self) -> list[Wire]:
        """All wires."""
        return [*self.to_broker.values(), *self.to_database.values()]

    def wire(self, target: str) -> Wire:
        """A wire by the name that a plan gives it: broker-22, database-35."""
        where, _, code = target.partition("-")
        return (self.to_broker if where == "broker" else self.to_database)[code]

    @property
    def streams(self) -> Path:
        """Where the broker keeps what it holds."""
        return self.root / "broker" / "streams"

    @property
    def admin_url(self) -> str:
        """The broker for its administrator, over no wire."""
        password = keys.server_secrets(self.there.demo.home).broker_password
        return broker.url(self.there.broker_port, broker.ADMIN, password)

    def set_up_broker(self) -> None:
        """Mailboxes and buckets anew, as an operator does it."""
        broker.set_up(self.admin_url, list(self.there.codes))

    def processes(self, name: str) -> list[psutil.Process]:
        """A child and whatever it started."""
        pid = self.there.child(name).pid
        if pid is None:
            return []
        try:
            found = psutil.Process(pid)
            return [found, *found.children(recursive=True)]
        except psutil.Error:
            return []

    def heal(self) -> None:
        """Every wire carries again, every process goes on."""
        for wire in self.wires:
            wire.heal()
        for child in self.there.demo.family.children:
            for process in self.processes(child.name):
                with _gone_is_fine():
                    if process.status() == psutil.STATUS_STOPPED:
                        process.resume()


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    try:
        yield
    except psutil.Error:
        return


def _at_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.port}", f":{port}", 1)


@contextmanager
def ground(
    root: Path, provinces: Sequence[str], *, has_small_disk: bool = True
) -> Iterator[Ground]:
    """Nodes that run in a folder that is gone afterwards, and so are they."""
    made = Ground(root, provinces)
    if has_small_disk:
        made.streams.mkdir(parents=True)
        made.has_small_disk = _mount(made.streams)
    try:
        made.there.start()
        yield made
    finally:
        made.heal()
        made.there.stop()
        made.loop.stop()
        if made.has_small_disk:
            subprocess.run(["umount", str(made.streams)], check=False, capture_output=True)
        shutil.rmtree(root, ignore_errors=True)
        private = accounts.private_folder(root)
        if private.exists():
            shutil.rmtree(private)


def _mount(folder: Path) -> bool:
    """A small disk of its own; only root may have one."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        return False
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tongban-faults", str(folder)]
    return subprocess.run(words, check=False, capture_output=True).returncode == 0
