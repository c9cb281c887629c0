"""Previews of OFD papers as this node keeps them: drawn once, in a process of its own, by digest.

A preview is no paper: it is kept beside the papers, can be thrown away, and is drawn anew when the
drawer has learnt something.
"""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

from tongban.cases.drawing import words
from tongban.record import papers

log = structlog.get_logger(__name__)
# Raised when the drawer draws differently; what an older one drew is drawn again.
DRAWER = 2
# A page of text takes a hundredth of this. The processor's seconds are the bound; the clock's only
# catch what waits without computing.
SECONDS, SECONDS_BY_THE_CLOCK = 12, 30
MEMORY = 1 << 30
_AT_ONCE, _PATIENCE = 2, 6.0
_LONGEST_ANSWER = 1 << 16
# Said of this moment, not of the paper: tried again at the next look.
_PASSING = {"busy"}
# What the process writes, in the order in which it is told where.
_MADE = ("pdf", "png")


@dataclass(frozen=True)
class Sketch:
    """A preview of an OFD, or why there is none; what it lacks, counted by kind (`words`)."""

    why: str = ""
    pages: int = 0
    drawn: int = 0
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What is said beside it: what was not drawn, or why nothing was; empty if all was."""
        return words.ground(self.why) if self.why else words.left_out(self.left_out)


def of(digest: str) -> Sketch:
    """The preview of a paper that lies here; drawn now if it never was.

    Takes half a second the first time and at most `SECONDS_BY_THE_CLOCK`. A paper that cannot be
    drawn is tried once; while too many are being drawn, the preview is `busy` and tried again.
    """
    known = _known(digest)
    if known is not None:
        return known
    with _turn() as is_free:
        # Whoever waited for a turn may find that another drew it meanwhile.
        known = _known(digest)
        if known is not None:
            return known
        return _draw(digest) if is_free else Sketch(why="busy")


def pdf(digest: str) -> Path:
    """Where the pages of a preview lie, of a paper that has one (`of`)."""
    return _place(digest, "pdf")


def small(digest: str) -> Path:
    """Where the picture of its first page lies, a PNG as wide as a telephone shows it."""
    return _place(digest, "png")


def _place(digest: str, ending: str) -> Path:
    return Path(settings.DATA_DIR, "sketches", digest[:2], f"{digest}.{ending}")


def _known(digest: str) -> Sketch | None:
    try:
        said = json.loads(_place(digest, "json").read_bytes())
    except (OSError, ValueError):
        return None
    if said.pop("drawer", 0) != DRAWER:
        return None
    # Kept before the note, so only a hand has taken them away.
    if not (said["why"] or all(_place(digest, one).is_file() for one in _MADE)):
        return None
    return Sketch(**said)


@contextlib.contextmanager
def _turn() -> Iterator[bool]:
    """One of the few places to draw at on this node; False when none became free in time."""
    folder = Path(settings.DATA_DIR, "sketches")
    folder.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + _PATIENCE
    with contextlib.ExitStack() as held:
        places = [
            held.enter_context(Path(folder, f"place-{one}").open("wb")) for one in range(_AT_ONCE)
        ]
        while not (is_free := any(_is_taken(place.fileno()) for place in places)):
            if time.monotonic() > until:
                break
            time.sleep(0.05)
        yield is_free


def _is_taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _draw(digest: str) -> Sketch:
    folder_of_all = _place(digest, "json").parent
    folder_of_all.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=folder_of_all) as folder,
        papers.open(digest) as paper,
    ):
        made = {ending: Path(folder, f"made.{ending}") for ending in _MADE}
        said = _ask(Path(paper.name), list(made.values()), Path(folder))
        sketch = Sketch(
            why=said["why"],
            pages=said.get("pages", 0),
            drawn=said.get("drawn", 0),
            left_out=said.get("left_out", {}),
        )
        log.info("paper.sketched", digest=digest, why=sketch.why, left_out=sketch.left_out)
        if sketch.why in _PASSING:
            return sketch
        if not sketch.why:
            for ending, file in made.items():
                file.replace(_place(digest, ending))
        note = Path(folder, "made.json")
        note.write_text(json.dumps({"drawer": DRAWER} | vars(sketch)), encoding="utf-8")
        note.replace(_place(digest, "json"))
    return sketch


def _ask(paper: Path, targets: list[Path], folder: Path) -> dict[str, Any]:
    """What the process that draws says; the ground when it ended without a word."""
    command = [
        sys.executable, "-m", "tongban.cases.drawing.child",
        str(SECONDS), str(MEMORY), str(paper), *map(str, targets),
    ]  # fmt: skip
    # None of this node's keys and addresses; threads would each reserve memory of their own.
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(folder),
        "RAYON_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
    try:
        done = subprocess.run(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS_BY_THE_CLOCK,
            check=False,
        )
    except subprocess.TimeoutExpired:
        # Its own seconds were not used up: the processor was somebody else's.
        return {"why": "busy"}
    if done.returncode == 0 and len(done.stdout) < _LONGEST_ANSWER:
        return dict(json.loads(done.stdout))
    return {"why": _ground(done)}


def _ground(done: subprocess.CompletedProcess[bytes]) -> str:
    said = done.stderr[-400:].decode(errors="replace")
    log.warning("paper.sketch_ended", code=done.returncode, said=said)
    # By the processor's limit (SIGXCPU, or SIGKILL where that is not known).
    if done.returncode in {-24, -9}:
        return "slow"
    return "memory" if "memory" in said.lower() or done.returncode == -6 else "failed"
