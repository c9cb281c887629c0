"""All places of China to counties, with their years and successors, as one CSV file."""

import csv
import io
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tongban.jurisdictions import rules
from tongban.jurisdictions.reading import sources, successors
from tongban.jurisdictions.reading.sources import Named, Spell

DATA = Path(__file__).resolve().parent.parent / "data"
PATH = DATA / "divisions.csv"
HEAD = ["code", "name", "level", "parent", "from", "to", "successors"]
# Rows of the code table that stand for no place: what lies under a city, a province, a region.
_NO_PLACE = frozenset(
    {"市辖区", "市区", "县", "市", "林区", "省直辖县级行政单位", "自治区直辖县级行政单位"}
)


@dataclass(frozen=True)
class Reading:
    """The rows of the file, and what the two sources do not agree on."""

    rows: list[list[str]]
    only_named: list[Named]
    only_coded: list[Spell]


def build() -> Reading:
    """Read both sources and the amendments; the same versions give the same rows."""
    amendments = json.loads((DATA / "amendments.json").read_text("utf-8"))
    spells = _amended(sources.spells(), amendments)
    heirs = {s: [code] for s, code in successors.derive(spells).items()}
    heirs |= _heirs_by_name(spells)
    cities = {s.code for s in spells if s.code.endswith("00") and not s.code.endswith("0000")}
    rows = [_row(s, cities, heirs.get(s, [])) for s in sorted(spells, key=_order)]
    return Reading(rows, *_differences(spells))


def _order(spell: Spell) -> tuple[str, int, int]:
    return spell.code, spell.begins or 0, spell.ends or 9999


def _amended(spells: list[Spell], amendments: dict[str, Any]) -> list[Spell]:
    drop = {row["code"] for row in amendments["drop"]}
    ends = {row["code"]: row["to"] for row in amendments["end"]}
    kept = [s for s in spells if s.name not in _NO_PLACE and s.code not in drop]
    kept = [replace(s, ends=ends[s.code]) if s.code in ends else s for s in kept]
    return kept + [Spell(r["code"], r["from"], None, r["name"]) for r in amendments["add"]]


def _row(spell: Spell, cities: set[str], heirs: list[str]) -> list[str]:
    parent = rules.parent_code(spell.code, cities)
    level = "county"
    if spell.code.endswith("00"):
        level = "city" if parent else "province"
    years = [str(spell.begins or ""), str(spell.ends or "")]
    return [spell.code, spell.name, level, parent, *years, " ".join(heirs)]


def _heirs_by_name(spells: list[Spell]) -> dict[Spell, list[str]]:
    """Successors that the second source names, as 梅列区 → 三元区."""
    today = {(s.code[:4], s.name): s.code for s in spells if s.ends is None}
    found = {}
    for former, name in sources.successors_by_name().items():
        for spell in spells:
            heir = today.get((spell.code[:4], name))
            if spell.ends and spell.name == former.county and heir:
                found[spell] = [heir]
    return found


def _differences(spells: list[Spell]) -> tuple[list[Named], list[Spell]]:
    """Places of today that only one source has; towns of undivided cities are no counties."""
    names = {s.code: s.name for s in spells if s.ends is None and s.code[:2] not in rules.UNDIVIDED}
    coded = {_named(code, names): code for code in names if not code.endswith("0000")}
    named = {
        n for n in sources.names_of_today() if not n.county.endswith(("街道", "镇")) and n.city
    }
    # A municipality stands as its own city, a county under the province as a city of its own.
    named = {Named(n.province, n.county or n.city, "") if _skips(n) else n for n in named}
    named = {n for n in named if n.city != n.province}
    only_coded = [s for s in spells if s.ends is None and s.code in names]
    known = {code for name, code in coded.items() if name in named}
    return (
        sorted(named - set(coded)),
        sorted(s for s in only_coded if s.code not in known and not s.code.endswith("0000")),
    )


def _skips(named: Named) -> bool:
    return named.province == named.city


def _named(code: str, names: dict[str, str]) -> Named:
    province, city = names[rules.province_code(code)], names.get(code[:4] + "00")
    if code.endswith("00"):
        return Named(province, names[code], "")
    return Named(province, city, names[code]) if city else Named(province, names[code], "")


def text(rows: list[list[str]]) -> str:
    """The rows as the committed CSV file has them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows(rows)
    return out.getvalue()


def file_text() -> str:
    """What the committed file should hold."""
    return text(build().rows)
