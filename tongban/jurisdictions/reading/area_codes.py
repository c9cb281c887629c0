"""Telephone area codes of cities, as libphonenumber's Chinese names of places give them."""

import csv
import io
from collections import defaultdict

from phonenumbers.geodata import GEOCODE_DATA

from tongban.jurisdictions.reading import divisions

PATH = divisions.DATA / "area_codes.csv"
_SHORT = {"15": "内蒙古", "45": "广西", "54": "西藏", "64": "宁夏", "65": "新疆"}


def build() -> str:
    """The CSV text: every city (or county under the province) with exactly one area code."""
    rows = [row for row in divisions.build().rows if not row[5]]
    names = {row[0]: row[1] for row in rows}
    lines = _landlines()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["code", "area_code"])
    for code, name, _level, parent, *_rest in rows:
        if parent and not parent.endswith("0000"):
            continue
        province = names[parent] if parent else ""
        short = _SHORT.get(code[:2], province)
        found = lines[province + name] | lines[short + name]
        if len(found) == 1:
            writer.writerow([code, f"0{next(iter(found))}"])
    return out.getvalue()


def _landlines() -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for prefix, languages in GEOCODE_DATA.items():
        number = prefix.removeprefix("86")
        is_landline = prefix.startswith("86") and (number == "10" or not number.startswith("1"))
        if is_landline and "zh" in languages:
            found[languages["zh"]].add(number[:2] if number[0] in "12" else number[:3])
    return found
