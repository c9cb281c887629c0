"""Two contents of an item side by side, line by line, with what differs marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from tongban.oversight.sheet import Content, Line, Section, sections

SAME, CHANGED, ADDED, REMOVED = "same", "changed", "added", "removed"
# Below this likeness two sentences share letters by chance, and marking them would confuse.
ALIKE = 0.4


@dataclass(frozen=True)
class Piece:
    """A piece of a text, and whether the other side does not have it."""

    text: str
    is_marked: bool


@dataclass(frozen=True)
class Row:
    """One element in both contents; a side is None where it does not exist."""

    before: Line | None
    after: Line | None
    kind: str

    @property
    def label(self) -> str:
        line = self.after or self.before
        return line.label if line else ""

    @property
    def before_pieces(self) -> list[Piece]:
        return self._pieces()[0]

    @property
    def after_pieces(self) -> list[Piece]:
        return self._pieces()[1]

    @property
    def basis_changed(self) -> bool:
        """Whether the words stayed and the ground did not."""
        return bool(
            self.before
            and self.after
            and self.before.text == self.after.text
            and self.before.basis != self.after.basis
        )

    def _pieces(self) -> tuple[list[Piece], list[Piece]]:
        before = self.before.text if self.before else ""
        after = self.after.text if self.after else ""
        if self.kind != CHANGED:
            return [Piece(before, self.kind == REMOVED)], [Piece(after, self.kind == ADDED)]
        return _marked(before, after)


@dataclass(frozen=True)
class Compared:
    """One section of both contents."""

    key: str
    title: str
    rows: tuple[Row, ...]

    @property
    def is_changed(self) -> bool:
        return any(row.kind != SAME for row in self.rows)

    @property
    def changes(self) -> int:
        return sum(row.kind != SAME for row in self.rows)


def compare(before: Content, after: Content, *, only_changed: bool = False) -> list[Compared]:
    """The sections of both in the order of `after`; with `only_changed`, those that differ, and
    of them only the rows that differ.
    """
    found = list(_compare(sections(before), sections(after)))
    if not only_changed:
        return found
    return [
        Compared(one.key, one.title, tuple(row for row in one.rows if row.kind != SAME))
        for one in found
        if one.is_changed
    ]


def count(compared: Sequence[Compared]) -> int:
    """How many elements differ."""
    return sum(one.changes for one in compared)


def _compare(before: list[Section], after: list[Section]) -> Iterator[Compared]:
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    keys = [one.key for one in after]
    for place, one in enumerate(before):
        if one.key not in new:
            # What was dropped stands where it stood, after the section that came before it.
            above = before[place - 1].key if place else ""
            keys.insert(keys.index(above) + 1 if above in keys else 0, one.key)
    for key in keys:
        one_old, one_new = old.get(key), new.get(key)
        shown = one_new or one_old
        assert shown is not None, key  # noqa: S101 - the keys are those of the two
        lines = (one_old.lines if one_old else (), one_new.lines if one_new else ())
        yield Compared(key, shown.title, tuple(_rows(*lines)))


def _rows(before: Sequence[Line], after: Sequence[Line]) -> Iterator[Row]:
    matcher = SequenceMatcher(
        None, [one.key for one in before], [one.key for one in after], autojunk=False
    )
    for _tag, low, high, start, end in matcher.get_opcodes():
        for old, new in zip_longest(before[low:high], after[start:end]):
            yield Row(old, new, _kind(old, new))


def _kind(before: Line | None, after: Line | None) -> str:
    if before is None:
        return ADDED
    if after is None:
        return REMOVED
    is_same = (before.text, before.basis) == (after.text, after.basis)
    return SAME if is_same else CHANGED


def _marked(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if before != after and matcher.ratio() < ALIKE:
        return [Piece(before, is_marked=True)], [Piece(after, is_marked=True)]
    left, right = [], []
    for tag, low, high, start, end in matcher.get_opcodes():
        is_marked = tag != "equal"
        if high > low:
            left.append(Piece(before[low:high], is_marked))
        if end > start:
            right.append(Piece(after[start:end], is_marked))
    return left, right
