"""Puts the rows of a table together again that a PDF's text layer has taken apart.

A row comes as one line that begins with its number, and, where cells are tall, loose lines before
and after it. Each line holds fragments of some cells, from left to right. Three facts of the page
decide where a fragment belongs: cells keep their order in every line; a cell's fragments stand on
neighbouring lines; and a cell is centred, so it has as many fragments above the number as below,
give or take one. Of the readings that the vocabulary of the cells allows, the best centred one is
taken; when two are equally good, reading stops with the page's lines instead of guessing.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

Cells = Mapping[str, str]

_NUMBERED = re.compile(r"(\d+) (\S.*)")


class Unreadable(ValueError):
    """A row that has no reading, or more than one; the message holds its lines."""


@dataclass(frozen=True)
class Column:
    """One column: its key, what a whole cell looks like, and whether it may be empty."""

    key: str
    is_whole: Callable[[str], bool]
    may_be_empty: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the document, with its number from 1."""

    number: int
    text: str


@dataclass(frozen=True)
class Row:
    """One row put together: its number in the table, its cells, the lines it came from.

    `off_centre` counts its cells that have one fragment more on one side than on the other.
    """

    number: int
    cells: Cells
    lines: tuple[Line, ...]
    off_centre: int


@dataclass(frozen=True)
class _Anchor:
    """The line of a row that carries its number."""

    number: int
    tokens: tuple[str, ...]
    line: Line


def read_rows(
    lines: Sequence[Line],
    *,
    shapes: Sequence[Sequence[Column]],
    is_header: Callable[[str], bool],
    repairs: Mapping[int, Cells],
) -> list[Row]:
    """All rows of one table, numbered from 1 without a gap.

    `shapes` are the ways a row may be laid out, tried together. A repeated header ends a row: no
    cell in these documents runs over a page. `repairs` says for a row number what some cells are;
    it can only choose among readings of the page, not add one. Refused (`Unreadable`) when a page
    has no best reading.
    """
    shapes = [tuple(shape) for shape in shapes]
    pages: list[list[Line]] = [[]]
    for line in lines:
        if is_header(line.text):
            pages.append([])
        elif line.text.strip():
            pages[-1].append(line)
    rows: list[Row] = []
    for page in pages:
        rows += _read_page(page, len(rows) + 1, shapes, repairs)
    return rows


def _read_page(
    page: list[Line],
    first: int,
    shapes: Sequence[Sequence[Column]],
    repairs: Mapping[int, Cells],
) -> list[Row]:
    anchors, gaps = _anchors(page, first)
    if not anchors:
        if page:
            raise Unreadable(f"lines without a row: {[line.text for line in page]}")
        return []
    readings = [
        reading
        for reading in _read_from(0, gaps[0], anchors, gaps, shapes)
        if all(repairs.get(row.number, {}).items() <= row.cells.items() for row in reading)
    ]
    marks = [sum(row.off_centre for row in reading) for reading in readings]
    if marks.count(min(marks, default=0)) != 1:
        shown = "\n".join(line.text for line in page)
        raise Unreadable(f"{len(readings)} readings of this page, none of them best:\n{shown}")
    return readings[marks.index(min(marks))]


def _anchors(page: list[Line], first: int) -> tuple[list[_Anchor], list[list[Line]]]:
    """The numbered lines of a page, and the loose lines before, between and after them."""
    anchors: list[_Anchor] = []
    gaps: list[list[Line]] = [[]]
    for line in page:
        numbered = _NUMBERED.fullmatch(line.text.strip())
        if numbered and int(numbered[1]) == first + len(anchors):
            anchors.append(_Anchor(int(numbered[1]), tuple(numbered[2].split()), line))
            gaps.append([])
        else:
            gaps[-1].append(line)
    return anchors, gaps


def _read_from(
    place: int,
    above: list[Line],
    anchors: list[_Anchor],
    gaps: list[list[Line]],
    shapes: Sequence[Sequence[Column]],
) -> Iterator[list[Row]]:
    """Every way to read the page from the row at `place` on, given the loose lines above it."""
    between = gaps[place + 1]
    is_last = place + 1 == len(anchors)
    for cut in [len(between)] if is_last else range(len(between) + 1):
        below, rest = between[:cut], between[cut:]
        for cells, off in _read_row(anchors[place], above, below, shapes):
            row = Row(anchors[place].number, cells, (*above, anchors[place].line, *below), off)
            if is_last:
                yield [row]
            else:
                for later in _read_from(place + 1, rest, anchors, gaps, shapes):
                    yield [row, *later]


def _read_row(
    anchor: _Anchor, above: list[Line], below: list[Line], shapes: Sequence[Sequence[Column]]
) -> list[tuple[Cells, int]]:
    """Every reading of one row, with its cells off centre."""
    found = []
    upwards = [line.text.split() for line in reversed(above)]
    downwards = [line.text.split() for line in below]
    for columns in shapes:
        for middle in combinations(range(len(columns)), len(anchor.tokens)):
            for up in _runs(upwards, set(middle)):
                for down in _runs(downwards, set(middle)):
                    placed = _Placed(dict(zip(middle, anchor.tokens, strict=True)))
                    placed.add(up, upwards, step=-1)
                    placed.add(down, downwards, step=1)
                    if cells := placed.cells(columns):
                        found.append((cells, placed.off_centre()))
    return found


def _runs(lines: list[list[str]], inside: set[int]) -> Iterator[list[tuple[int, ...]]]:
    """The columns for each line away from the number, each within those of the line before."""
    if not lines:
        yield []
        return
    for columns in combinations(sorted(inside), len(lines[0])):
        for rest in _runs(lines[1:], set(columns)):
            yield [columns, *rest]


class _Placed:
    """The fragments of one row, each in a column."""

    def __init__(self, middle: dict[int, str]) -> None:
        self._texts = middle
        self._heights = dict.fromkeys(middle, 0)

    def add(self, run: list[tuple[int, ...]], lines: list[list[str]], *, step: int) -> None:
        """Put the lines on one side of the number into their columns; `step` is -1 for above."""
        for columns, tokens in zip(run, lines, strict=True):
            for place, token in zip(columns, tokens, strict=True):
                text = self._texts[place]
                self._texts[place] = token + text if step < 0 else text + token
                self._heights[place] += step

    def off_centre(self) -> int:
        """How many cells have one fragment more on one side than on the other."""
        return sum(abs(height) for height in self._heights.values())

    def cells(self, columns: Sequence[Column]) -> Cells | None:
        """The cells, or nothing when one is not whole or more than one fragment off centre."""
        if any(abs(height) > 1 for height in self._heights.values()):
            return None
        cells = {column.key: self._texts.get(place, "") for place, column in enumerate(columns)}
        whole = all(
            column.is_whole(cells[column.key]) if cells[column.key] else column.may_be_empty
            for column in columns
        )
        return cells if whole else None
