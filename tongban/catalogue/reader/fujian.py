"""Reads 福建省's table of 137 items, annexed to its plan of 2020-11-27."""

import re
from dataclasses import dataclass
from pathlib import Path

from tongban.catalogue.reader import vocabulary as words
from tongban.catalogue.reader.layout import Column, Line, Row, Unreadable, read_rows

_HEADING = re.compile(r"([一二三])、(\d{4})年(底前|以后)实现“跨省通办”的事项（(\d+)项）")
_HEADER = "序号"

_NAME = Column("name", words.is_name)
_SCENE = Column("scene", words.is_scene)
_LEAD = Column("lead", words.is_lead)
_PARTNERS = Column("partners", words.are_partners, may_be_empty=True)
_PROVINCE = Column("province_unit", words.is_province_unit)
_FORM = Column("form", words.is_form)
_DEADLINE = Column("deadline", words.is_deadline)
_NATIONAL = Column("national_deadline", words.is_national_deadline)
_DEFERRED = Column("form", words.is_deferred)

# Where 实现形式 and 完成时限 are one cell, its words are kept as the wording of both.
_SHAPES = {
    "一": [
        [_NAME, _SCENE, _LEAD, _PARTNERS, _PROVINCE, _FORM, _DEADLINE],
        [_NAME, _SCENE, _LEAD, _PARTNERS, _PROVINCE, _DEFERRED],
    ],
    "三": [[_NAME, _SCENE, _LEAD, _NATIONAL, _PROVINCE, _FORM, _DEADLINE]],
}
_SHAPES["二"] = _SHAPES["一"]

# Rows that the layout alone leaves open: what one cell is. Everything else about them is read, and
# a test shows that each of these is needed and stands in the document.
REPAIRS: dict[str, dict[int, dict[str, str]]] = {
    # "康复费" could end the name as well as the list of costs in the sentence.
    "三": {7: {"name": "工伤职工异地就医结算"}},
}

PARTS = {"一": 1, "二": 2, "三": 3}


@dataclass(frozen=True)
class FujianRow:
    """One row of the table, in the document's own words."""

    part: str
    number: int
    name: str
    scene: str
    lead: str
    partners: tuple[str, ...]
    province_unit: str
    form: str
    deadline: str
    national_deadline: str
    lines: tuple[Line, ...]

    @property
    def batch(self) -> int:
        """The batch that this row's part of the table is: 1, 2 or 3."""
        return PARTS[self.part]


def read(path: Path) -> list[FujianRow]:
    """All rows in their order. Refused when a part has another number of rows than its heading says."""
    lines = [
        Line(number, text)
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    ]
    headings = [
        (place, found)
        for place, line in enumerate(lines)
        if (found := _HEADING.fullmatch(line.text.strip()))
    ]
    if not headings:
        raise Unreadable("no part of the table begins anywhere")
    rows: list[FujianRow] = []
    for (place, heading), end in zip(
        headings, [*[place for place, _ in headings[1:]], len(lines)], strict=True
    ):
        rows += _read_part(heading[1], int(heading[4]), lines[place + 1 : end])
    return rows


def _read_part(part: str, declared: int, lines: list[Line]) -> list[FujianRow]:
    rows = read_rows(
        lines,
        shapes=_SHAPES[part],
        is_header=lambda text: text.startswith(_HEADER),
        repairs=REPAIRS.get(part, {}),
    )
    if len(rows) != declared:
        raise Unreadable(f"part {part} declares {declared} rows, {len(rows)} were read")
    return [_row(part, row) for row in rows]


def _row(part: str, row: Row) -> FujianRow:
    cells = row.cells
    lead, partners = words.split_lead(cells["lead"])
    return FujianRow(
        part=part,
        number=row.number,
        name=cells["name"],
        scene=cells["scene"],
        lead=lead,
        partners=(*partners, *words.split_units(cells.get("partners", ""))),
        province_unit=cells["province_unit"],
        form=cells["form"],
        deadline=cells.get("deadline", cells["form"]),
        national_deadline=cells.get("national_deadline", ""),
        lines=row.lines,
    )
