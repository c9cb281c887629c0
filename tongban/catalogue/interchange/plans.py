"""What a file would change, before anything is changed."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import TracebackType
from typing import IO, Any

from tongban.catalogue import codes
from tongban.catalogue.interchange.columns import heading_of
from tongban.catalogue.interchange.content import write_content, write_wording
from tongban.catalogue.interchange.faults import Faults
from tongban.catalogue.interchange.ground import Ground
from tongban.catalogue.interchange.stored import Stored, StoredVersion
from tongban.parties.models import Officer


class Action(StrEnum):
    """What becomes of one row."""

    ADDED = "added"
    CHANGED = "changed"
    RETIRED = "retired"
    UNCHANGED = "unchanged"


def _steps_file() -> IO[str]:
    # Closed by the plan, which outlives this call.
    return tempfile.TemporaryFile("w+", encoding="utf-8")


@dataclass(frozen=True)
class Change:
    """One field before and after, in the words of the template's columns."""

    key: str
    old: str
    new: str

    @property
    def heading(self) -> str:
        """What the field is called."""
        return heading_of(self.key)


@dataclass(frozen=True)
class PlannedRow:
    """One row of the difference as pages show it; `number` is the version to be published, or 0."""

    row: int
    action: Action
    item: str
    place: str
    place_name: str
    part: str
    name: str
    from_day: date | None
    number: int
    changes: tuple[Change, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass
class Plan:
    """The difference of a file from the tables; holds a temporary file until it is closed.

    `shown` are the first rows that change something. `digest` is over the file's bytes: who applies
    a plan another time, from the same file, can tell that it is the same. `stamp` says what the
    tables held.
    """

    file: str
    format: str
    digest: str
    officer: Officer | None
    at: datetime
    stamp: str
    faults: Faults
    rows: int = 0
    counts: Counter[Action] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    shown: list[PlannedRow] = field(default_factory=list)
    places: set[str] = field(default_factory=set)
    unknown_headings: tuple[str, ...] = ()
    steps: IO[str] = field(default_factory=_steps_file, repr=False)

    def __enter__(self) -> "Plan":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the temporary file go; afterwards the plan can be shown, not applied."""
        self.steps.close()

    @property
    def is_applicable(self) -> bool:
        """Whether nothing stands in the way: no fault that stops the file."""
        return not self.faults.errors

    @property
    def writes(self) -> int:
        """How many rows would be written."""
        return sum(count for action, count in self.counts.items() if action != Action.UNCHANGED)

    def note(self, step: Mapping[str, Any]) -> None:
        """Keep a step for `apply`, outside memory."""
        self.steps.write(json.dumps(step, ensure_ascii=False, separators=(",", ":")) + "\n")

    def noted(self) -> Iterator[dict[str, Any]]:
        """The steps in their order."""
        self.steps.seek(0)
        for line in self.steps:
            yield json.loads(line)


def cells_of(
    identity: Mapping[str, Any], version: StoredVersion | None, ground: Ground
) -> dict[str, str]:
    """A row's cells without what names it: the one reading of it that people compare."""
    cells = {key: str(value) for key, value in identity.items() if value}
    if "level" in cells:
        cells["level"] = codes.LEVEL.label(cells["level"])
    if version:
        cells |= write_content(version.content, ground, str(identity.get("name", "")))
        cells["from_day"] = version.from_day.isoformat()
        if words := write_wording(version.wording, cells):
            cells["wording"] = words
    return cells


def changes_between(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Change, ...]:
    """The cells that differ, in the order of the template where it knows them."""
    keys = dict.fromkeys([*new, *old])
    return tuple(
        Change(key, old.get(key, ""), new.get(key, ""))
        for key in keys
        if old.get(key, "") != new.get(key, "")
    )


def newest(known: Stored) -> StoredVersion | None:
    """The version with the highest number."""
    return known.versions[-1] if known.versions else None
