"""Reads the roles of a province's civil affairs: which items it leads, joins, or does on its own.

The text is broken over its lines, sometimes inside a name; names are found in the text without
blanks, and each keeps the line it begins in. The document counts what it names; a count that does
not come out stops the reading.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tongban.catalogue.reader import listing
from tongban.catalogue.reader.layout import Unreadable

ROLES = listing.DATA / "roles.json"
DOCUMENT = "jiminfa-2021-10"
AUTHORITY = "吉林省民政厅"
CAPITALS = "（省会城市及计划单列市）"

_CLAUSE = re.compile(
    r"(牵头实现|配合[^“]{2,40}?实现|逐步推动)(?P<names>(?:“[^”]{3,30}”)+)(?P<count>\d+)项"
)
_SPECIAL = re.compile(r"推动(养老服务政务服务事项)“跨省通办”")
_TOTAL = re.compile(
    r"事项(?P<lead>\d+)项，配合落实(?P<cooperate>\d+)项.{0,80}?特色“跨省通办”政务事项(?P<special>\d+)项，"
    r"总计(?P<all>\d+)项"
)
_PARTS = {"（一）": "2020", "（二）": "2021", "（三）": "", "（四）": ""}


@dataclass(frozen=True)
class _Text:
    """The text without blanks, and for each character the line it stood in."""

    plain: str
    lines: Sequence[int]

    def part(self, start: int, end: int) -> "_Text":
        return _Text(self.plain[start:end], self.lines[start:end])


def read(path: Path, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The roles in the document's order; refused (`Unreadable`) when its own counts differ."""
    return read_text(path.read_text(encoding="utf-8"), items)


def read_text(document: str, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The roles that a text states; see `read`."""
    text = _without_blanks(document)
    goals = text.part(text.plain.index("一、工作目标"), text.plain.index("二、主要任务"))
    found = [role for mark, part in _split(goals) for role in _roles(mark, part, items)]
    _check(goals.plain, found)
    return found


def _without_blanks(text: str) -> _Text:
    kept = [
        (character, number)
        for number, line in enumerate(text.splitlines(), 1)
        for character in line
        if not character.isspace()
    ]
    return _Text("".join(one for one, _ in kept), [number for _, number in kept])


def _split(goals: _Text) -> Iterator[tuple[str, _Text]]:
    starts = [(mark, goals.plain.index(mark)) for mark in _PARTS]
    ends = [*(start for _, start in starts[1:]), len(goals.plain)]
    for (mark, start), end in zip(starts, ends, strict=True):
        yield mark, goals.part(start, end)


def _roles(mark: str, part: _Text, items: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    capitals = "在省会城市及计划单列市实现" in part.plain
    for clause in _CLAUSE.finditer(part.plain):
        role = "cooperate" if clause[1].startswith("配合") else "lead"
        names = list(re.finditer("“([^”]+)”", clause["names"]))
        if len(names) != int(clause["count"]):
            raise Unreadable(f"{mark}: {len(names)} names, the text says {clause['count']}")
        for name in names:
            line = part.lines[clause.start("names") + name.start()]
            yield _role(mark, role, name[1], line, _code(name[1], items, capitals=capitals)) | {
                "scope": "省会城市及计划单列市" if capitals else _scope(part.plain)
            }
    if special := _SPECIAL.search(part.plain):
        line = part.lines[special.start(1)]
        yield _role(mark, "special", special[1], line, "") | {
            "scope": "北京、上海、海南、广西、云南等养老就医热点省份"
        }


def _scope(text: str) -> str:
    return "全国各地" if "在全国各地" in text else ""


def _role(mark: str, role: str, words: str, line: int, item: str) -> dict[str, Any]:
    return {
        "document": DOCUMENT,
        "authority": AUTHORITY,
        "role": role,
        "item": item,
        "words": words,
        "phase": _PARTS[mark],
        "place": f"一{mark}",
        "line": line,
    }


def _code(name: str, items: Sequence[Mapping[str, Any]], *, capitals: bool) -> str:
    wanted = f"{name}{CAPITALS}" if capitals else name
    for item in items:
        if item["list"] == "2020" and item["name"] == wanted:
            return str(item["code"])
    raise Unreadable(f"no item is called {wanted}")


def _check(goals: str, found: Sequence[Mapping[str, Any]]) -> None:
    """That what was read adds up to what the document says in its first sentence."""
    total = _TOTAL.search(goals)
    if not total:
        raise Unreadable("the sentence with the totals was not found")
    for role in ("lead", "cooperate", "special"):
        count = sum(one["role"] == role for one in found)
        if count != int(total[role]):
            raise Unreadable(f"{count} of {role}, the text says {total[role]}")
    if len(found) != int(total["all"]):
        raise Unreadable(f"{len(found)} in all, the text says {total['all']}")


def dump(folder: Path) -> str:
    """The bytes of the shipped file of roles."""
    items = json.loads(listing.ITEMS.read_text(encoding="utf-8"))["items"]
    roles = read(listing.find(folder, "000"), items)
    rows = ",\n".join("  " + json.dumps(one, ensure_ascii=False) for one in roles)
    return f'{{\n "roles": [\n{rows}\n ]\n}}\n'
