"""Files of implementations that a manager hands in: looked at first, taken in by a second manager.

Looking at a file of 100,000 rows takes longer than a page may. So the file is kept in a folder of
its own under the node's data, the work is done beside the pages, and the folder's `state.json`
says at any moment how far it is; pages only read that. Nothing of it is law before it is taken in.
"""

import json
import os
import secrets
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from django.conf import settings
from django.db import connections
from django.utils.timezone import now
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound, Refused
from tongban.catalogue.operations import importing
from tongban.parties import queries as parties
from tongban.parties.models import Officer

log = structlog.get_logger(__name__)

LOOKING, LOOKED, REFUSED = "looking", "looked", "refused"
TAKING, TAKEN, BROKEN, GIVEN_UP = "taking", "taken", "broken", "given-up"
AT_WORK = (LOOKING, TAKING)
# Who works gives a sign at least this often; longer silence means that the process is gone. Single
# steps last longer than that on a slow machine: committing 100,000 rows and indexing their names.
BEAT = 15.0  # seconds
SILENT_AFTER = timedelta(seconds=90)
CHECKING, WRITING = "checking", "writing"  # the two steps of taking in
SHOWN = 200
KEPT = 50
LARGEST = 200 * 1024 * 1024
PULSE = "pulse"  # the file that is touched at each beat
KINDS = {".csv": "csv", ".xlsx": "xlsx", ".json": "json"}


class NoSuchHandIn(NotFound):
    """No such file was handed in, or it has been cleared away."""

    code = "no-such-hand-in"

    def __init__(self) -> None:
        super().__init__(_("没有这份交来的文件，可能已经清理"))


class WrongFile(Refused):
    """A file that is not even looked into."""

    code = "wrong-file"
    status = 422


class NotNow(Refused):
    """The file is in another state than this act needs."""

    code = "hand-in-not-now"


@dataclass(frozen=True)
class HandIn:
    """One file that was handed in, as its folder says."""

    token: str
    state: dict[str, Any]

    @property
    def phase(self) -> str:
        """Where it stands; work that nobody writes about any more is broken."""
        phase = str(self.state["phase"])
        if phase in AT_WORK and now() - self._heard_at() > SILENT_AFTER:
            return BROKEN
        return phase

    @property
    def step(self) -> str:
        """Which step of taking in is under way."""
        return str(self.state.get("step", ""))

    @property
    def is_at_work(self) -> bool:
        return self.phase in AT_WORK

    @property
    def is_applicable(self) -> bool:
        """Whether a second person can take it in now."""
        plan = self.state.get("plan") or {}
        return self.phase == LOOKED and not plan.get("errors") and plan.get("writes", 0) > 0

    @property
    def by(self) -> str:
        return str(self.state["by"])

    @property
    def handed_in_at(self) -> datetime:
        return self._at("handed_in_at")

    @property
    def taken_at(self) -> datetime | None:
        return self._at("taken_at") if self.state.get("taken_at") else None

    @property
    def faults_file(self) -> Path:
        return _folder() / self.token / "faults.csv"

    def _at(self, key: str) -> datetime:
        return datetime.fromisoformat(self.state[key])

    def _heard_at(self) -> datetime:
        """The last sign of who works: a written state, or a beat between two of them."""
        told = self._at("heard_at")
        try:
            beat = (_folder() / self.token / PULSE).stat().st_mtime
        except FileNotFoundError:
            return told
        return max(told, datetime.fromtimestamp(beat, tz=told.tzinfo))


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "imports"


def every() -> list[HandIn]:
    """All files that were handed in, the newest first."""
    if not _folder().is_dir():
        return []
    found = [_read(one) for one in _folder().iterdir() if (one / "state.json").is_file()]
    return sorted(found, key=lambda one: one.handed_in_at, reverse=True)


def one(token: str) -> HandIn:
    """One file. Refused: NoSuchHandIn."""
    folder = _folder() / token
    if not token.isalnum() or not (folder / "state.json").is_file():
        raise NoSuchHandIn
    return _read(folder)


def _read(folder: Path) -> HandIn:
    return HandIn(folder.name, json.loads((folder / "state.json").read_text("utf-8")))


def _write(folder: Path, state: dict[str, Any]) -> None:
    """Put a whole new state in the place of the old: a reader never sees half of one."""
    state["heard_at"] = now().isoformat()
    part = folder / f".state-{secrets.token_hex(4)}"
    part.write_text(json.dumps(state, ensure_ascii=False), "utf-8")
    part.replace(folder / "state.json")


def hand_in(file: BinaryIO, *, name: str, size: int, officer: Officer, at: datetime) -> HandIn:
    """Keep a file and begin to look at it. Refused: WrongFile."""
    ending = Path(name).suffix.lower()
    if ending not in KINDS:
        raise WrongFile(_("只能导入.csv、.xlsx或.json文件"))
    if size > LARGEST:
        raise WrongFile(_("文件超过200 MB，请拆开导入"))
    if not size:
        raise WrongFile(_("文件是空的"))
    _clear_away()
    token = secrets.token_hex(12)
    folder = _folder() / token
    folder.mkdir(parents=True)
    with (folder / f"file{ending}").open("wb") as kept:
        shutil.copyfileobj(file, kept)
    state = {
        "phase": LOOKING,
        "name": Path(name).name[:120],
        "by": officer.pseudonym,
        "officer": officer.pk,
        "handed_in_at": at.isoformat(),
        "done": 0,
        "total": size,
    }
    _write(folder, state)
    _beside(lambda: _look(folder, state))
    return _read(folder)


def look_again(token: str) -> HandIn:
    """Look at a kept file anew: after something was published, or when the work broke off.

    Refused: NotNow while it is being worked on, and once it is taken in.
    """
    found = one(token)
    if found.phase not in (LOOKED, REFUSED, BROKEN):
        raise NotNow(_("这份文件现在不能重新检查"))
    folder = _folder() / token
    (folder / "taking").unlink(missing_ok=True)
    state = {**found.state, "phase": LOOKING, "done": 0, "said": ""}
    _write(folder, state)
    _beside(lambda: _look(folder, state))
    return _read(folder)


def take_in(token: str, *, officer: Officer) -> HandIn:
    """Begin to take a file in, by another manager than who handed it in.

    Whatever `importing.apply` refuses stands in the state afterwards. Pressed twice, it is taken in
    once: the second press finds the work begun, or done. Refused: NotNow.
    """
    found = one(token)
    if found.phase in (TAKING, TAKEN):
        return found
    if not found.is_applicable:
        raise NotNow(_("这份文件现在不能导入"))
    folder = _folder() / token
    try:
        # The file system decides who was first, also between two processes.
        os.close(os.open(folder / "taking", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return one(token)
    state = {**found.state, "phase": TAKING, "step": CHECKING, "done": 0, "said": ""}
    _write(folder, state)
    _beside(lambda: _take(folder, state, officer))
    return _read(folder)


def give_up(token: str) -> None:
    """Throw a file away that is not taken in. Refused: NotNow."""
    found = one(token)
    if found.is_at_work or found.phase == TAKEN:
        raise NotNow(_("这份文件现在不能撤掉"))
    shutil.rmtree(_folder() / token)


def _clear_away() -> None:
    """Keep the newest; what is being worked on stays in any case."""
    for old in every()[KEPT:]:
        if not old.is_at_work:
            shutil.rmtree(_folder() / old.token, ignore_errors=True)


def _beside(work: Callable[[], None]) -> None:
    """Do the work beside the pages of this process."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    threading.Thread(target=run, daemon=True, name="import").start()


def _file(folder: Path) -> Path:
    return next(folder.glob("file.*"))


def _look(folder: Path, state: dict[str, Any]) -> None:
    with _said(folder, state, otherwise=REFUSED), _plan(folder, state) as plan:
        state["plan"] = _kept(plan)
        state["phase"] = LOOKED


def _take(folder: Path, state: dict[str, Any], officer: Officer) -> None:
    shown = state["plan"]
    with _said(folder, state, otherwise=LOOKED), _plan(folder, state) as plan:
        if (plan.digest, plan.stamp) != (shown["digest"], shown["stamp"]):
            state["plan"] = _kept(plan)
            raise importing.PlanIsStale
        at = now()
        state |= {"step": WRITING, "done": 0, "total": plan.writes}
        state["written"] = importing.apply(plan, officer, at, progress=_progress(folder, state))
        state |= {"phase": TAKEN, "taken_at": at.isoformat(), "taken_by": officer.pseudonym}
        log.info("catalogue.imported", rows=state["written"], by=officer.pseudonym)


class _said:  # noqa: N801 - used as a statement
    """Whatever happens to the work, the state says it: a refusal in its words, a fault as one."""

    def __init__(self, folder: Path, state: dict[str, Any], *, otherwise: str) -> None:
        self.folder, self.state, self.otherwise = folder, state, otherwise
        self.over = threading.Event()

    def __enter__(self) -> None:
        threading.Thread(target=self._beat, daemon=True, name="import pulse").start()

    def _beat(self) -> None:
        """Say that the work goes on while it has nothing to write, until it is over."""
        while not self.over.wait(BEAT):
            with suppress(OSError):
                (self.folder / PULSE).touch()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        self.over.set()
        if isinstance(error, Refused):
            self.state |= {"phase": self.otherwise, "said": error.message}
        elif error is not None:
            self.state |= {"phase": BROKEN, "said": ""}
            log.error("catalogue.import_failed", exc_info=error, folder=self.folder.name)
        if error is not None:
            (self.folder / "taking").unlink(missing_ok=True)
        if self.folder.is_dir():
            _write(self.folder, self.state)
        return isinstance(error, Exception)


def _plan(folder: Path, state: dict[str, Any]) -> importing.Plan:
    officer = parties.officer_by_pseudonym(str(state["by"]))
    return importing.plan(
        _file(folder),
        officer,
        now(),
        name=state["name"],
        show=SHOWN,
        faults_to=folder / "faults.csv",
        progress=_progress(folder, state),
    )


def _progress(folder: Path, state: dict[str, Any]) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        state["done"], state["total"] = done, total
        _write(folder, state)

    return tell


def _kept(plan: importing.Plan) -> dict[str, Any]:
    """What pages show of a plan, as JSON."""
    return {
        "digest": plan.digest,
        "stamp": plan.stamp,
        "format": plan.format,
        "rows": plan.rows,
        "writes": plan.writes,
        "counts": {str(action): count for action, count in plan.counts.items()},
        "errors": plan.faults.errors,
        "flags": plan.faults.flags,
        "unknown": list(plan.unknown_headings),
        "faults": [
            {
                "is_error": one.is_error,
                "row": one.row,
                "column": one.column,
                "heading": one.heading,
                "value": one.value[:200],
                "message": one.message,
                "mend": one.mend,
            }
            for one in plan.faults.first
        ],
        "shown": [
            {
                "row": one.row,
                "action": str(one.action),
                "item": one.item,
                "place": one.place_name,
                "name": one.name,
                "from_day": one.from_day.isoformat() if one.from_day else "",
                "number": one.number,
                "changes": [
                    {"heading": c.heading, "old": c.old[:400], "new": c.new[:400]}
                    for c in one.changes
                ],
            }
            for one in plan.shown
        ],
    }
