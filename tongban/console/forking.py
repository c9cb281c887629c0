"""The nursery's own program: reads libraries once, then forks a process for whoever is asked for.

A process of a node begins with two seconds of reading libraries. Of thirty-three nodes that would be
more than a minute, and three gigabytes of the same code in memory. What is forked from here has the
libraries and shares them; it reads settings, keys and all code of ours itself, afterwards, with the
environment of its own node. Nothing of any node is ever known here.

One JSON object a line comes in: `id`, `name`, `words`, `environment`, `folder`, `log`. One a line goes out:
`{"id": …, "pid": …}` when it was started and `{"pid": …, "code": …}` when it ended.
"""

import gc
import importlib
import json
import os
import select
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

from tongban.console.main import run

# Libraries that every node reads and that ask nothing of the environment when they are read. Not
# prometheus-client: it decides at that moment where it counts.
LIBRARIES = (
    "asyncio", "barcode.writer", "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.asymmetric.x25519", "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.x509", "django.contrib.postgres.fields", "django.contrib.staticfiles",
    "django.core.management", "django.core.serializers.json", "django.db.backends.postgresql.base",
    "django.db.models", "django.forms", "django.http", "django.template", "django.urls", "httpx",
    "jsonschema", "jsonschema_rs", "nats.js", "PIL.Image", "psycopg", "qrcode", "rfc3161_client",
    "rfc8785", "rich.console", "rjieba", "stdnum", "structlog", "typer", "typst",
)  # fmt: skip
WAKE_UP_BYTES = 4096


class Forking:
    """The loop of the nursery; in a child it returns the words that the child is to carry out."""

    def __init__(self) -> None:
        # What libraries print must not go where the launcher reads our answers.
        self._answers = os.dup(1)
        os.dup2(2, 1)
        self._rest = b""
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waker, False)

    def serve(self) -> list[str]:
        """Until the launcher is gone; a child comes out of here with its words."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        while True:
            ready, _, _ = select.select([0, self._woken], [], [])
            if self._woken in ready:
                os.read(self._woken, WAKE_UP_BYTES)
                self._bury()
            if 0 in ready:
                for request in self._requests():
                    words = self._fork(request)
                    if words is not None:
                        return words

    def _requests(self) -> list[dict[str, Any]]:
        data = os.read(0, 1 << 16)
        if not data:
            # Whoever asked us is gone. What we started stays, as it would without us.
            sys.exit(0)
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def _fork(self, request: dict[str, Any]) -> list[str] | None:
        pid = os.fork()
        if pid:
            self._say({"id": request["id"], "pid": pid})
            return None
        self._become(request)
        words: list[str] = request["words"]
        return words

    def _become(self, request: dict[str, Any]) -> None:
        """In the child: nothing of the nursery is left but the libraries."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for own in (self._answers, self._woken, self._waker):
            os.close(own)
        os.setsid()
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, place in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, place)
        os.close(log)
        os.close(nothing)
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(line_buffering=True, write_through=True)  # type: ignore[union-attr]
        _call_oneself(request["name"])

    def _bury(self) -> None:
        """Tell of everyone that ended; several deaths may wake us once."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            self._say({"pid": pid, "code": os.waitstatus_to_exitcode(status)})

    def _say(self, what: dict[str, int]) -> None:
        os.write(self._answers, json.dumps(what).encode() + b"\n")


def _call_oneself(name: str) -> None:
    """Be found under one's own name by `ps` and `top`, where the system allows it."""
    comm = Path("/proc/self/comm")
    if comm.exists():
        comm.write_text(name[:15])


def words_of_a_child() -> list[str]:
    """Read the libraries, then serve; what comes back from there is a child with these words."""
    for name in LIBRARIES:
        importlib.import_module(name)
    # What is here now is never freed, and a collector that looks at it would copy every page.
    gc.collect()
    gc.freeze()
    return Forking().serve()


def main() -> NoReturn:
    """Fork processes that carry out words of our command line."""
    sys.argv = ["./run", *words_of_a_child()]
    run()


if __name__ == "__main__":
    main()
