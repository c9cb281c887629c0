"""Rows of a file before anybody has judged them, and why a file is not read at all."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tongban.basics.refusals import Refused

# Kinds of cells that a judge must know of; a plain text carries no kind.
NUMBER, DATE, FORMULA, BROKEN, TRUTH, MERGED = (
    "number", "date", "formula", "broken", "truth", "merged",
)  # fmt: skip
# In JSON: worked out from another field; understood by practice, not by a document.
DERIVED, UNVERIFIED = "derived", "unverified"


class FileRefused(Refused):
    """A file that cannot be read as a whole; nothing of it was looked at."""

    code = "file-refused"
    status = 422

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(message, kind=code, **facts)
        self.kind = code


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a table: its number from 1, its cells, the kinds of those that are no texts."""

    number: int
    cells: list[str]
    kinds: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class RawRow:
    """One implementation as the file says it, by the keys of `columns`.

    `refusals` are values that no table of codes takes: the column, and the sentence.
    """

    number: int
    cells: Mapping[str, str]
    kinds: Mapping[str, str]
    refusals: tuple[tuple[str, str], ...] = ()


@dataclass
class Source:
    """An opened file: its rows, which may be walked through once, and where each column stands.

    `done` says how far the walk is, in the same measure as `total`.
    """

    format: str
    rows: Iterator[RawRow]
    places: Mapping[str, str]
    total: int
    done: Callable[[], int]
    unknown: tuple[str, ...] = ()
