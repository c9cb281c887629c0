"""The fictional authorities and windows of a sandbox province, the same on every node.

Names follow the patterns of `data/departments.json`; phone numbers are 555xxxx behind the place's
area code, addresses stand in streets called 示例, codes carry TB where real ones never do.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from stdnum.cn import uscc

from tongban.jurisdictions import queries, rules
from tongban.jurisdictions.models import Authority, Division, Level, Window

# Nobody has told us real hours; pages say that these are the default.
OFFICE_HOURS = {"workdays": [["08:30", "12:00"], ["13:30", "17:00"]], "is_default": True}
_AREA_CODES = Path(__file__).resolve().parent / "data" / "area_codes.csv"
_VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass
class Offices:
    """What one province has."""

    authorities: list[Authority] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)


def of_province(province: Division, patterns: Sequence[Mapping[str, Any]], *, on: date) -> Offices:
    """The authorities of a province and all its cities, and a window at each service centre."""
    made = Offices()
    cities = queries.cities(province.code, on)
    for pattern in patterns:
        if name := _province_name(province, pattern):
            made.authorities.append(_authority(province, Level.PROVINCE, pattern, name))
        for city in cities:
            if city.code != province.code and pattern["city"]:
                name = pattern["city"].format(c=city.name)
                made.authorities.append(_authority(city, Level(city.level), pattern, name))
        if "county" in pattern:
            made.authorities += _county_organs(cities, pattern, on=on)
    centres = [organ for organ in made.authorities if organ.department_id == "zhengwu"]
    made.windows = [_window(organ) for organ in centres if _receives(organ)]
    return made


def _province_name(province: Division, pattern: Mapping[str, Any]) -> str:
    kind = {"66": "corps"}.get(province.code[:2], "province")
    if province.code[:2] in rules.MUNICIPALITIES:
        kind = "municipality"
    named: Mapping[str, str] = pattern.get("named", {})
    name = pattern.get(kind) or pattern["province"]
    return str(named.get(province.code) or name.format(p=province.name))


def _county_organs(
    cities: Sequence[Division], pattern: Mapping[str, Any], *, on: date
) -> list[Authority]:
    organs = []
    for city in cities:
        for county in queries.counties(city.code, on):
            name = pattern["county"].format(w=city.name + county.name)
            organs.append(_authority(county, Level.COUNTY, pattern, name))
    return organs


def _receives(centre: Authority) -> bool:
    """Cities and counties receive; a province's centre does not, unless it has no cities."""
    undivided = rules.MUNICIPALITIES | rules.UNDIVIDED
    return centre.level != Level.PROVINCE or centre.division_code[:2] in undivided


def _authority(place: Division, level: Level, pattern: Mapping[str, Any], name: str) -> Authority:
    number = int(pattern["number"])
    return Authority(
        code=credit_code(place.code, f"TB{number:02d}0001"),
        name=name,
        short_name=rules.plain_name(place.code, place.name) + pattern["short"],
        department_id=pattern["key"],
        division_code=place.code,
        level=level,
        phone=phone(place.code, 100 + number),
        address=address(place.code, number),
        office_hours=OFFICE_HOURS,
        is_sandbox=True,
    )


def _window(centre: Authority) -> Window:
    return Window(
        authority=centre,
        number=3,
        name=f"{centre.name}“跨省通办”专窗",
        phone=phone(centre.division_code, 162),
        address=centre.address,
        office_hours=OFFICE_HOURS,
        is_sandbox=True,
    )


def of_the_hub() -> Authority:
    """The office at the hub. It belongs to no province, so it has no place of ours and no phone."""
    return Authority(
        code=credit_code("100000", "TB000001"),
        name="国家枢纽事项管理处（演示）",
        short_name="国家枢纽事项管理处",
        department_id="zhengwu",
        division_code="000000",
        level=Level.PROVINCE,
        office_hours=OFFICE_HOURS,
        is_sandbox=True,
    )


def credit_code(division_code: str, body: str, *, kind: str = "11") -> str:
    """A code that passes both check characters (GB 11714, GB 32100) and belongs to nobody.

    `body` has eight characters; ours begin with TB. `kind` 11 is an organ, 91 an enterprise.
    """
    organisation = body + _organisation_check(body)
    code = f"{kind}{division_code}{organisation}"
    return code + str(uscc.calc_check_digit(code + "0"))


def _organisation_check(body: str) -> str:
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * _VALUES.index(char) for weight, char in zip(weights, body, strict=True))
    return "0X987654321"[total % 11]


@cache
def _area_codes() -> dict[str, str]:
    with _AREA_CODES.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["area_code"] for row in csv.DictReader(file)}


def phone(division_code: str, number: int) -> str:
    """A number that rings nowhere: 555 and four digits, behind the area code where we know it."""
    area = _area_codes().get(queries.deciding_place(division_code), "")
    local = f"555{number % 10000:04d}"
    return f"{area}-{local}" if area else local


def address(division_code: str, number: int) -> str:
    """An address in a street that nobody has."""
    return f"{queries.full_name(division_code)}示例大街{number}号（演示地址）"
