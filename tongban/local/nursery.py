"""Processes that are forked from one that has read the libraries already: quick to start, and small.

See `console.forking` for what is shared and what is not. Where processes cannot be forked safely after
libraries were read (macOS), and for one that wants its interpreter started in another way, there
is the ordinary way; `can_bear` tells.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tongban.local.home import PROJECT
from tongban.local.trouble import Trouble

# Above us: it carries out words of the command line.
PROGRAM = "tongban.console.forking"
PATIENCE = 180.0
LOOK_SECONDS = 0.1
# An interpreter and its loader read these when they start; one that has started does not.
READ_AT_START = ("PYTHON", "LD_", "DYLD_", "MALLOC_")


@dataclass
class Born:
    """A process that the nursery started. It answers as a `subprocess.Popen` does."""

    pid: int
    parent: "subprocess.Popen[bytes]"
    returncode: int | None = None
    _ended: threading.Event = field(default_factory=threading.Event)
    _seen: psutil.Process | None = None

    def __post_init__(self) -> None:
        try:
            self._seen = psutil.Process(self.pid)
        except psutil.NoSuchProcess:
            # Gone already; the nursery will tell how.
            self._seen = None

    def ended(self, code: int) -> None:
        """The nursery says how it ended."""
        self.returncode = code
        self._ended.set()

    def poll(self) -> int | None:
        """Its exit code, None while it lives; -1 when it ended and nobody is left who knows how."""
        if self.returncode is None and self.parent.poll() is not None and not self._lives():
            self.ended(-1)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises TimeoutExpired as `Popen.wait` does."""
        waited = 0.0
        while self.poll() is None:
            if timeout is not None and waited >= timeout:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            self._ended.wait(LOOK_SECONDS)
            waited += LOOK_SECONDS
        return self.returncode if self.returncode is not None else -1

    def send_signal(self, number: int) -> None:
        """Send a signal, to it and to no later process with its number."""
        if self.poll() is None:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _lives(self) -> bool:
        try:
            return (
                self._seen is not None
                and self._seen.is_running()
                and self._seen.status() != psutil.STATUS_ZOMBIE
            )
        except psutil.NoSuchProcess:
            return False


class Nursery:
    """Starts processes by having them forked; its own process is started when first needed.

    `program` is the module that forks: by itself the one whose children carry out our command line.
    """

    def __init__(self, log: Path, environment: Mapping[str, str], program: str = PROGRAM) -> None:
        self._log, self._environment, self._program = log, dict(environment), program
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._born: dict[int, Born] = {}
        self._answers: dict[int, Born] = {}
        self._answered = threading.Condition()
        self._asked = 0

    @property
    def pid(self) -> int | None:
        """The process that forks, once started."""
        return self._process.pid if self._process else None

    def is_alive(self) -> bool:
        """Whether the process that forks is there."""
        return self._process is not None and self._process.poll() is None

    def can_bear(self, environment: Mapping[str, str]) -> bool:
        """Whether a process with this environment may be forked instead of started anew."""
        return sys.platform == "linux" and _read_at_start(environment) == _read_at_start(
            self._environment
        )

    def bear(
        self,
        name: str,
        words: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        log: Path,
    ) -> Born:
        """Start a process that carries out words of our command line."""
        with self._lock:
            process = self._process
            if process is None or process.poll() is not None:
                process = self._process = self._begin()
            self._asked += 1
            request = {
                "id": self._asked, "name": name, "words": list(words),
                "environment": dict(environment), "folder": str(folder), "log": str(log),
            }  # fmt: skip
            return self._ask(process, request)

    def stop(self) -> None:
        """End the process that forks. What it started is not its own business."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _begin(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", self._program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=log, cwd=PROJECT, env=self._environment, start_new_session=True,
            )  # fmt: skip
        threading.Thread(target=self._listen, args=[process], daemon=True).start()
        return process

    def _ask(self, process: "subprocess.Popen[bytes]", request: dict[str, Any]) -> Born:
        number = request["id"]
        try:
            if process.stdin:
                process.stdin.write(json.dumps(request).encode() + b"\n")
                process.stdin.flush()
        except BrokenPipeError as gone:
            raise self._failed() from gone
        with self._answered:
            self._answered.wait_for(
                lambda: number in self._answers or process.poll() is not None, PATIENCE
            )
            if number not in self._answers:
                raise self._failed()
            return self._answers.pop(number)

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        """Hear who was born and who ended, as long as this process speaks."""
        if process.stdout is None:
            return
        for line in process.stdout:
            said = json.loads(line)
            with self._answered:
                if "id" in said:
                    child = Born(said["pid"], process)
                    self._born[child.pid] = child
                    self._answers[said["id"]] = child
                    self._answered.notify_all()
                elif gone := self._born.pop(said["pid"], None):
                    gone.ended(said["code"])
        process.wait()
        process.stdout.close()
        if process.stdin:
            with suppress(BrokenPipeError):
                process.stdin.close()
        with self._answered:
            self._answered.notify_all()

    def _failed(self) -> Trouble:
        return Trouble(
            f"启动节点进程的程序没有正常运行，详见 {self._log}。排除原因后再试一次。",
            f"The program that starts nodes' processes did not work: see {self._log}, then try again.",
        )


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: v for name, v in environment.items() if name.startswith(READ_AT_START)}
