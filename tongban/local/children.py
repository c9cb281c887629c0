"""Processes that the demo starts: none may outlive it, and one that dies is started again."""

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psutil

from tongban.local.accounts import SystemUser
from tongban.local.nursery import Nursery
from tongban.local.postgres import process_user
from tongban.local.trouble import Interrupted, Trouble

# Every process carries it, so that one whose parent was killed is recognised later.
MARK = "TONGBAN_DEMO"
RESTARTS, RESTART_WINDOW = 5, 60.0
# So much of the last line of a log is said in one sentence.
LONGEST_WORDS = 300


class Process(Protocol):
    """A process as `subprocess.Popen` shows it, whoever started it."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, number: int, /) -> None: ...
    def kill(self) -> None: ...


@dataclass
class Child:
    """One process in a session of its own, so that Ctrl-C in the terminal reaches us alone."""

    name: str
    command: list[str]
    log: Path
    environment: Mapping[str, str]
    user: SystemUser | None = None
    # What asks it to stop: PostgreSQL takes SIGINT as "end sessions and stop", SIGTERM as "wait".
    stop_signal: int = signal.SIGTERM
    folder: Path = Path("/")
    # Words of our own command line: with a nursery these are carried out instead of `command`.
    words: Sequence[str] = ()
    nursery: Nursery | None = None
    process: Process | None = None
    restarts: deque[float] = field(default_factory=deque)

    def start(self) -> None:
        """Start it; what it says is added to its log."""
        if self.nursery and self.words and self.nursery.can_bear(self.environment):
            self.process = self.nursery.bear(
                self.name, self.words,
                environment=self.environment, folder=self.folder, log=self.log,
            )  # fmt: skip
            return
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env=dict(self.environment), cwd=self.folder, start_new_session=True,
                **process_user(self.user),
            )  # fmt: skip

    @property
    def pid(self) -> int | None:
        """Its process id, once started."""
        return self.process.pid if self.process else None

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Ask, and leave it time."""
        if self.process and self.is_alive():
            self.process.send_signal(self.stop_signal)

    def finish(self, *, patience: float) -> None:
        """Wait for its end, and at last end it and whatever it started itself."""
        if not self.process:
            return
        try:
            self.process.wait(max(patience, 0.1))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.end_group()

    def end_group(self) -> None:
        """End what is left of its process group after itself."""
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return

    def last_words(self, lines: int = 3) -> str:
        """The end of its log, for a person to read."""
        return last_lines(self.log, lines)

    def may_restart(self) -> bool:
        """Whether another start makes sense: not after five within a minute."""
        moment = time.monotonic()
        self.restarts.append(moment)
        while moment - self.restarts[0] > RESTART_WINDOW:
            self.restarts.popleft()
        return len(self.restarts) <= RESTARTS


class Family:
    """All children, in the order of their start; stopped in the opposite order."""

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self.children: list[Child] = []
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._on_change = on_change

    def start(self, child: Child) -> None:
        """Start a child and remember it, unless everything is being stopped."""
        with self._lock:
            if self.stopping.is_set():
                raise Interrupted
            child.start()
            if child not in self.children:
                self.children.append(child)
        self._on_change()

    def run(self, child: Child, *, patience: float) -> None:
        """Run a child to its end; Trouble with its last words when it fails or takes too long."""
        self.start(child)
        try:
            self.wait_until(
                lambda: not child.is_alive(), what=child.name, log=child.log, patience=patience
            )
        finally:
            child.finish(patience=0)
            with self._lock:
                self.children.remove(child)
        if child.process and child.process.returncode:
            raise failed(child.name, child.log)

    def wait_until(
        self, is_so: Callable[[], bool], *, what: str, log: Path, patience: float
    ) -> None:
        """Wait for something to become true; Trouble when it does not within `patience` seconds."""
        deadline = time.monotonic() + patience
        while not is_so():
            if self.stopping.wait(0.05):
                raise Interrupted
            if time.monotonic() > deadline:
                raise failed(what, log)

    def wait_for(self, child: Child, is_ready: Callable[[], bool], *, patience: float) -> None:
        """Wait until a child does its work; Trouble when it ends before."""

        def ready_or_dead() -> bool:
            return not child.is_alive() or is_ready()

        self.wait_until(ready_or_dead, what=child.name, log=child.log, patience=patience)
        if not child.is_alive():
            raise failed(child.name, child.log)

    def revive(self) -> list[str]:
        """Start again what died; Trouble when one dies time after time. Returns their names."""
        revived = []
        for child in list(self.children):
            if self.stopping.is_set() or child.is_alive():
                continue
            child.end_group()
            if not child.may_restart():
                raise failed(child.name, child.log)
            self.start(child)
            revived.append(child.name)
        return revived

    def stop(self, *, patience: float = 15.0) -> None:
        """Stop all: the youngest generation first is asked, and everything is gone at the end."""
        self.stopping.set()
        with self._lock:
            deadline = time.monotonic() + patience
            # Servers last: nodes end their work with the database and the broker still there.
            for servers in (False, True):
                chosen = [c for c in self.children if is_server(c) is servers]
                for child in chosen:
                    child.ask_to_stop()
                for child in chosen:
                    child.finish(patience=deadline - time.monotonic())


def is_alive(pid: int) -> bool:
    """Whether a process does anything yet; one that only waits to be buried by its parent is gone."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def is_server(child: Child) -> bool:
    """Whether others depend on this child."""
    return child.name in {"postgresql", "nats-server"}


def failed(what: str, log: Path) -> Trouble:
    """A process ended or did not answer; its log says why."""
    # The last line of a program that was asked for data is all of its data.
    words = last_lines(log, 1)[:LONGEST_WORDS]
    return Trouble(
        f"{what} 没有正常运行（{words}），详见 {log}。排除原因后再试一次。",
        f"{what} did not work ({words}); see {log}, then try again.",
    )


def last_lines(log: Path, count: int) -> str:
    """The last lines of a log that say anything."""
    try:
        text = log.read_bytes()[-8192:].decode(errors="replace")
    except OSError:
        return ""
    return "\n".join([line for line in text.splitlines() if line.strip()][-count:])


def marked(root: Path) -> list[psutil.Process]:
    """Living processes that a demo in this folder started, found by the mark they carry."""
    found = []
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        try:
            if process.environ().get(MARK) == str(root):
                found.append(process)
        except (psutil.Error, OSError):
            # Gone meanwhile, or somebody else's: not ours in either case.
            continue
    return found


def end(processes: list[psutil.Process], *, patience: float = 8.0) -> int:
    """End processes, gently first; returns how many there were."""
    for process in processes:
        try:
            process.send_signal(
                signal.SIGINT if process.name().startswith("postgres") else signal.SIGTERM
            )
        except psutil.Error:
            continue
    _, alive = psutil.wait_procs(processes, timeout=patience)
    for process in alive:
        try:
            process.kill()
        except psutil.Error:
            continue
    psutil.wait_procs(alive, timeout=3)
    return len(processes)
