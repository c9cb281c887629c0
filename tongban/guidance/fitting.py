"""The searches in the database: which entries fit pieces, words, a place; and how well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tongban.guidance import wording

MOST = 200
# Of a sentence, an item must fit nearly as much as the item that fits best.
_NEARLY = 0.6
# A word that so many names of places hold is a general one: looking at more finds no other item.
_LOOKED_AT = 120
_SHORTEST = 2

Marks = dict[str, float]


@dataclass(frozen=True)
class Local:
    """What a place calls an item, and how well that fits what was typed."""

    item: str
    place: str
    shown: str
    mark: float


# The grams pick the rows by index; strpos makes sure that they stand together, and knows no
# wildcards. Letters are looked for in the pinyin too: initials anywhere, syllables from the start.
_FITS = """
(grams @> guidance_grams(%({p})s) AND strpos(text, %({p})s) > 0)
"""
_FITS_LETTERS = """
(grams @> guidance_grams(%({p})s) AND strpos(text, %({p})s) > 0
 OR initial_grams @> guidance_grams(%({p})s) AND strpos(initials, %({p})s) > 0
 OR length(%({p})s) > 2 AND starts_with(pinyin, %({p})s)
 OR length(%({p})s) > 4 AND strpos(pinyin, %({p})s) > 0)
"""
_MARK = """
CASE WHEN name = %({p})s THEN 100
     WHEN starts_with(name, %({p})s) THEN 40
     WHEN strpos(name, %({p})s) > 0 THEN 30
     WHEN starts_with(initials, %({p})s) OR starts_with(pinyin, %({p})s) THEN 24
     WHEN strpos({text}, %({p})s) > 0 THEN 16
     ELSE 8 END
"""


def items(pieces: Sequence[str]) -> Marks:
    """The items whose national name, or what is said for it, every piece fits, best first.

    At equal fit, the shorter name. No pieces fit nothing.
    """
    if not pieces:
        return {}
    values = {f"p{place}": piece for place, piece in enumerate(pieces)}
    wheres = [
        (_FITS_LETTERS if wording.is_latin(piece) else _FITS).format(p=key)
        for key, piece in values.items()
    ]
    mark = " + ".join(_MARK.format(p=key, text="text") for key in values)
    # The text of the query is made of our own templates; what was typed travels as values.
    sql = f"""SELECT item_id, {mark} AS mark FROM guidance_searchentry WHERE {" AND ".join(wheres)}
              ORDER BY mark DESC, length(name), item_id LIMIT {MOST}"""  # noqa: S608
    return {row[0]: float(row[1]) for row in _rows(sql, values)}


_FITS_LOCALLY = {
    "name": "pairs @> %({p}_pairs)s::text[] AND strpos(name, %({p})s) > 0",
    "initials": "initial_pairs @> %({p}_pairs)s::text[] AND strpos(initials, %({p})s) > 0",
    # Letters hold no wildcards. Of so many names syllables are looked for at the beginning only.
    "pinyin": "pinyin LIKE %({p}_begins)s",
}
_COLUMNS = "item_id, place, shown, name, initials, pinyin"


def locals_(pieces: Sequence[str], *, place: str = "") -> list[Local]:
    """What places call otherwise and every piece fits, the best of each item.

    With `place` (of a province, city or county) there, above it and below it; without, anywhere,
    and of a name that thousands of places use only some are looked at. A single character tells
    nothing here.
    """
    if not pieces or any(len(piece) < _SHORTEST for piece in pieces):
        return []
    values: dict[str, Any] = {"most": _LOOKED_AT, "whole": "".join(pieces)}
    for number, piece in enumerate(pieces):
        key = f"p{number}"
        values |= {key: piece, f"{key}_pairs": wording.pairs(piece), f"{key}_begins": f"{piece}%"}
    within = ""
    if place:
        within = " AND (place = %(province)s OR place >= %(first)s AND place < %(last)s)"
        values |= _around(place)
    branches = [] if place else [_BY_NAME]
    branches += [
        f"(SELECT {_COLUMNS} FROM guidance_localentry WHERE {where}{within} LIMIT %(most)s)"  # noqa: S608
        for where in _ways(pieces)
    ]
    mark = " + ".join(_MARK.format(p=f"p{number}", text="name") for number in range(len(pieces)))
    sql = f"""
      SELECT DISTINCT ON (item_id) item_id, place, shown, {mark} AS mark
      FROM ({" UNION ALL ".join(branches)}) AS found
      ORDER BY item_id, mark DESC, length(name), place"""  # noqa: S608
    return [
        Local(item, place, shown, float(mark)) for item, place, shown, mark in _rows(sql, values)
    ]


def _ways(pieces: Sequence[str]) -> list[str]:
    """Letters are initials, or syllables: a search for each, since one with OR uses no index well."""
    ways = []
    for letters in ("initials", "pinyin"):
        fits = [
            _FITS_LOCALLY[letters if wording.is_latin(piece) else "name"].format(p=f"p{number}")
            for number, piece in enumerate(pieces)
        ]
        ways.append(" AND ".join(fits))
    return list(dict.fromkeys(ways))


# The very name is found, whatever else thousands of names have in common with it.
_BY_NAME = f"""
(SELECT {_COLUMNS} FROM guidance_localentry WHERE name = %(whole)s LIMIT 20)
"""  # noqa: S608


def _around(place: str) -> dict[str, str]:
    """The places whose names count for one: its province, and itself with everything below it."""
    width = 2 if place.endswith("0000") else 4 if place.endswith("00") else 6
    first = place[:width]
    return {
        "province": f"{place[:2]}0000",
        "first": first,
        "last": str(int(first) + 1),
    }


_FITS_WORDS = """
SELECT item_id, (
  SELECT sum(length(w)) FROM unnest(%(words)s::text[]) AS w
  WHERE strpos(text, w) > 0 OR words @@ to_tsquery('simple', quote_literal(w))
) AS mark
FROM guidance_searchentry WHERE words @@ to_tsquery('simple', %(query)s)
ORDER BY mark DESC NULLS LAST, length(name), item_id LIMIT %(most)s
"""


def items_of_words(text: str) -> Marks:
    """The items that most of the words of a sentence fit, weighed by their length."""
    typed = text[: wording.LONGEST]
    named = wording.wording().named_in(wording.squeeze(typed))
    words = [word for word in wording.words(" ".join([typed, *named])) if len(word) > 1]
    words = list(dict.fromkeys([*words, *map(wording.squeeze, named)]))
    if not words:
        return {}
    # Words hold letters, digits and characters only, so quoting them is enough.
    values = {"words": words, "query": " | ".join(f"'{word}'" for word in words), "most": MOST}
    rows = _rows(_FITS_WORDS, values)
    best = max((row[1] or 0 for row in rows), default=0)
    return {code: float(mark) for code, mark in rows if mark and mark >= best * _NEARLY}


# A pair of characters in common counts three, a single one counts one.
_COMES_NEAR = """
SELECT item_id FROM (
  SELECT item_id, name, initials, (
    SELECT sum(length(g) * 2 - 1) FROM unnest(guidance_grams(%(text)s)) AS g
    WHERE strpos(name, g) > 0
  ) AS mark
  FROM guidance_searchentry
  WHERE grams && guidance_grams(%(text)s) OR starts_with(initials, %(start)s)
) AS near
WHERE mark >= 4 OR length(%(start)s) > 2 AND starts_with(initials, %(start)s)
ORDER BY mark DESC NULLS LAST, length(name), item_id LIMIT 5
"""


def near(text: str) -> list[str]:
    """The items that share most pairs of characters with what was typed, or begin as it is read."""
    plain = wording.squeeze(text)[: wording.LONGEST]
    return [row[0] for row in _rows(_COMES_NEAR, {"text": plain, "start": plain[:3]})]


def _rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
