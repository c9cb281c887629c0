"""Reads the State Council's list of 22 items, annexed to 国办发〔2022〕34号."""

import re
from dataclasses import dataclass
from pathlib import Path

from tongban.catalogue.reader import vocabulary as words
from tongban.catalogue.reader.layout import Line, Unreadable

_DECLARED = re.compile(r"[（(]共(\d+)项[）)]")
_GAP = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")


@dataclass(frozen=True)
class StateCouncilRow:
    """One row of the list, in the document's own words (gaps beside Chinese characters closed)."""

    number: int
    name: str
    scene: str
    lead: str
    partners: tuple[str, ...]
    deadline: str
    lines: tuple[Line, ...]


def read(path: Path) -> list[StateCouncilRow]:
    """All rows in their order. Refused when there are more or fewer than the list declares."""
    text = path.read_text(encoding="utf-8")
    rows = [
        _row(Line(number, line))
        for number, line in enumerate(text.splitlines(), start=1)
        if line.count("\t") == 5 and line.split("\t")[0].isdigit()
    ]
    declared = _DECLARED.search(text)
    if declared is None or int(declared[1]) != len(rows):
        raise Unreadable(f"{len(rows)} rows read, declared: {declared and declared[0]}")
    if [row.number for row in rows] != list(range(1, len(rows) + 1)):
        raise Unreadable("the rows are not numbered one after another")
    return rows


def _row(line: Line) -> StateCouncilRow:
    number, name, scene, lead, partners, deadline = (
        _GAP.sub("", cell.strip()) for cell in line.text.split("\t")
    )
    if not words.is_lead(lead) or not words.are_partners(partners):
        raise Unreadable(f"row {number} names a unit that is not known: {lead} {partners}")
    return StateCouncilRow(
        int(number), name, scene, lead, tuple(words.split_units(partners)), deadline, (line,)
    )
