"""From lines of a table to rows with named cells: finds the headings, passes over what is no row."""

import unicodedata
from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext as _

from tongban.catalogue.interchange.columns import BY_HEADING, COLUMNS, EXPLAINS, letter
from tongban.catalogue.interchange.records import FileRefused, RawRow, Record

_LOOK_FOR_HEADINGS = 20
_LEAST_HEADINGS = 3


class Headings:
    """Which column of the file holds what."""

    def __init__(self, number: int, cells: list[str]) -> None:
        """Refused (FileRefused): a heading that is there twice, or a needed one that is not."""
        self.number = number
        self.keys: dict[int, str] = {}
        self.unknown: list[str] = []
        for place, cell in enumerate(cells):
            heading = _tidy(cell)
            if column := BY_HEADING.get(heading):
                if column.key in self.keys.values():
                    raise FileRefused(
                        "heading-twice",
                        _("第%(row)s行有两列都叫“%(heading)s”，请删去一列")
                        % {"row": number, "heading": heading},
                    )
                self.keys[place] = column.key
            elif heading:
                self.unknown.append(f"{letter(place + 1)} {cell.strip()[:20]}")
        missing = [
            one.heading for one in COLUMNS if one.is_required and one.key not in self.keys.values()
        ]
        if missing:
            raise FileRefused(
                "heading-missing",
                _("缺少必填的列：%(columns)s。请用模板：tongban catalogue template 文件.xlsx")
                % {"columns": "、".join(missing)},
            )

    @property
    def places(self) -> dict[str, str]:
        """The letter of each column."""
        return {key: letter(place + 1) for place, key in self.keys.items()}

    def row(self, record: Record) -> RawRow:
        """The row with its cells by key; empty cells are left out."""
        cells = {}
        width = len(record.cells)
        for place, key in self.keys.items():
            if place < width and (text := record.cells[place]) and not text.isspace():
                cells[key] = text
        kinds = {self.keys[place]: kind for place, kind in record.kinds.items()
                 if place in self.keys} if record.kinds else {}  # fmt: skip
        return RawRow(record.number, cells, kinds)


def find_headings(records: Iterator[Record]) -> Headings:
    """Read on until the line of headings. Refused (FileRefused) when there is none."""
    for record in islice(records, _LOOK_FOR_HEADINGS):
        known = sum(_tidy(cell) in BY_HEADING for cell in record.cells)
        if known >= _LEAST_HEADINGS:
            return Headings(record.number, record.cells)
    raise FileRefused(
        "no-headings",
        _("前%(count)s行里没有找到模板的表头（事项名称、区划代码、实施机关……）。请用模板填写")
        % {"count": _LOOK_FOR_HEADINGS},
    )


def rows(records: Iterator[Record], headings: Headings) -> Iterator[RawRow]:
    """The rows below the headings; blank lines and the explanation are passed over."""
    for record in records:
        first = next((cell for cell in record.cells if cell and not cell.isspace()), "")
        if first and not first.startswith(EXPLAINS):
            yield headings.row(record)


def _tidy(heading: str) -> str:
    text = unicodedata.normalize("NFKC", heading)
    for noise in ("(必填)", "*", " ", "\n"):
        text = text.replace(noise, "")
    # Our own headings write full-width brackets.
    return text.replace("(", "（").replace(")", "）")
