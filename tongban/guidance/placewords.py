"""Places inside what somebody typed: 长春公积金 is about 公积金 in 长春市."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from tongban.guidance import wording
from tongban.guidance.models import PlaceReading
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions import rules, snapshot

_LONGEST = 20
_SHORTEST = 2
_SHORTEST_PINYIN = 4


@dataclass(frozen=True)
class Named:
    """The place that a text names, and the text without it."""

    code: str
    rest: str


def taken_out(text: str, *, on: date) -> Named | None:
    """The place that is named, by its name or by how it is read; nothing when it may be several."""
    plain = wording.spell(text)[: wording.LONGEST]
    names = _names(snapshot.current().stamp, on)
    for length in range(min(_LONGEST, len(plain)), _SHORTEST - 1, -1):
        for start in range(len(plain) - length + 1):
            if code := names.get(plain[start : start + length]):
                return Named(code, f"{plain[:start]} {plain[start + length :]}".strip())
    return _read_out(plain)


def _read_out(plain: str) -> Named | None:
    letters = [one for one in plain.split() if one.isascii() and len(one) >= _SHORTEST_PINYIN]
    if not letters:
        return None
    rows = PlaceReading.objects.filter(pinyin__in=letters).values_list("code", "pinyin")
    ranked = sorted((_rank(code), code, pinyin) for code, pinyin in rows)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    _level, code, pinyin = ranked[0]
    return Named(code, " ".join(one for one in plain.split() if one != pinyin))


def _rank(code: str) -> int:
    """Provinces before cities before counties."""
    return 0 if code.endswith("0000") else 1 if code.endswith("00") else 2


def readings(on: date) -> list[PlaceReading]:
    """How every place's name is read; takes seconds, so it is made beforehand."""
    found: dict[tuple[str, str], None] = {}
    for code, name, _above in _places(on):
        for spelling in {name, rules.stem(name)}:
            if len(spelling) > 1:
                found[code, wording.pinyin(spelling)] = None
    return [PlaceReading(code=code, pinyin=pinyin) for code, pinyin in found]


@lru_cache(maxsize=2)
def _names(_stamp: UUID | None, on: date) -> dict[str, str]:
    """Each way to write one place and no other; short ways only for cities and provinces."""
    found: dict[str, set[str]] = {}
    for code, name, above in _places(on):
        spellings = {name, *(f"{one}{name}" for one in above)}
        if _rank(code) != 2:
            plain = rules.plain_name(code, name)
            spellings |= {plain, *(f"{one}{plain}" for one in above)}
        for spelling in spellings:
            if len(spelling) >= (3 if _rank(code) == 2 else _SHORTEST):
                found.setdefault(spelling, set()).add(code)
    return {spelling: _one(codes) for spelling, codes in found.items() if _one(codes)}


def _one(codes: set[str]) -> str:
    """The place that a name means: the widest; nothing when two are equally wide."""
    ranked = sorted((_rank(code), code) for code in codes)
    return "" if len(ranked) > 1 and ranked[0][0] == ranked[1][0] else ranked[0][1]


def _places(on: date) -> Iterator[tuple[str, str, list[str]]]:
    """Every place with its name and the ways to write what stands before it."""
    for province in jurisdictions.provinces(on):
        above = [province.name, rules.plain_name(province.code, province.name)]
        yield province.code, province.name, []
        for city in jurisdictions.cities(province.code, on):
            heads = [city.name, rules.plain_name(city.code, city.name)]
            if city.code != province.code:
                yield city.code, city.name, above
                heads += [a + b for a in above for b in heads]
            for county in jurisdictions.counties(city.code, on):
                yield county.code, county.name, heads
