"""What is wrong in a file, where, and how to mend it; counted, and only so many kept in memory."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType

ERROR = "error"  # the file is not taken in
FLAG = "flag"  # taken in, and the row carries the fault


@dataclass(frozen=True)
class Fault:
    """One fault. `row` counts from 1 as a spreadsheet does, 0 is the file; `column` is its letter
    (or field, in JSON) with the heading beside it.
    """

    code: str
    severity: str
    row: int
    column: str
    heading: str
    value: str
    message: str
    mend: str

    @property
    def is_error(self) -> bool:
        """Whether the file cannot be taken in because of it."""
        return self.severity == ERROR


HEADINGS = ("级别", "代码", "行", "列", "栏目", "内容", "问题", "怎么改")
_LONGEST_VALUE = 200


@dataclass
class Faults:
    """All faults of one file: the first `keep` of them, how many of each kind, and, when `path` is
    given, every one in a CSV.
    """

    keep: int = 200
    path: Path | None = None
    first: list[Fault] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __enter__(self) -> "Faults":
        # A BOM, so that a spreadsheet opens the Chinese as Chinese.
        self._file = self.path.open("w", encoding="utf-8-sig", newline="") if self.path else None
        self._writer = csv.writer(self._file) if self._file else None
        if self._writer:
            self._writer.writerow(HEADINGS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file:
            self._file.close()

    def add(self, fault: Fault) -> None:
        """Note one fault."""
        self.counts[fault.severity, fault.code] += 1
        if len(self.first) < self.keep:
            self.first.append(fault)
        elif fault.is_error:
            self._make_room(fault)
        if self._writer:
            self._writer.writerow(_cells(fault))

    def _make_room(self, fault: Fault) -> None:
        # What stops the file is shown before what is only flagged.
        for place in range(len(self.first) - 1, -1, -1):
            if not self.first[place].is_error:
                del self.first[place]
                self.first.append(fault)
                return

    @property
    def errors(self) -> int:
        """How many faults stop the file."""
        return sum(count for (severity, _), count in self.counts.items() if severity == ERROR)

    @property
    def flags(self) -> int:
        """How many faults are only flagged."""
        return sum(count for (severity, _), count in self.counts.items() if severity == FLAG)


def _cells(fault: Fault) -> list[str]:
    label = "必须改" if fault.is_error else "请核对"
    values = asdict(fault)
    parts = ["code", "row", "column", "heading", "value", "message", "mend"]
    return [label, *(escape(str(values[part])[:_LONGEST_VALUE]) for part in parts)]


_ACTIVE = ("=", "+", "-", "@", "\t", "\r")


def escape(text: str) -> str:
    """A cell of a CSV that no spreadsheet takes for a formula: an apostrophe before = + - @."""
    return f"'{text}" if text.lstrip("'").startswith(_ACTIVE) else text


def unescape(text: str) -> str:
    """What `escape` was given."""
    if text.startswith("'") and text.lstrip("'").startswith(_ACTIVE):
        return text[1:]
    return text


def by_kind(counts: Counter[tuple[str, str]]) -> Iterator[tuple[str, str, int]]:
    """Severity, code and number of each kind: what stops the file first, then the most frequent."""
    order = sorted(counts.items(), key=lambda one: (one[0][0] != ERROR, -one[1], one[0][1]))
    for (severity, code), count in order:
        yield severity, code, count
