"""What runs, written down for `status` and `stop`, and for the start after a crash."""

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

import psutil

from tongban.local.children import end, marked
from tongban.local.home import Home
from tongban.local.keys import write_private
from tongban.local.trouble import Trouble


@dataclass
class State:
    """Who the demo is and what it started."""

    phase: str = "starting"
    pid: int = field(default_factory=os.getpid)
    nodes: list[dict[str, Any]] = field(default_factory=list)
    processes: list[dict[str, Any]] = field(default_factory=list)
    database_folder: str = ""
    notes: list[str] = field(default_factory=list)
    # Chinese, English and exit code of what stopped it, for whoever started it in the background.
    trouble: list[Any] = field(default_factory=list)


class Lock:
    """Held by the one demo of a home as long as it lives, however it dies."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Refused while another demo of this home runs."""
        file = self._home.lock.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise Trouble(
                "演示已在运行。用 ./run status 查看，用 ./run stop 停止。",
                "The demo is already running: see it with ./run status, stop it with ./run stop.",
            ) from error
        self._file = file

    def release(self) -> None:
        """Let the next one have it."""
        if self._file:
            self._file.close()
            self._file = None


def is_running(home: Home) -> bool:
    """Whether a demo of this home lives."""
    lock = Lock(home)
    if not home.lock.exists():
        return False
    try:
        lock.take()
    except Trouble:
        return True
    lock.release()
    return False


def write(home: Home, state: State) -> None:
    """Write the state down, whole or not at all."""
    content = json.dumps(state.__dict__, ensure_ascii=False, indent=2)
    write_private(home.state, content.encode())


def read(home: Home) -> State | None:
    """The state as last written; None when there is none that can be read."""
    try:
        return State(**json.loads(home.state.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def end_leftovers(home: Home) -> int:
    """End what a demo left behind that was killed before it could; returns how many processes.

    Only for whoever holds the lock: what is found then has no parent any more.
    """
    found = marked(home.root)
    known = {process.pid for process in found}
    database = _database_process(home)
    count = end(found)
    if database and database.pid not in known:
        count += end([database])
    return count


def _database_process(home: Home) -> psutil.Process | None:
    """PostgreSQL writes over the mark in its environment, so its own note is believed instead."""
    state = read(home)
    if not state or not state.database_folder:
        return None
    with suppress(OSError, ValueError, psutil.Error):
        with open(f"{state.database_folder}/postmaster.pid") as note:  # noqa: PTH123 - one line
            process = psutil.Process(int(note.readline()))
        if state.database_folder in " ".join(process.cmdline()):
            return process
    return None
